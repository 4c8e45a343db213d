"""The solvers behind `solve`, between its tensors and the flat arrays of the compiled kernels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from wcabench.transport.entropic import sinkhorn_ragged
from wcabench.transport.exact import exact_ragged
from wcabench.transport.log_domain import sinkhorn_log
from wcabench.transport.plans import Plans


def exact(costs: Sequence[torch.Tensor]) -> Plans:
    """Optimal plans, in float64 on the CPU."""
    if not costs:
        none = np.empty(0)
        return Plans([], none, none, none, none, [])
    flat, shapes = _end_to_end(costs, np.float64)
    plans, potentials, rounds = np.empty_like(flat), np.empty(shapes[:, 0].sum()), np.empty(len(costs), int)
    exact_ragged(flat, shapes, plans, potentials, rounds)
    made, f = _apart(plans, potentials, shapes)
    made = [plan.to(cost) for plan, cost in zip(made, costs, strict=True)]
    errors = np.array([_row_error(plan) for plan in made])
    return Plans(made, _objective(made, costs), errors, rounds, np.ones(len(made), bool), f)


def entropic_ragged(costs: Sequence[torch.Tensor], epsilon: float, tolerance: float, most: int) -> Plans:
    """Entropic plans on the CPU, each problem by itself."""
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
    matrices = np.split(plans, np.cumsum(shapes.prod(1))[:-1])
    rows = np.split(potentials, np.cumsum(shapes[:, 0])[:-1])
    made = [torch.from_numpy(p.reshape(s)) for p, s in zip(matrices, shapes, strict=True)]
    return made, [torch.from_numpy(f) for f in rows]


def entropic_batched(costs: Sequence[torch.Tensor], epsilon: float, tolerance: float, most: int) -> Plans:
    """Entropic plans where the tensors are, all problems in one padded batch."""
    plans, potentials, error, count = sinkhorn_log(costs, epsilon, tolerance, most)
    errors = error.cpu().numpy().astype(np.float64)
    counts = np.full(len(plans), count)
    return Plans(plans, _objective(plans, costs), errors, counts, errors < tolerance, potentials)


def _objective(plans: Sequence[torch.Tensor], costs: Sequence[torch.Tensor]) -> np.ndarray:
    return np.array([float((p.double() * c.double()).sum()) for p, c in zip(plans, costs, strict=True)])


def _row_error(plan: torch.Tensor) -> float:
    return float((plan.sum(1) - 1 / len(plan)).abs().sum())
