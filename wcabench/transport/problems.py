"""Ragged problems end to end in flat float64 arrays: read from NumPy or torch, and given back in the same kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import numpy as np
import torch

Matrix: TypeAlias = "np.ndarray | torch.Tensor"
FLOATS = (np.dtype(np.float32), np.dtype(np.float64), torch.float32, torch.float64)
# What the sum of given weights may differ from 1: float32 weights of long sentences come this close.
SUM_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Problems:
    """Transport problems as the compiled solvers read them.

    Attributes:
        given: the cost matrices as the caller passed them.
        costs: all of them, row by row, one after the other; float64.
        shapes: [problems, 2], n_s and n_t of each.
        source: weights of the source tokens, end to end, each problem's summing to one; None: uniform.
        target: likewise.
    """

    given: Sequence[Matrix]
    costs: np.ndarray
    shapes: np.ndarray
    source: np.ndarray | None
    target: np.ndarray | None

    @classmethod
    def read(
        cls, costs: Sequence[Matrix], source: Sequence[Any] | None = None, target: Sequence[Any] | None = None
    ) -> Problems:
        """Check and flatten the arguments of `solve`; see there.

        Raises:
            ValueError: naming the problem and what is wrong with it.
        """
        check_kind(costs)
        flat = _end_to_end(costs)
        shapes = np.array([cost.shape for cost in costs], dtype=np.int64)
        if not np.isfinite(flat).all():
            at = int(np.argmin(np.isfinite(flat)))
            refuse(costs, int(np.searchsorted(np.cumsum(shapes.prod(1)), at, side="right")))
        weights = [
            read_weights(given, shapes[:, side], name)
            for side, (given, name) in enumerate(((source, "source"), (target, "target")))
        ]
        return cls(costs, flat, shapes, *weights)

    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """Source and target weights, the uniform ones written out."""
        sides = []
        for side, given in enumerate((self.source, self.target)):
            sizes = self.shapes[:, side]
            sides.append(np.repeat(1 / sizes, sizes) if given is None else given)
        return sides[0], sides[1]

    def matrices(self, flat: np.ndarray) -> list[Any]:
        """A flat array like `costs` as one matrix per problem, each of the type, and on the device, of its cost."""
        parts = cut(_in_kind(flat, self.given[0]), self.shapes.prod(1))
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes.tolist(), strict=True)]

    def source_vectors(self, flat: np.ndarray) -> list[Any]:
        """A float64 value per source token as one vector per problem: arrays, or tensors on the CPU."""
        values = torch.from_numpy(flat) if isinstance(self.given[0], torch.Tensor) else flat
        return cut(values, self.shapes[:, 0])

    def objective(self, plans: np.ndarray) -> np.ndarray:
        """Sum_ij T_ij C_ij of flat plans, [problems]."""
        return np.add.reduceat(plans * self.costs, starts(self.shapes.prod(1)))

    def row_errors(self, plans: np.ndarray) -> np.ndarray:
        """L1 violation of the source marginals of flat plans, [problems]."""
        n_s, n_t = self.shapes.T
        rows = np.add.reduceat(plans, starts(np.repeat(n_t, n_s)))
        errors: np.ndarray = np.add.reduceat(np.abs(rows - self.weights()[0]), starts(n_s))
        return errors

    def unmatched(self, plans: np.ndarray) -> np.ndarray:
        """L1 distance of the sums of both sides of flat plans from their weights, [problems]."""
        column_errors = [
            np.abs(plan.sum(0) - b).sum() for plan, (_, _, b) in zip(self.cut(plans), self, strict=True)
        ]
        errors: np.ndarray = self.row_errors(plans) + column_errors
        return errors

    def cut(self, flat: np.ndarray) -> list[np.ndarray]:
        """A flat array like `costs` as its matrices, float64; no copies."""
        parts = cut(flat, self.shapes.prod(1))
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes.tolist(), strict=True)]

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Cost [n_s, n_t], source weights [n_s] and target weights [n_t] of each problem, float64; no copies."""
        source, target = (cut(weights, self.shapes[:, side]) for side, weights in enumerate(self.weights()))
        return zip(self.cut(self.costs), source, target, strict=True)


