"""Plain zero-shot transfer: the baseline that every difference is measured from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wcabench.registry import MethodInfo

if TYPE_CHECKING:
    from wcabench.nn.bench import Bench
    from wcabench.nn.tagger import NeuralTagger


@dataclass(frozen=True)
class NoAlignment:
    """Fine-tune on English, apply to the target: cross entropy alone, eq. (2)."""

    info: ClassVar[MethodInfo] = MethodInfo(
        name="none", paper="Wu & Dredze 2019", needs=frozenset({"labelled"})
    )

    def fit(self, bench: Bench) -> NeuralTagger:
        """Train on the labelled source sentences."""
        return bench.train(bench.fresh_model())
