"""Nearest-token coupling corrected by CSLS, which lowers the similarity of tokens that are near to all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wcabench.contract import MethodInfo
from wcabench.errors import require
from wcabench.nn.alignment import JointAlignment
from wcabench.transport import Coupling, harden_columns

if TYPE_CHECKING:
    import torch

    from wcabench.transport import Costs


@dataclass(frozen=True)
class Csls(JointAlignment):
    """Couples each target token with its nearest source token by cross-domain similarity local scaling.

    Attributes:
        k: number of nearest neighbours, on the other side of the sentence pair, by which a token's hubness is measured;
            in a shorter sentence all tokens are used.
    """

    info: ClassVar[MethodInfo] = MethodInfo(
        name="csls", paper="Conneau et al. 2018", needs=frozenset({"labelled", "parallel"})
    )

    k: int = 10

    def __post_init__(self) -> None:
        """Refuse a neighbourhood without neighbours."""
        super().__post_init__()
        require(self.k >= 1, f"csls.k: {self.k} is not at least 1")

    def couple(self, costs: Costs) -> Coupling:
        """Put mass 1/n_t on argmax_i of the CSLS of each target token, the first of equals."""
        return Coupling(harden_columns([csls(1 - cost, self.k) for cost in costs.mean_over_layers()]))


def csls(cosine: torch.Tensor, k: int) -> torch.Tensor:
    """Return 2 cos(i, j) - r_t(i) - r_s(j): Conneau et al. 2018, "Word Translation Without Parallel Data", 2.3.

    r_t(i) is the mean cosine of source token i with its k nearest target tokens, r_s(j) that of target token j with its
    k nearest source tokens.

    Args:
        cosine: cosine similarities. [n_s, n_t]
        k: number of neighbours, at least 1.

    Returns:
        [n_s, n_t], in [-4, 4].
    """
    source_tokens, target_tokens = cosine.shape
    r_t = cosine.topk(min(k, target_tokens), dim=1).values.mean(1, keepdim=True)
    r_s = cosine.topk(min(k, source_tokens), dim=0).values.mean(0, keepdim=True)
    return 2 * cosine - r_t - r_s
