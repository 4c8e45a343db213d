"""Plain zero-shot transfer, the baseline of all comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wcabench.contract import MethodInfo

if TYPE_CHECKING:
    from wcabench.contract import Bench, Tagger


@dataclass(frozen=True)
class NoAlignment:
    """Fine-tunes on English and is applied to the target: only cross entropy, eq. (2)."""

    info: ClassVar[MethodInfo] = MethodInfo(
        name="none", paper="Wu & Dredze 2019", needs=frozenset({"labelled"})
    )

    def fit(self, bench: Bench) -> Tagger:
        """Train on the labelled source sentences."""
        network = bench.network()
        tagger: Tagger = bench.train(network, [bench.cross_entropy(network)])
        return tagger
