"""One call for the plans of many small problems: exact, or with an entropic term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Plans:
    """Couplings with uniform marginals, and how far each can be trusted.

    Attributes:
        plans: [n_s, n_t] a problem, float32, on the device of its cost.
        cost: sum_ij T_ij C_ij of each. [problems]
        marginal_error: L1 violation of the row marginals of each; the column marginals are exact. [problems]
        iterations: of each; rounds of augmenting paths for exact plans. [problems]
        converged: marginal error below the tolerance. [problems]
        source_potentials: f of each source token: argmax_i T_ij = argmax_i f_i - C_ij; a dual optimum for exact plans.
    """

    plans: list[torch.Tensor]
    cost: np.ndarray
    marginal_error: np.ndarray
    iterations: np.ndarray
    converged: np.ndarray
    source_potentials: list[torch.Tensor]


def solve(
    costs: Sequence[torch.Tensor],
    *,
    epsilon: float | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
) -> Plans:
    """Transport plans between uniform marginals 1/n_s and 1/n_t (eqs. 1 and 5).

    Args:
        costs: [n_s, n_t] a problem; n_s, n_t >= 1; finite.
        epsilon: weight of the entropy in units of the cost; None: the exact plan (float64).
        tolerance: L1 violation of the row marginals at which Sinkhorn stops.
        max_iterations: Sinkhorn gives up after so many; the plan is then returned with `converged` False.

    Raises:
        ValueError: an empty or non-finite cost matrix, or an epsilon that is not positive.
    """
    for number, cost in enumerate(costs):
        if cost.dim() != 2 or 0 in cost.shape or not bool(cost.isfinite().all()):
            raise ValueError(
                f"cost {number}: wanted a finite matrix [n_s, n_t], got shape {tuple(cost.shape)}"
            )
    costs = [cost.detach() for cost in costs]
    if epsilon is None or not costs:
        return _exact(costs)
    if not epsilon > 0:
        raise ValueError(f"epsilon {epsilon} is not positive; None means the exact plan")
    if costs[0].is_cuda:
        return _entropic_torch(costs, epsilon, tolerance, max_iterations)
    return _entropic_ragged(costs, epsilon, tolerance, max_iterations)


def _exact(costs: Sequence[torch.Tensor]) -> Plans:
    if not costs:
        none = np.empty(0)
        return Plans([], none, none, none, none, [])
    from wcabench.transport.exact import exact_ragged

    flat, shapes = _end_to_end(costs, np.float64)
    plans, potentials, rounds = np.empty_like(flat), np.empty(shapes[:, 0].sum()), np.empty(len(costs), int)
    exact_ragged(flat, shapes, plans, potentials, rounds)
    made, f = _apart(plans, potentials, shapes)
    made = [plan.to(cost) for plan, cost in zip(made, costs, strict=True)]
    errors = np.array([_row_error(plan) for plan in made])
    return Plans(made, _objective(made, costs), errors, rounds, np.ones(len(made), bool), f)


def _entropic_ragged(costs: Sequence[torch.Tensor], epsilon: float, tolerance: float, most: int) -> Plans:
    from wcabench.transport.entropic import sinkhorn_ragged

    flat, shapes = _end_to_end(costs, np.float32)
    plans, potentials = np.empty_like(flat), np.empty(shapes[:, 0].sum())
    errors, iterations = np.empty(len(costs)), np.empty(len(costs), dtype=np.int64)
    sinkhorn_ragged(flat, shapes, epsilon, tolerance, most, plans, potentials, errors, iterations)
    made, f = _apart(plans, potentials, shapes)
    return Plans(made, _objective(made, costs), errors, iterations, errors < tolerance, f)


def _end_to_end(costs: Sequence[torch.Tensor], dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """All matrices in one array, row by row, one after the other, and their shapes, [problems, 2]."""
    shapes = np.array([c.shape for c in costs], dtype=np.int64)
    return np.concatenate([c.cpu().numpy().astype(dtype, copy=False).ravel() for c in costs]), shapes


def _apart(
    plans: np.ndarray, potentials: np.ndarray, shapes: np.ndarray
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The plan and the source potentials of each problem."""
    import torch

    matrices = np.split(plans, np.cumsum(shapes.prod(1))[:-1])
    rows = np.split(potentials, np.cumsum(shapes[:, 0])[:-1])
    made = [torch.from_numpy(p.reshape(s)) for p, s in zip(matrices, shapes, strict=True)]
    return made, [torch.from_numpy(f) for f in rows]


def _entropic_torch(costs: Sequence[torch.Tensor], epsilon: float, tolerance: float, most: int) -> Plans:
    from wcabench.transport.log_domain import sinkhorn_log

    plans, potentials, error, count = sinkhorn_log(costs, epsilon, tolerance, most)
    errors = error.cpu().numpy().astype(np.float64)
    counts = np.full(len(plans), count)
    return Plans(plans, _objective(plans, costs), errors, counts, errors < tolerance, potentials)


def _objective(plans: Sequence[torch.Tensor], costs: Sequence[torch.Tensor]) -> np.ndarray:
    return np.array([float((p.double() * c.double()).sum()) for p, c in zip(plans, costs, strict=True)])


def _row_error(plan: torch.Tensor) -> float:
    return float((plan.sum(1) - 1 / len(plan)).abs().sum())
