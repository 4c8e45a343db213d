"""Cosine costs between the tokens of sentence pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Costs:
    """The costs of a batch of sentence pairs, from which `couple` makes a coupling.

    Attributes:
        by_layer: one tensor per pair, [layers, n_s, n_t], float32, in [0, 2]: c = 1 - cos (section 2 of the paper).
        pairs: index of each pair in the bench's parallel text.
        seed: of the model; a coupling that draws at random makes a generator from it and the pair's index.
    """

    by_layer: list[torch.Tensor]
    pairs: list[int]
    seed: int = 0

    def mean_over_layers(self) -> list[torch.Tensor]:
        """One [n_s, n_t] matrix per pair: the mean of the layers' costs, as in eq. (8)."""
        return [cost.mean(0) for cost in self.by_layer]

    def __len__(self) -> int:
        return len(self.by_layer)


def cosine_costs(source: Sequence[torch.Tensor], target: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """1 - cos between unit states, pair by pair, without padding.

    Args:
        source: [layers, n_s, d] per pair, each state of norm 1.
        target: [layers, n_t, d] per pair, each state of norm 1.

    Returns:
        [layers, n_s, n_t] per pair, float32: noise of bf16 size in a cost would move its argmax.
    """
    return [1 - s.float() @ t.float().mT for s, t in zip(source, target, strict=True)]