def starts(sizes: np.ndarray) -> np.ndarray:
    """Index of the first element of each of several parts that lie end to end, [parts]."""
    firsts: np.ndarray = np.cumsum(sizes) - sizes
    return firsts


def check_kind(costs: Sequence[Matrix]) -> None:
    """Refuse costs that are not all matrices with entries, of one float type, and all NumPy or all torch.

    Raises:
        ValueError: naming the first cost that is not.
    """
    for number, cost in enumerate(costs):
        if not isinstance(cost, np.ndarray | torch.Tensor) or cost.dtype not in FLOATS:
            kind = getattr(cost, "dtype", type(cost).__name__)
            raise ValueError(
                f"cost {number}: wanted a NumPy array or torch tensor of float32 or float64, got {kind}"
            )
        if cost.ndim != 2 or 0 in cost.shape:
            refuse(costs, number)
        if type(cost) is not type(costs[0]) or cost.dtype != costs[0].dtype:
            raise ValueError(
                f"cost {number}: {cost.dtype} beside {costs[0].dtype}; wanted all costs of one kind"
            )


def read_weights(given: Sequence[Any] | None, sizes: np.ndarray, side: str) -> np.ndarray | None:
    """Weights of one side, end to end in float64, those of each problem divided by their sum; None stays None.

    Raises:
        ValueError: not one vector of weights per problem, or weights that do not sum to one.
    """
    if given is None:
        return None
    if len(given) != len(sizes):
        raise ValueError(
            f"{side} weights: {len(given)} vectors for {len(sizes)} problems; wanted one a problem"
        )
    normalised = []
    for number, (vector, size) in enumerate(zip(given, sizes.tolist(), strict=True)):
        on_cpu = vector.detach().cpu() if isinstance(vector, torch.Tensor) else vector
        weights = np.asarray(on_cpu, dtype=np.float64)
        where = f"{side} weights of problem {number}"
        if weights.shape != (size,):
            raise ValueError(f"{where}: wanted {size}, one a token, got shape {weights.shape}")
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise ValueError(f"{where}: a weight is negative or not finite")
        if abs(weights.sum() - 1) > SUM_TOLERANCE:
            raise ValueError(f"{where}: they sum to {weights.sum():.6g}; divide them by their sum")
        normalised.append(weights / weights.sum())
    return np.concatenate(normalised)


def refuse(costs: Sequence[Matrix], number: int) -> NoReturn:
    """Raise the error for a cost that is empty, no matrix or not finite."""
    shape = tuple(costs[number].shape)
    raise ValueError(f"cost {number}: wanted a finite matrix [n_s, n_t], got shape {shape}")


def _end_to_end(matrices: Sequence[Matrix]) -> np.ndarray:
    if isinstance(matrices[0], torch.Tensor):
        # One transfer, where they are on a GPU.
        return torch.cat([m.detach().reshape(-1) for m in matrices]).cpu().numpy().astype(np.float64)  # type: ignore[union-attr]
    return np.concatenate([m.ravel() for m in matrices]).astype(np.float64)


def _in_kind(flat: np.ndarray, like: Matrix) -> Matrix:
    return torch.from_numpy(flat).to(like) if isinstance(like, torch.Tensor) else flat.astype(like.dtype)


def cut(flat: Matrix, sizes: np.ndarray) -> list[Any]:
    """The parts of a flat array that lie end to end in it; no copies."""
    if isinstance(flat, torch.Tensor):
        return list(torch.split(flat, sizes.tolist()))
    return [
        flat[start : start + size] for start, size in zip(starts(sizes).tolist(), sizes.tolist(), strict=True)
    ]
