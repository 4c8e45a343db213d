"""Measures of couplings that can be compared between methods."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class PlanMeasures:
    """Measures of some couplings. A target token goes to the source tokens with the largest share of its mass.

    Attributes:
        source_reached: share of all source tokens that some target token goes to; from 0 to 1.
        largest_fan_in: target tokens that go to the busiest source token of a pair; mean over the pairs.
        entropy: of a target token's mass over the source tokens, in nats; mean over the target tokens that have mass.
            None where none has.
        relative_entropy: the same, each divided by the log of the number of source tokens: 0 where a target token has
            one partner, 1 where all source tokens have the same share.
        source_error: sum over source tokens of |mass - 1/n_s|; mean over the pairs. 0: a transport plan; below 2.
        target_error: sum over target tokens of |mass - 1/n_t|; mean over the pairs.
    """

    source_reached: float
    largest_fan_in: float
    entropy: float | None
    relative_entropy: float | None
    source_error: float
    target_error: float


def largest_entries(plan: torch.Tensor) -> torch.Tensor:
    """[n_s, n_t] bool: the largest entries of each column that has mass, all of them where several are equal."""
    return (plan == plan.amax(0)) & (plan > 0)


def measure_plans(plans: Iterable[torch.Tensor]) -> PlanMeasures:
    """Measure couplings, in float32 on the device that they are on.

    Args:
        plans: [n_s, n_t] per pair; at least one.

    Raises:
        ValueError: no plan.
    """
    pairs = sources = reached = fan_in = 0
    source_error = target_error = 0.0
    entropies: list[float] = []
    relative: list[float] = []
    for plan in plans:
        mass = plan.float()
        n_s, n_t = mass.shape
        chosen = largest_entries(mass)
        pairs, sources = pairs + 1, sources + n_s
        reached += int(chosen.any(1).sum())
        fan_in += int(chosen.sum(1).max())
        source_error += float((mass.sum(1) - 1 / n_s).abs().sum())
        target_error += float((mass.sum(0) - 1 / n_t).abs().sum())
        own = _column_entropies(mass)
        entropies += own
        relative += [entropy / math.log(n_s) if n_s > 1 else 0.0 for entropy in own]
    if not pairs:
        raise ValueError("no plan to measure")
    return PlanMeasures(
        source_reached=reached / sources,
        largest_fan_in=fan_in / pairs,
        entropy=sum(entropies) / len(entropies) if entropies else None,
        relative_entropy=sum(relative) / len(relative) if relative else None,
        source_error=source_error / pairs,
        target_error=target_error / pairs,
    )


def _column_entropies(plan: torch.Tensor) -> list[float]:
    """Entropy of each column that has mass, in nats."""
    with_mass = plan[:, plan.sum(0) > 0]
    shares = with_mass / with_mass.sum(0)
    # 0 log 0 is 0: the log is taken of shares above 0 alone.
    return [float(value) for value in -(shares * shares.where(shares > 0, shares.new_ones(())).log()).sum(0)]
