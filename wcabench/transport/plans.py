"""What every solver gives back, and what is asked of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    import numpy as np

# Whose code solves: this package's, or POT's (Flamary et al. 2021).
Solver = Literal["own", "pot"]

# Beyond this many times epsilon, rounding a float64 cost changes the entropic plan.
LARGEST_RATIO = 1e10
# Beyond this, sums of float64 costs over a path could leave the range.
LARGEST_COST = 1e150


@dataclass(frozen=True)
class Plans:
    """Plans of many problems, and how well each was solved. Nothing here is ever NaN.

    Attributes:
        plans: [n_s, n_t] per problem, of the type and on the device of its cost.
        cost: sum_ij T_ij C_ij. [problems]
        marginal_error: L1 violation of the source marginals; the target marginals are exact. For unbalanced and partial
            plans, the L1 distance of both sides' sums from their weights, which is the mass left unmatched. [problems]
        iterations: of Sinkhorn's algorithm; exchanges of the network simplex for exact plans. None: POT does not tell.
            [problems]
        converged: whether the plan is optimal within the tolerance. [problems]
        source_potentials: float64, [n_s] per problem: f with argmax_i T_ij = argmax_i f_i - C_ij, minus infinity for a
            token of weight 0; for exact plans a dual optimum, finite for every token. None: from POT.
    """

    plans: list[Any]
    cost: np.ndarray
    marginal_error: np.ndarray
    iterations: np.ndarray | None
    converged: np.ndarray
    source_potentials: list[Any] | None


def check_positive(**settings: float | None) -> None:
    """Refuse a setting that is not above 0; None passes.

    Raises:
        ValueError: naming the first such setting.
    """
    for name, value in settings.items():
        if value is not None and not value > 0:
            hint = "; for `solve` and `solve_partial`, None means the exact plan" if name == "epsilon" else ""
            raise ValueError(f"{name} {value} is not positive{hint}")


def check_solver(name: str) -> None:
    """Refuse an unknown solver.

    Raises:
        ValueError: naming the known ones.
    """
    if name not in get_args(Solver):
        raise ValueError(f"solver {name!r}: there are {' and '.join(get_args(Solver))}")


def check_range(costs: np.ndarray, epsilon: float | None) -> None:
    """Refuse costs so large that float64's rounding would decide the plan.

    Raises:
        ValueError: a cost too large, by itself or beside epsilon.
    """
    largest = float(abs(costs).max())
    if epsilon is None and largest > LARGEST_COST:
        raise ValueError(f"a cost of size {largest:g} is too large")
    if epsilon is not None and largest > LARGEST_RATIO * epsilon:
        raise ValueError(f"a cost of size {largest:g} is too large beside {epsilon:g}: rounding would decide")
