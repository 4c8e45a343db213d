"""Transport that may leave tokens unmatched: unbalanced (soft marginals) and partial (a share of the mass).

Two sentences do not match word for word. Both calls return `Plans` as `solve` does, but their `marginal_error` is the
mass that was left unmatched on either side, and no sign of failure: `converged` alone says whether a plan is optimal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wcabench.transport.balanced import solve
from wcabench.transport.plans import Plans, Solver, check_positive, check_range, check_solver

if TYPE_CHECKING:
    from wcabench.transport.problems import Matrix


def solve_unbalanced(
    costs: Sequence[Matrix],
    epsilon: float,
    marginal_weight: float,
    *,
    source: Sequence[Any] | None = None,
    target: Sequence[Any] | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
    solver: Solver = "own",
) -> Plans:
    """Plans whose marginals are held by penalties (Chizat et al. 2018; as an aligner, Arase et al. 2023).

    Minimises <T, C> + epsilon KL(T | a b') + marginal_weight (KL(T1 | a) + KL(T'1 | b)): the mass is below 1 and falls
    with the costs; a token that nothing resembles keeps little of its weight.

    Args:
        costs: as for `solve`, and not below 0 (a negative cost would be paid for creating mass).
        epsilon: weight of the entropy, in units of the cost; above 0.
        marginal_weight: of each side's divergence, in units of the cost; above 0; infinite: as `solve`.
        source: [n_s] weights per problem, as for `solve`.
        target: [n_t] weights per problem.
        tolerance: L1 difference of the source sums from the optimal ones at which the iteration stops.
        max_iterations: it gives up after so many, and `converged` is False.
        solver: "own": this package's; "pot": POT's `sinkhorn_unbalanced`. Both on the CPU.

    Raises:
        ValueError: as `solve`, and for a cost below 0.
    """
    from wcabench.transport.problems import Problems
    from wcabench.transport.solvers import entropic_ragged, none

    check_positive(
        epsilon=epsilon, marginal_weight=marginal_weight, tolerance=tolerance, max_iterations=max_iterations
    )
    check_solver(solver)
    if marginal_weight == float("inf"):
        return solve(
            costs,
            source=source,
            target=target,
            epsilon=epsilon,
            tolerance=tolerance,
            max_iterations=max_iterations,
            solver=solver,
        )
    if not costs:
        return none()
    problems = Problems.read(costs, source, target)
    check_range(problems.costs, min(epsilon, marginal_weight))
    if problems.costs.min() < -epsilon:  # a cosine's rounding is let pass
        raise ValueError(f"a cost of {problems.costs.min():g} is below 0: it would be paid for creating mass")
    if solver == "own":
        return entropic_ragged(
            problems, float(epsilon), tolerance, max_iterations, marginal_weight=float(marginal_weight)
        )
    from wcabench.transport import pot

    return pot.unbalanced(problems, epsilon, marginal_weight, tolerance, max_iterations)


def solve_partial(
    costs: Sequence[Matrix],
    share: float,
    *,
    source: Sequence[Any] | None = None,
    target: Sequence[Any] | None = None,
    epsilon: float | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
    solver: Solver = "own",
) -> Plans:
    """Plans that move a share of the mass, from and to whichever tokens make it cheapest.

    Minimises <T, C>, or <T, C> + epsilon sum_ij T_ij log T_ij, over T1 <= a, T'1 <= b and 1'T1 = share (Chapel et al.
    2020; with the entropy, Benamou et al. 2015, section 3.2; as an aligner, Arase et al. 2023).

    Args:
        costs: as for `solve`.
        share: of the mass, in (0, 1]; 1: as `solve`.
        source: [n_s] weights per problem, as for `solve`: no token gives more than its weight.
        target: [n_t] weights per problem: no token takes more.
        epsilon: weight of the entropy, in units of the cost; None: the exact plan.
        tolerance: L1 difference of the source sums from those of the next iteration at which the iteration stops.
        max_iterations: it gives up after so many, and `converged` is False.
        solver: "own": this package's; "pot": POT's `partial_wasserstein`, or `entropic_partial_wasserstein` in the log
            domain. Both on the CPU.

    Raises:
        ValueError: as `solve`, and for a share outside (0, 1].
    """
    from wcabench.transport.problems import Problems
    from wcabench.transport.solvers import entropic_ragged, exact_partial, none

    if not 0 < share <= 1:
        raise ValueError(f"share {share} is not in (0, 1]; the weights of each side sum to 1")
    check_positive(epsilon=epsilon, tolerance=tolerance, max_iterations=max_iterations)
    check_solver(solver)
    if share == 1:
        return solve(
            costs,
            source=source,
            target=target,
            epsilon=epsilon,
            tolerance=tolerance,
            max_iterations=max_iterations,
            solver=solver,
        )
    if not costs:
        return none()
    problems = Problems.read(costs, source, target)
    check_range(problems.costs, epsilon)
    if solver == "own":
        if epsilon is None:
            return exact_partial(problems, share)
        return entropic_ragged(problems, epsilon, tolerance, max_iterations, share=share)
    from wcabench.transport import pot

    if epsilon is None:
        return pot.partial(problems, share)
    return pot.entropic_partial(problems, share, epsilon, tolerance, max_iterations)
