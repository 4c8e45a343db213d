"""The other solvers, used as their documentation shows, on the problems of a step."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import ot

# For peers with a tolerance. POT compares it with an L2 norm, which is at most the L1 norm that ours uses.
TOLERANCE = 1e-4
ITERATIONS = 10_000
# Padding must have some weight, because POT divides by it.
PADDING_WEIGHT = 1e-12


def uniform(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return uniform marginals: 1/n_s and 1/n_t."""
    return np.full(cost.shape[0], 1 / cost.shape[0]), np.full(cost.shape[1], 1 / cost.shape[1])


def emd_loop(costs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return exact plans, by one call of POT's network simplex for each problem."""
    return [ot.emd(*uniform(cost), cost) for cost in costs]


def sinkhorn_loop(costs: Sequence[np.ndarray], epsilon: float) -> list[np.ndarray]:
    """Return entropic plans, by one call of POT for each problem."""
    return [
        ot.sinkhorn(
            *uniform(cost), cost, epsilon, stopThr=TOLERANCE, numItermax=ITERATIONS, warn=False
        )
        for cost in costs
    ]  # fmt: skip


def unbalanced_loop(costs: Sequence[np.ndarray], epsilon: float, weight: float) -> list[np.ndarray]:
    """Return unbalanced plans, by one call of POT for each problem."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            ot.unbalanced.sinkhorn_unbalanced(*uniform(cost), cost, epsilon, weight, stopThr=TOLERANCE)
            for cost in costs
        ]


def partial_loop(costs: Sequence[np.ndarray], share: float) -> list[np.ndarray]:
    """Return exact partial plans, by one call of POT for each problem."""
    return [ot.partial.partial_wasserstein(*uniform(cost), cost, share) for cost in costs]


def entropic_partial_loop(
    costs: Sequence[np.ndarray], epsilon: float, share: float, method: str
) -> list[np.ndarray]:
    """Return entropic partial plans, by one call of POT for each problem."""
    return [
        ot.partial.entropic_partial_wasserstein(
            *uniform(cost), cost, epsilon, share, method=method, stopThr=TOLERANCE, numItermax=ITERATIONS
        )
        for cost in costs
    ]


class Padded:
    """The problems of a step, padded to one array for batched solvers."""

    def __init__(self, costs: Sequence[Any]) -> None:
        height, width = (max(cost.shape[side] for cost in costs) for side in (0, 1))
        self.shapes = [tuple(cost.shape) for cost in costs]
        self.cost = np.zeros((len(costs), height, width))
        self.source = np.full((len(costs), height), PADDING_WEIGHT)
        self.target = np.full((len(costs), width), PADDING_WEIGHT)
        for k, cost in enumerate(costs):
            n_s, n_t = cost.shape
            self.cost[k, :n_s, :n_t] = cost
            self.source[k, :n_s] = 1 / n_s
            self.target[k, :n_t] = 1 / n_t
        for side in (self.source, self.target):
            side /= side.sum(1, keepdims=True)

    def plans(self, batch: Any) -> list[Any]:
        """Return the plans of a batch without padding."""
        return [batch[k, :n_s, :n_t] for k, (n_s, n_t) in enumerate(self.shapes)]


def pot_batch(problems: Padded, epsilon: float, method: str) -> Any:
    """Return the padded plans of all problems, by POT's batched solver."""
    return ot.batch.solve_batch(
        problems.cost,
        epsilon,
        problems.source,
        problems.target,
        max_iter=ITERATIONS,
        tol=TOLERANCE,
        method=method,
    ).plan


def geomloss_batch(problems: Padded, epsilon: float, iterations: int) -> Any:
    """Return the padded plans of all problems, by geomloss' batched solver, which has no tolerance."""
    import torch
    from geomloss import ot as geomloss_ot

    cost, source, target = (torch.from_numpy(x) for x in (problems.cost, problems.source, problems.target))
    return geomloss_ot.solve_batch(cost, reg=epsilon, a=source, b=target, max_iter=iterations).plan


def ott_batch(problems: Padded, epsilon: float) -> Any:
    """Return a function that solves all problems by ott-jax's solver, vectorised and compiled."""
    import jax
    from ott.geometry.geometry import Geometry
    from ott.problems.linear.linear_problem import LinearProblem
    from ott.solvers.linear.sinkhorn import Sinkhorn

    solver = Sinkhorn(threshold=TOLERANCE, max_iterations=ITERATIONS)

    def plan(cost: Any, source: Any, target: Any) -> Any:
        return solver(LinearProblem(Geometry(cost, epsilon=epsilon), source, target)).matrix

    solve_all = jax.jit(jax.vmap(plan))
    return lambda: solve_all(problems.cost, problems.source, problems.target).block_until_ready()


def row_error(plans: Sequence[Any]) -> float:
    """Return the mean L1 error of the source marginals."""
    return float(np.mean([np.abs(np.asarray(plan).sum(1) - 1 / len(plan)).sum() for plan in plans]))
