"""The data that one training may read: the slots that its method declared, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wcabench.contract import SLOTS, Languages, Links, Method, Need, Sentence, SentencePair, Side, Words


class UndeclaredNeedError(PermissionError):
    """A method asked for data that its `info.needs` does not declare."""


class ClosedBenchError(PermissionError):
    """A method used its bench after `fit`."""


@dataclass(frozen=True)
class SelectionRule:
    """How the epoch is chosen whose weights are kept.

    Attributes:
        name: "last", "source-dev", or "target-dev" (an oracle, not zero-shot).
        sentences: the development set; empty for "last".
        types: the entity types that are scored.
    """

    name: str = "last"
    sentences: Sequence[Sentence] = ()
    types: tuple[str, ...] = ()

    @property
    def side(self) -> Side:
        """The language of the development set."""
        return "target" if self.name == "target-dev" else "source"


@dataclass(frozen=True)
class TrainingData:
    """The data of one training.

    Attributes:
        types: the entity types that are trained.
        slots: name -> content of each slot that the method declares.
        languages: the pair's languages; None for a method without a slot that depends on the target.
        selection: how the epoch is chosen; the method never sees its sentences.
    """

    types: tuple[str, ...]
    slots: Mapping[Need, Any]
    languages: Languages | None = None
    selection: SelectionRule = field(default_factory=SelectionRule)

    def of(self, method: Method) -> "TrainingData":
        """Return the part of this data that another method declares, whose model this method builds on.

        Raises:
            UndeclaredNeedError: the other method declares a slot that this one does not.
        """
        hidden = method.info.needs - self.slots.keys()
        if hidden:
            raise UndeclaredNeedError(
                f"'{method.info.name}' needs {', '.join(sorted(hidden))}: the method that builds on it must declare "
                "that in its own `needs`"
            )
        slots = {need: content for need, content in self.slots.items() if need in method.info.needs}
        on_target = any(SLOTS[need].target_side for need in slots)
        return replace(self, slots=slots, languages=self.languages if on_target else None)


class SlotAccess:
    """The part of the bench that gives access to the slots, until it is closed."""

    def __init__(self, data: TrainingData) -> None:
        self._data = data
        self._closed = False

    def close(self) -> None:
        """End the method's access: later requests are refused, and the data is released."""
        self._closed = True
        self._data = replace(self._data, slots={}, selection=SelectionRule())

    @property
    def languages(self) -> Languages:
        """Source and target language, as the suite names them."""
        self._check_open()
        if self._data.languages is None:
            raise UndeclaredNeedError(
                "the method asked for the pair's languages without a slot that depends on the target: one model "
                "serves all targets"
            )
        return self._data.languages

    @property
    def labelled(self) -> list[Sentence]:
        """Labelled source sentences."""
        return self._slot("labelled")  # type: ignore[no-any-return]

    @property
    def source_dev(self) -> list[Sentence]:
        """Labelled source sentences, held out."""
        return self._slot("source-dev")  # type: ignore[no-any-return]

    @property
    def monolingual(self) -> list[Words]:
        """Raw source sentences."""
        return self._slot("monolingual")  # type: ignore[no-any-return]

    @property
    def target_text(self) -> list[Words]:
        """Raw target sentences."""
        return self._slot("target-text")  # type: ignore[no-any-return]

    @property
    def dictionary(self) -> list[Any]:
        """(source word, target word, weight) entries."""
        return self._slot("dictionary")  # type: ignore[no-any-return]

    @property
    def embeddings(self) -> Any:
        """Static word vectors of both languages."""
        return self._slot("embeddings")

    @property
    def entities(self) -> list[Any]:
        """(type, phrase) entries."""
        return self._slot("entities")  # type: ignore[no-any-return]

    @property
    def parallel(self) -> list[SentencePair]:
        """Sentence pairs, without the links that came with the text."""
        return self._slot("parallel")  # type: ignore[no-any-return]

    @property
    def links(self) -> list[Links | None]:
        """The links that came with each pair of the parallel text."""
        return self._slot("links")  # type: ignore[no-any-return]

    @property
    def translated(self) -> list[Any]:
        """Labelled source sentences with their machine translation."""
        return self._slot("translated")  # type: ignore[no-any-return]

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedBenchError("the bench is closed: a method works with it in `fit`, and not afterwards")

    def _slot(self, need: Need) -> Any:
        self._check_open()
        if need not in self._data.slots:
            raise UndeclaredNeedError(
                f"the method asked for '{need}' without declaring it: add it to `needs` of its MethodInfo"
            )
        return self._data.slots[need]
