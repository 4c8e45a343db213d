"""From scores to a coupling with one partner a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def harden_columns(scores: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Eq. (6): each target token sends its mass 1/n_t to the source token with the highest score.

    Tie rule: the first of equal source tokens wins, on every device.

    Args:
        scores: [n_s, n_t] a pair (a plan, or a similarity).

    Returns:
        [n_s, n_t] a pair; every column sums to 1/n_t.
    """
    return [
        score.new_zeros(score.shape).scatter_(0, first_best(score)[None], 1 / score.shape[1])
        for score in scores
    ]


def harden_rows(scores: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """The other direction: each source token sends 1/n_s to its best target token, the first of equals."""
    return [plan.mT for plan in harden_columns([score.mT for score in scores])]


def first_best(score: torch.Tensor) -> torch.Tensor:
    """Row of the largest entry of each column, [n_t]; the first of equals (torch.argmax promises no order)."""
    best = score == score.amax(0)
    return (best.cumsum(0) == 0).sum(0)
