"""What a method's `couple` returns, and the numbers that describe it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Coupling:
    """How much of each target token belongs to which source token.

    Attributes:
        plans: one tensor per pair, [n_s, n_t] shared by all layers, or [layers, n_s, n_t].
        facts: numbers about how the plans were computed (marginal error, iterations), averaged over training.
    """

    plans: list[torch.Tensor]
    facts: dict[str, float] = field(default_factory=dict)


def describe(plans: Sequence[torch.Tensor]) -> dict[str, float]:
    """Numbers that describe some couplings, as means over the pairs.

    Returns:
        source_coverage: share of source tokens that are the largest entry of at least one column.
        max_fan_in: columns that the busiest source token is the largest entry of.
        mass: sum of the plan.
        entropy: of the plan divided by its mass, in nats.
    """
    sums = dict.fromkeys(("source_coverage", "max_fan_in", "mass", "entropy"), 0.0)
    for plan in plans:
        matrix = (plan if plan.dim() == 2 else plan.mean(0)).detach().cpu()
        used = matrix.argmax(0)[matrix.amax(0) > 0]
        fans = used.bincount(minlength=len(matrix))
        mass = float(matrix.sum())
        shares = matrix[matrix > 0] / max(mass, 1e-12)
        sums["source_coverage"] += float((fans > 0).float().mean())
        sums["max_fan_in"] += float(fans.max())
        sums["mass"] += mass
        sums["entropy"] += float(-(shares * shares.log()).sum())
    return {name: value / max(len(plans), 1) for name, value in sums.items()}
