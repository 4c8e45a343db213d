"""Nearest-token coupling, the paper's second baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wcabench.contract import MethodInfo
from wcabench.nn.alignment import JointAlignment
from wcabench.transport import Coupling, harden_columns

if TYPE_CHECKING:
    from wcabench.transport import Costs


@dataclass(frozen=True)
class NearestToken(JointAlignment):
    """Couples each target token with its nearest source token by mean cosine cost, eq. (8)."""

    info: ClassVar[MethodInfo] = MethodInfo(
        name="nearest-token", paper="Wang & Henao 2022", needs=frozenset({"labelled", "parallel"})
    )

    def couple(self, costs: Costs) -> Coupling:
        """Put mass 1/n_t on argmin_i of the mean cost over layers, the first of equals."""
        return Coupling(harden_columns([-cost for cost in costs.mean_over_layers()]))
