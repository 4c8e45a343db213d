"""What a method is, and the tagger that it hands back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from wcabench.contract.bench import Bench
from wcabench.contract.sentences import Side, Words
from wcabench.contract.slots import SLOTS, Need, Tier, tier_of
from wcabench.errors import suggest


@dataclass(frozen=True)
class MethodInfo:
    """What a method is and what it may see.

    Attributes:
        name: the name on the command line and in tables.
        paper: where it was published ("Wang & Henao 2022").
        needs: the slots that it may ask its bench for (`wcabench.contract.slots`); anything else is refused.
        tier: how much it sees; None: the highest tier of its needs. "external" for a method that was trained elsewhere.
        published: settings of the original ("recipe.learning_rate": 3e-5, "encoder.freeze": 3), which `--as-published`
            applies; without it every method trains by the suite's recipe.
        null: options with which the method must be plain transfer bit for bit ({"beta": 0}); the conformance kit tests
            it.
        trains_encoder: False for a method that leaves the encoder as it was pretrained.
        transductive: whether `predict` wants all sentences of a test set at once. Others get them in chunks, in an
            order of the harness's own.
    """

    name: str
    paper: str
    needs: frozenset[Need]
    tier: Tier | None = None
    published: Mapping[str, Any] = field(default_factory=dict)
    null: Mapping[str, Any] = field(default_factory=dict)
    trains_encoder: bool = True
    transductive: bool = False

    def __post_init__(self) -> None:
        """Take any iterable of needs; refuse an unknown one."""
        object.__setattr__(self, "needs", frozenset(self.needs))
        for need in sorted(self.needs):
            if need not in SLOTS:
                raise suggest(need, list(SLOTS), f"need of method '{self.name}'")
        if self.tier is None:
            object.__setattr__(self, "tier", tier_of(self.needs))


class Tagger(Protocol):
    """What a method hands back: anything that tags words.

    Two more methods may be there: `probabilities(sentences, side)`, one array [words, tags] a sentence, and
    `save(folder)`. `bench.train` gives a tagger that has both.
    """

    def predict(self, sentences: list[Words], side: Side = "target") -> list[list[str | None]]:
        """One IOB2 tag a word of every sentence; None where it has no answer (scored as O).

        Args:
            sentences: none empty.
            side: the language they are in.
        """
        ...


class SavedTagger(Tagger, Protocol):
    """A tagger that can be kept on disk."""

    def save(self, folder: Path) -> None:
        """Write everything that it needs into an empty folder."""
        ...


class Method(Protocol):
    """A frozen dataclass whose fields are the method's options, with one verb.

    A method that builds on others' models also has `requires() -> tuple[Method, ...]`: those that `fit` will ask for by
    `bench.fitted`, so that they are trained first. It may be left out.
    """

    info: ClassVar[MethodInfo]

    def fit(self, bench: Bench) -> Tagger:
        """Train on what the bench hands out."""
        ...
