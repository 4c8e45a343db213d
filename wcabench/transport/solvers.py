"""This package's solvers: from checked problems to `Plans`, by the compiled kernels or in torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from wcabench.transport.entropic import sinkhorn_ragged
from wcabench.transport.entropic_log import sinkhorn_ragged_log
from wcabench.transport.exact import exact_ragged
from wcabench.transport.log_domain import sinkhorn_log
from wcabench.transport.plans import Plans
from wcabench.transport.problems import Problems, cut, read_weights, refuse, starts

# Given weights are rounded to multiples of 1/UNITS: finer than float64, and sums stay within int64.
UNITS = 2**60


def none() -> Plans:
    """The plans of no problems."""
    empty = np.empty(0)
    return Plans([], empty, empty, empty, empty, [])


def exact(problems: Problems) -> Plans:
    """Optimal plans, in float64 on the CPU."""
    plans, f, exchanges = _empty(problems)
    exact_ragged(problems.costs, problems.shapes, *_whole_units(problems), plans, f, exchanges)
    optimal = np.ones(len(exchanges), bool)
    return _given_back(problems, plans, f, exchanges, problems.row_errors(plans), optimal)


def exact_partial(problems: Problems, share: float) -> Plans:
    """Optimal plans that move a share of the mass, in float64 on the CPU.

    A dummy token on each side takes what is not moved, at no cost, and the two dummies are kept apart (Chapel et al.
    2020), so that the exact solver does the rest. All weights are divided by their sum for it.
    """
    larger, sources, targets = [], [], []
    for cost, a, b in problems:
        with_dummies = np.zeros((len(a) + 1, len(b) + 1))
        with_dummies[:-1, :-1] = cost
        with_dummies[-1, -1] = 1 + 2 * np.abs(cost).max()
        larger.append(with_dummies)
        sources.append(np.append(a, 1 - share) / (2 - share))
        targets.append(np.append(b, 1 - share) / (2 - share))
    solved = exact(Problems.read(larger, sources, targets))
    assert solved.iterations is not None and solved.source_potentials is not None
    flat = np.concatenate([plan[:-1, :-1].ravel() for plan in solved.plans]) * (2 - share)
    potentials = np.concatenate([f[:-1] for f in solved.source_potentials])
    return _given_back(
        problems, flat, potentials, solved.iterations, problems.unmatched(flat), solved.converged
    )


def entropic_ragged(
    problems: Problems,
    epsilon: float,
    tolerance: float,
    most: int,
    *,
    marginal_weight: float = np.inf,
    share: float = 1.0,
) -> Plans:
    """Entropic plans on the CPU, each problem by itself; see `entropic.sinkhorn_ragged` for the last two."""
    plans, f, iterations = _empty(problems)
    errors, in_range = np.empty(len(iterations)), np.empty(len(iterations), bool)
    given = (
        problems.costs,
        problems.shapes,
        *problems.weights(),
        epsilon,
        marginal_weight,
        share,
        tolerance,
        most,
    )
    sinkhorn_ragged(*given, plans, f, errors, iterations, in_range)
    if not in_range.all():
        sinkhorn_ragged_log(*given, plans, f, errors, iterations, in_range)
    relaxed = np.isfinite(marginal_weight) or share < 1
    missed = problems.unmatched(plans) if relaxed else errors
    return _given_back(problems, plans, f, iterations, missed, errors < tolerance)


def entropic_batched(
    costs: Sequence[Any],
    source: Sequence[Any] | None,
    target: Sequence[Any] | None,
    epsilon: float,
    tolerance: float,
    most: int,
) -> Plans:
    """Entropic plans on the device of the costs, all problems in one padded batch.

    The device is waited for a few times in all: to check the costs, now and then for the error, and for the result.
    """
    costs = [cost.detach() for cost in costs]
    finite = torch.stack([cost.isfinite().all() for cost in costs]).cpu()
    if not finite.all():
        refuse(costs, int(finite.int().argmin()))
    plans, potentials, error, count = sinkhorn_log(
        costs, epsilon, tolerance, most, _vectors(source, costs, 0), _vectors(target, costs, 1)
    )
    objective = torch.stack([(p.double() * c.double()).sum() for p, c in zip(plans, costs, strict=True)])
    errors = error.cpu().numpy().astype(np.float64)
    counts = np.full(len(plans), count)
    return Plans(
        plans,
        objective.cpu().numpy(),
        errors,
        counts,
        errors < tolerance,
        [f.double() for f in potentials],
    )


def _given_back(
    problems: Problems,
    plans: np.ndarray,
    f: np.ndarray,
    iterations: np.ndarray,
    errors: np.ndarray,
    converged: np.ndarray,
) -> Plans:
    """Flat plans and source potentials in the kind of the costs."""
    return Plans(
        problems.matrices(plans),
        problems.objective(plans),
        errors,
        iterations,
        converged,
        problems.source_vectors(f),
    )


def _empty(problems: Problems) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Empty arrays for the plans, source potentials and iterations of a solver."""
    shapes = problems.shapes
    return np.empty_like(problems.costs), np.empty(shapes[:, 0].sum()), np.empty(len(shapes), dtype=np.int64)


def _whole_units(problems: Problems) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The weights of both sides as whole numbers, end to end, and the mass of one unit in each problem."""
    n_s, n_t = problems.shapes.T
    if problems.source is None and problems.target is None:
        common = np.gcd(n_s, n_t)
        return np.repeat(n_t // common, n_s), np.repeat(n_s // common, n_t), common / (n_s * n_t)
    source, target = problems.weights()
    return _rounded(source, n_s), _rounded(target, n_t), np.full(len(n_s), 1 / UNITS)


def _rounded(weights: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Weights as multiples of 1/UNITS. The largest weight of each problem takes the rest, so that both sums agree."""
    units: np.ndarray = np.floor(weights * UNITS).astype(np.int64)
    for start, size in zip(starts(sizes).tolist(), sizes.tolist(), strict=True):
        own = units[start : start + size]
        own[own.argmax()] += UNITS - own.sum()
    return units


def _vectors(given: Sequence[Any] | None, costs: Sequence[Any], side: int) -> list[torch.Tensor] | None:
    """Given weights, checked, as tensors like the costs."""
    sizes = np.array([cost.shape[side] for cost in costs])
    flat = read_weights(given, sizes, ("source", "target")[side])
    return None if flat is None else cut(torch.from_numpy(flat).to(costs[0]), sizes)
