"""Sentences on which two methods differ, with the gold entities and what each of them predicted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.runs.cells import TAGS, Cell
from wcabench.runs.predictions import read_words
from wcabench.runs.tags_file import Tags
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import STRICT
from wcabench.scoring.spans import Span, read_spans

if TYPE_CHECKING:
    from wcabench.contract import Sentence

GoldSentences = Callable[[Cell], "list[Sentence]"]


@dataclass(frozen=True)
class Example:
    """One sentence of the test set.

    Attributes:
        seed: of the two cells.
        number: of the sentence in the test set, from 1.
        words: the sentence.
        gold: its entities.
        predicted: entities by strict IOB2, of the first method and of the second.
        errors: entities missed or wrongly predicted, of the first method and of the second.
    """

    seed: int
    number: int
    words: tuple[str, ...]
    gold: tuple[Span, ...]
    predicted: tuple[tuple[Span, ...], tuple[Span, ...]]
    errors: tuple[int, int]


@dataclass(frozen=True)
class PairExamples:
    """Examples of one language pair.

    Attributes:
        pair: "en-nl".
        shown: the examples.
        notes: why there are none.
    """

    pair: str
    shown: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """In JSON's types."""
        return {"notes": list(self.notes), "sentences": [_plain(example) for example in self.shown]}


def find_examples(
    pair: str, cells: tuple[Sequence[Cell], Sequence[Cell]], wanted: int, read_gold: GoldSentences
) -> PairExamples:
    """The sentences with the largest difference in errors, better and worse ones in turn.

    Args:
        pair: "en-nl".
        cells: of the first method and of the second, on the same seeds.
        wanted: how many.
        read_gold: gives the sentences of the test set that a cell was scored on, or raises a `UserError`.
    """
    if not wanted:
        return PairExamples(pair)
    try:
        shown = _examples(cells, wanted, read_gold)
    except UserError as error:
        return PairExamples(pair, notes=(f"no examples: {error}.",))
    return PairExamples(pair, shown)


def _examples(
    cells: tuple[Sequence[Cell], Sequence[Cell]], wanted: int, read_gold: GoldSentences
) -> tuple[Example, ...]:
    """Of the first seed for which both methods kept their predictions."""
    tagged = ((a, b, a.tags().get("target"), b.tags().get("target")) for a, b in zip(*cells, strict=True))
    a, b, tags_of_a, tags_of_b = next((each for each in tagged if each[2] and each[3]), (None,) * 4)
    if a is None or b is None or tags_of_a is None or tags_of_b is None:
        raise UserError(f"the predictions are not stored (no {TAGS} in the cells of both methods)")
    for cell, tags in ((a, tags_of_a), (b, tags_of_b)):
        _check_tags(cell, tags)
    errors_of_a, errors_of_b = errors(a.counts()), errors(b.counts())
    chosen = _choose(errors_of_a, errors_of_b, wanted)
    if not chosen:
        raise UserError(f"with seed {a.seed} the errors are equal")
    gold = _checked_gold(a, tags_of_a, read_gold)
    return tuple(
        Example(
            seed=a.seed,
            number=at + 1,
            words=gold[at].words,
            gold=tuple(read_spans(gold[at].tags)),
            predicted=(tuple(read_spans(tags_of_a[at])), tuple(read_spans(tags_of_b[at]))),
            errors=(int(errors_of_a[at]), int(errors_of_b[at])),
        )
        for at in chosen
    )


def _choose(a: NDArray[np.int64], b: NDArray[np.int64], wanted: int) -> list[int]:
    """Indices of sentences, the largest differences first, those better for the first and for the second in turn."""
    by_size = sorted(np.flatnonzero(a != b).tolist(), key=lambda at: (-abs(int(a[at] - b[at])), at))
    better, worse = [at for at in by_size if a[at] < b[at]], [at for at in by_size if a[at] > b[at]]
    in_turn = chain.from_iterable(zip_longest(better, worse))
    return [at for at in in_turn if at is not None][:wanted]


def _check_tags(cell: Cell, tags: list[Tags]) -> None:
    """The stored tags must be those that the cell's counts are of."""
    if not _is_counted(cell, tags, tags, "predicted"):
        raise UserError(
            f"{cell.path}: its stored predictions are not what its counts are of; `wcabench store rescore` counts them"
        )


def _checked_gold(cell: Cell, predicted: list[Tags], read_gold: GoldSentences) -> "list[Sentence]":
    """The test set's sentences, whose tags must be those that the cell was scored on."""
    gold = read_gold(cell)
    if not _is_counted(cell, [list(sentence.tags) for sentence in gold], predicted, "gold"):
        raise UserError(f"the test set of suite {cell.suite} that is here is not what the cell was scored on")
    return gold


def _is_counted(cell: Cell, tags: list[Tags], predicted: list[Tags], name: str) -> bool:
    """Whether the cell's counts of that name, "gold" or "predicted", are those of these tags, sentence by sentence."""
    counts = cell.counts()
    if [len(own) for own in tags] != [len(own) for own in predicted]:
        return False
    if cell.leaves_words_out:
        tags, _ = read_words(tags, predicted)
    return np.array_equal(STRICT.count(tags, tags, counts.types).gold, getattr(counts, name))


def errors(counts: Counts) -> NDArray[np.int64]:
    """Missed and wrongly predicted entities of each sentence, [n_sentences]."""
    return np.asarray((counts.gold + counts.predicted - 2 * counts.tp).sum(1), np.int64)


def _plain(example: Example) -> dict[str, Any]:
    return {
        "seed": example.seed,
        "sentence": example.number,
        "words": list(example.words),
        "gold": [span._asdict() for span in example.gold],
        "a": [span._asdict() for span in example.predicted[0]],
        "b": [span._asdict() for span in example.predicted[1]],
        "errors": {"a": example.errors[0], "b": example.errors[1]},
    }
