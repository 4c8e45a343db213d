"""Plain zero-shot transfer: the baseline that every difference is measured from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wcabench.contract import MethodInfo

if TYPE_CHECKING:
    from wcabench.contract import Bench, Tagger


@dataclass(frozen=True)
class NoAlignment:
    """Fine-tune on English, apply to the target: cross entropy alone, eq. (2)."""

    info: ClassVar[MethodInfo] = MethodInfo(
        name="none", paper="Wu & Dredze 2019", needs=frozenset({"labelled"})
    )

    def fit(self, bench: Bench) -> Tagger:
        """Train on the labelled source sentences."""
        network = bench.network()
        tagger: Tagger = bench.train(network, [bench.cross_entropy(network)])
        return tagger
