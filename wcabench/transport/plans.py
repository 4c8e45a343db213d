"""One call for the plans of many small problems: exact, or with an entropic term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from wcabench.transport.problems import Matrix

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
        iterations: of each; exchanges of the network simplex for exact plans. [problems]
        converged: marginal error below the tolerance. [problems]
        source_potentials: float64, f of each source token: argmax_i T_ij = argmax_i f_i - C_ij, so minus infinity for
            a token of weight 0; for exact plans a dual optimum, finite for every token.
    """

    plans: list[Any]
    cost: np.ndarray
    marginal_error: np.ndarray
    iterations: np.ndarray
    converged: np.ndarray
    source_potentials: list[Any]


def solve(
    costs: Sequence[Matrix],
    *,
    source: Sequence[Any] | None = None,
    target: Sequence[Any] | None = None,
    epsilon: float | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
) -> Plans:
    """Transport plans between the marginals of each problem (eqs. 1 and 5; there they are 1/n_s and 1/n_t).

    Args:
        costs: [n_s, n_t] a problem; n_s, n_t >= 1; finite; NumPy arrays or torch tensors, float32 or float64, all
            alike. The plans come back in the same kind, without gradient.
        source: [n_s] a problem, weights of its source tokens: at least 0, summing to one; None: uniform.
        target: [n_t] a problem, likewise. Tokens of weight 0 get nothing.
        epsilon: weight of the entropy in units of the cost; None: the exact plan.
        tolerance: L1 violation of the source marginals at which Sinkhorn stops.
        max_iterations: Sinkhorn gives up after so many; the plan is then returned with `converged` False.

    Raises:
        ValueError: an empty or non-finite cost matrix, another type, weights that are no marginals, an epsilon that is
            not positive or so small that rounding decides, a tolerance or number of iterations that is not positive.
    """
    # Methods import from here at their top, and `wcabench list` imports every method: NumPy and torch must wait.
    from wcabench.transport import solvers
    from wcabench.transport.problems import Problems, check_kind

    check_positive(epsilon=epsilon, tolerance=tolerance, max_iterations=max_iterations)
    if not costs:
        return solvers.none()
    check_kind(costs)
    if epsilon is not None and getattr(costs[0], "is_cuda", False):
        return solvers.entropic_batched(costs, source, target, epsilon, tolerance, max_iterations)
    problems = Problems.read(costs, source, target)
    check_range(problems.costs, epsilon)
    if epsilon is None:
        return solvers.exact(problems)
    return solvers.entropic_ragged(problems, epsilon, tolerance, max_iterations)


def check_positive(**settings: float | None) -> None:
    """Settings of a solver, by name; None is left to it.

    Raises:
        ValueError: naming the first that is not above 0.
    """
    for name, value in settings.items():
        if value is not None and not value > 0:
            hint = "; for `solve`, None means the exact plan" if name == "epsilon" else ""
            raise ValueError(f"{name} {value} is not positive{hint}")


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
