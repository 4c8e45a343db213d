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
    """Couplings of many problems, and how far each can be trusted. Nothing here is ever NaN.

    Attributes:
        plans: [n_s, n_t] a problem, of the type and on the device of its cost.
        cost: sum_ij T_ij C_ij of each. [problems]
        marginal_error: L1 violation of the source marginals of each; the target marginals are exact. (Unbalanced and
            partial plans do not meet marginals: theirs says how much mass they left unmatched; see there.) [problems]
        iterations: of each; exchanges of the network simplex for exact plans; None where POT does not tell. [problems]
        converged: whether each plan is optimal within the tolerance. [problems]
        source_potentials: float64, f of each source token: argmax_i T_ij = argmax_i f_i - C_ij, so minus infinity for
            a token of weight 0; for exact plans a dual optimum, finite for every token. None: from POT.
    """

    plans: list[Any]
    cost: np.ndarray
    marginal_error: np.ndarray
    iterations: np.ndarray | None
    converged: np.ndarray
    source_potentials: list[Any] | None


def check_positive(**settings: float | None) -> None:
    """Settings of a solver, by name; None is left to it.

    Raises:
        ValueError: naming the first that is not above 0.
    """
    for name, value in settings.items():
        if value is not None and not value > 0:
            hint = "; for `solve` and `solve_partial`, None means the exact plan" if name == "epsilon" else ""
            raise ValueError(f"{name} {value} is not positive{hint}")


def check_solver(name: str) -> None:
    """Whether there is a solver of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in get_args(Solver):
        raise ValueError(f"solver {name!r}: there are {' and '.join(get_args(Solver))}")


def check_range(costs: np.ndarray, epsilon: float | None) -> None:
    """Whether float64 can tell the plans of these costs from others'.

    Raises:
        ValueError: a cost too large, by itself or beside epsilon.
    """
    largest = float(abs(costs).max())
    if epsilon is None and largest > LARGEST_COST:
        raise ValueError(f"a cost of size {largest:g} is too large")
    if epsilon is not None and largest > LARGEST_RATIO * epsilon:
        raise ValueError(f"a cost of size {largest:g} is too large beside {epsilon:g}: rounding would decide")
