"""One call for the balanced plans of many small problems: exact, or with an entropic term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wcabench.transport.plans import Plans, Solver, check_positive, check_range, check_solver

if TYPE_CHECKING:
    from wcabench.transport.problems import Matrix


def solve(
    costs: Sequence[Matrix],
    *,
    source: Sequence[Any] | None = None,
    target: Sequence[Any] | None = None,
    epsilon: float | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
    solver: Solver = "own",
) -> Plans:
    """Transport plans between the marginals of each problem (eqs. 1 and 5; there they are 1/n_s and 1/n_t).

    Args:
        costs: [n_s, n_t] per problem; n_s, n_t >= 1; finite; NumPy arrays or torch tensors, float32 or float64, all
            alike. The plans are of the same kind, without gradient.
        source: [n_s] per problem, weights of its source tokens: at least 0, summing to one; None: uniform.
        target: [n_t] per problem, likewise. Tokens of weight 0 get nothing.
        epsilon: weight of the entropy in units of the cost; None: the exact plan.
        tolerance: L1 violation of the source marginals at which Sinkhorn stops.
        max_iterations: Sinkhorn gives up after so many; the plan is then returned with `converged` False.
        solver: "own": this package's; "pot": POT's `ot.emd`, or `ot.sinkhorn` in the log domain, on the CPU.

    Raises:
        ValueError: an empty or non-finite cost matrix, another type, weights that are no marginals, an epsilon that is
            not positive or so small that rounding decides, a tolerance or number of iterations that is not positive,
            or another solver.
    """
    # Methods import from here at their top, and `wcabench list` imports every method: NumPy, torch and POT must wait.
    from wcabench.transport import solvers
    from wcabench.transport.problems import Problems, check_kind

    check_positive(epsilon=epsilon, tolerance=tolerance, max_iterations=max_iterations)
    check_solver(solver)
    if not costs:
        return solvers.none()
    check_kind(costs)
    if epsilon is not None and solver == "own" and getattr(costs[0], "is_cuda", False):
        return solvers.entropic_batched(costs, source, target, epsilon, tolerance, max_iterations)
    problems = Problems.read(costs, source, target)
    check_range(problems.costs, epsilon)
    if solver == "pot":
        from wcabench.transport import pot

        if epsilon is None:
            return pot.exact(problems)
        return pot.entropic(problems, epsilon, tolerance, max_iterations)
    if epsilon is None:
        return solvers.exact(problems)
    return solvers.entropic_ragged(problems, epsilon, tolerance, max_iterations)
