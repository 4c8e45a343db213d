"""The interfaces of a method and of the tagger that it returns."""

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
    """A method's declaration: its name, its source, and the data that it may read.

    Attributes:
        name: the name on the command line and in tables.
        paper: where it was published ("Wang & Henao 2022").
        needs: the slots that it may ask its bench for (`wcabench.contract.slots`); anything else is refused.
        tier: how much data it sees; None: the highest tier of its needs. "external" for a method that was trained
            elsewhere.
        published: the original's settings ({"recipe.learning_rate": 3e-5, "encoder.freeze": 3}), which
            `--as-published` applies; without that option every method trains by the suite's recipe.
        null: options with which the method must equal plain transfer bit for bit ({"beta": 0}); the conformance kit
            tests this.
        trains_encoder: False for a method that leaves the encoder as it was pretrained.
        transductive: whether `predict` needs all sentences of a test set at once. Otherwise the harness gives them in
            chunks and in an order that it chooses.
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
        """Convert the needs to a frozenset, refuse unknown ones, and fill in the tier."""
        object.__setattr__(self, "needs", frozenset(self.needs))
        for need in sorted(self.needs):
            if need not in SLOTS:
                raise suggest(need, list(SLOTS), "need", f"method '{self.name}'")
        if self.tier is None:
            object.__setattr__(self, "tier", tier_of(self.needs))


class Tagger(Protocol):
    """An object that tags words; a method's `fit` returns one.

    It may have two more methods: `probabilities(sentences, side)`, which returns one array [words, tags] for each
    sentence, and `save(folder)`. The tagger of `bench.train` has both.
    """

    def predict(self, sentences: list[Words], side: Side = "target") -> list[list[str | None]]:
        """Return one IOB2 tag for each word of every sentence; None for a word without an answer is scored as O.

        Args:
            sentences: the sentences' words; none is empty.
            side: the language of the sentences.
        """
        ...


class SavedTagger(Tagger, Protocol):
    """A tagger that can be saved."""

    def save(self, folder: Path) -> None:
        """Write all that the tagger needs into an empty folder."""
        ...


class Method(Protocol):
    """A method: a frozen dataclass whose fields are its options, with the method `fit`.

    A method that builds on other methods' models may have `requires() -> tuple[Method, ...]`. It returns the methods
    that `fit` will ask for by `bench.fitted`, so that they are trained first.
    """

    info: ClassVar[MethodInfo]

    def fit(self, bench: Bench) -> Tagger:
        """Train on the bench's data, and return the tagger."""
        ...
