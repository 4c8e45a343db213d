"""Transport that need not couple everything: unbalanced (soft marginals) and partial (a share of the mass).

Two sentences do not match word for word. Both solvers give the same `Plans` as `solve`, but no marginal is exact:
`marginal_error` is there the L1 distance of both sides' sums from their weights, which is what was left unmatched and
no sign of failure; `converged` alone says whether the plan is optimal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wcabench.transport.plans import Plans, check_positive, check_range

if TYPE_CHECKING:
    from wcabench.transport.problems import Matrix, Problems


def solve_unbalanced(
    costs: Sequence[Matrix],
    epsilon: float,
    marginal_weight: float,
    *,
    source: Sequence[Any] | None = None,
    target: Sequence[Any] | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
) -> Plans:
    """Plans whose marginals are held by penalties (Chizat et al. 2018; as an aligner, Arase et al. 2023).

    Minimises <T, C> + epsilon KL(T | a b') + marginal_weight (KL(T1 | a) + KL(T'1 | b)): the mass is below 1 and falls
    with the costs; a token that nothing resembles keeps little of its weight.

    Args:
        costs: as for `solve`, and not below 0 (a negative cost would be paid for creating mass).
        epsilon: weight of the entropy, in units of the cost; above 0.
        marginal_weight: of each side's divergence, in units of the cost; above 0; infinite: as `solve`.
        source: [n_s] weights a problem, as for `solve`.
        target: [n_t] weights a problem.
        tolerance: L1 difference of the source sums from the optimal ones at which the iteration stops.
        max_iterations: it gives up after so many, and `converged` is False.

    Raises:
        ValueError: as `solve`, and for a cost below 0.
    """
    from wcabench.transport.problems import Problems
    from wcabench.transport.solvers import entropic_ragged, none

    check_positive(
        epsilon=epsilon, marginal_weight=marginal_weight, tolerance=tolerance, max_iterations=max_iterations
    )
    if not costs:
        return none()
    problems = Problems.read(costs, source, target)
    check_range(problems.costs, min(epsilon, marginal_weight))
    if problems.costs.min() < -epsilon:  # a cosine's rounding is let pass
        raise ValueError(f"a cost of {problems.costs.min():g} is below 0: it would be paid for creating mass")
    return entropic_ragged(problems, float(epsilon), tolerance, max_iterations, float(marginal_weight))


def solve_partial(
    costs: Sequence[Matrix],
    mass: float,
    *,
    source: Sequence[Any] | None = None,
    target: Sequence[Any] | None = None,
) -> Plans:
    """Exact plans that move `mass` of the 1 there is, from and to whichever tokens make it cheapest.

    A dummy token on each side takes what is not moved, at no cost, and the two dummies are kept apart (Chapel et al.
    2020), so that the exact solver does the rest.

    Args:
        costs: as for `solve`.
        mass: to move, in (0, 1].
        source: [n_s] weights a problem, as for `solve`: no token gives more than its weight.
        target: [n_t] weights a problem: nor takes more.

    Raises:
        ValueError: as `solve`, and for a mass outside (0, 1].
    """
    from wcabench.transport.problems import Problems
    from wcabench.transport.solvers import given_back, none

    if not 0 < mass <= 1:
        raise ValueError(f"mass {mass} is not in (0, 1]; the weights of each side sum to 1")
    if not costs:
        return none()
    problems = Problems.read(costs, source, target)
    check_range(problems.costs, None)
    found = _exact_with_dummies(problems, mass)
    flat = np.concatenate([plan[:-1, :-1].ravel() for plan in found.plans]) * (2 - mass)
    potentials = np.concatenate([f[:-1] for f in found.source_potentials])
    missed = problems.row_errors(flat) + problems.column_errors(flat)
    return given_back(problems, flat, potentials, found.iterations, missed, found.converged)


def _exact_with_dummies(problems: Problems, mass: float) -> Plans:
    """Exact plans of the problems with a dummy token more on each side; all weights are divided by their sum."""
    from wcabench.transport.problems import Problems, cut
    from wcabench.transport.solvers import exact

    matrices = cut(problems.costs, problems.shapes.prod(1))
    larger = []
    for cost, (n_s, n_t) in zip(matrices, problems.shapes.tolist(), strict=True):
        made = np.zeros((n_s + 1, n_t + 1))
        made[:-1, :-1] = cost.reshape(n_s, n_t)
        made[-1, -1] = 1 + 2 * np.abs(cost).max()
        larger.append(made)
    sides = [
        [np.append(w, 1 - mass) / (2 - mass) for w in cut(weights, problems.shapes[:, side])]
        for side, weights in enumerate(problems.weights())
    ]
    return exact(Problems.read(larger, *sides))
