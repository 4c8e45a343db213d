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
        scores: [n_s, n_t] per pair: a similarity, or a plan in which every target token has mass (see `partners`).

    Returns:
        [n_s, n_t] per pair; every column sums to 1/n_t.
    """
    return [
        score.new_zeros(score.shape).scatter_(0, first_best(score)[None], 1 / score.shape[1])
        for score in scores
    ]


def partners(plan: torch.Tensor) -> torch.Tensor:
    """The source token with the largest share of each target token's mass, the first of equals.

    Args:
        plan: [n_s, n_t], not below 0. For the partners of the source tokens give its transpose.

    Returns:
        [n_s, n_t] bool, one True per column; none where the target token has no mass, as in a partial plan.
    """
    import torch

    linked = torch.zeros_like(plan, dtype=torch.bool).scatter_(0, first_best(plan)[None], True)
    return linked & (plan > 0)


def first_best(score: torch.Tensor) -> torch.Tensor:
    """Row of the largest entry of each column, [n_t]; the first of equals (torch.argmax promises no order)."""
    best = score == score.amax(0)
    return (best.cumsum(0) == 0).sum(0)
