"""Sentences on which two methods differ, with the gold entities and what each of them predicted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.runs.cells import PREDICTIONS, Cell
from wcabench.scoring.counts import Counts, count
from wcabench.scoring.spans import Span, read_spans

if TYPE_CHECKING:
    from wcabench.contract import Sentence

GoldReader = Callable[[Cell], "list[Sentence]"]


@dataclass(frozen=True)
class Example:
    """One sentence of the test set.

    Attributes:
        seed: of the two cells.
        number: of the sentence in the test set, from 1.
        words: the sentence.
        gold: its entities; None where the gold is not at hand.
        predicted: entities by strict IOB2, of the first method and of the second.
        errors: entities missed or wrongly predicted, of the first method and of the second.
    """

    seed: int
    number: int
    words: tuple[str, ...]
    gold: tuple[Span, ...] | None
    predicted: tuple[tuple[Span, ...], tuple[Span, ...]]
    errors: tuple[int, int]


@dataclass(frozen=True)
class PairExamples:
    """Examples of one language pair.

    Attributes:
        pair: "en-nl".
        shown: the examples.
        notes: why there are none, or why the gold is not shown.
    """

    pair: str
    shown: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """In JSON's types."""
        return {"notes": list(self.notes), "sentences": [_plain(one) for one in self.shown]}


def find_examples(
    pair: str, cells: tuple[Sequence[Cell], Sequence[Cell]], wanted: int, read_gold: GoldReader
) -> PairExamples:
    """The sentences with the largest difference in errors, better and worse ones in turn.

    Args:
        pair: "en-nl".
        cells: of the first method and of the second, on the same seeds.
        wanted: how many.
        read_gold: gives the gold sentences of a cell's test set, or raises a `UserError`.
    """
    if not wanted:
        return PairExamples(pair)
    both = [(a, b) for a, b in zip(*cells, strict=True) if _has_predictions(a) and _has_predictions(b)]
    if not both:
        reason = f"the predictions are not stored (no {PREDICTIONS} in the cells of both methods)"
        return PairExamples(pair, notes=(f"no examples: {reason}.",))
    a, b = both[0]
    try:
        sentences = _predictions(a), _predictions(b)
        if [one.words for one in sentences[0]] != [one.words for one in sentences[1]]:
            raise UserError(f"{a.path} and {b.path} hold predictions for different sentences")
    except UserError as error:
        return PairExamples(pair, notes=(f"no examples: {error}.",))
    return _examples(pair, (a, b), sentences, wanted, read_gold)


def _examples(
    pair: str,
    cells: tuple[Cell, Cell],
    sentences: "tuple[list[Sentence], list[Sentence]]",
    wanted: int,
    read_gold: GoldReader,
) -> PairExamples:
    wrong = [errors(cell.counts()) for cell in cells]
    chosen = _choose(wrong[0], wrong[1], wanted)
    if not chosen:
        return PairExamples(pair, notes=(f"no examples: with seed {cells[0].seed} the errors are equal.",))
    notes: tuple[str, ...] = ()
    gold: list[Sentence] | None = None
    try:
        gold = _checked_gold(cells[0], sentences[0], read_gold)
    except UserError as error:
        notes = (f"the gold entities cannot be shown: {error}.",)
    shown = tuple(
        Example(
            seed=cells[0].seed,
            number=at + 1,
            words=sentences[0][at].words,
            gold=None if gold is None else tuple(read_spans(gold[at].tags)),
            predicted=(tuple(read_spans(sentences[0][at].tags)), tuple(read_spans(sentences[1][at].tags))),
            errors=(int(wrong[0][at]), int(wrong[1][at])),
        )
        for at in chosen
    )
    return PairExamples(pair, shown, notes)


def _choose(a: NDArray[np.int64], b: NDArray[np.int64], wanted: int) -> list[int]:
    """Indices of sentences, the largest differences first, those for the first and for the second in turn."""
    by_size = sorted(np.flatnonzero(a != b).tolist(), key=lambda at: (-abs(int(a[at] - b[at])), at))
    better, worse = [at for at in by_size if a[at] < b[at]], [at for at in by_size if a[at] > b[at]]
    in_turn = chain.from_iterable(zip_longest(better, worse))
    return [at for at in in_turn if at is not None][:wanted]


def _has_predictions(cell: Cell) -> bool:
    return (cell.path / PREDICTIONS).is_file()


def _predictions(cell: Cell) -> "list[Sentence]":
    """The predicted tags of a cell, which must be those of its counts.

    Raises:
        UserError: they cannot be read, or are not.
    """
    from wcabench.data.columns import read_written

    path, counts = cell.path / PREDICTIONS, cell.counts()
    sentences = read_written(path)
    tags = [one.tags for one in sentences]
    if len(tags) != len(counts.gold) or not np.array_equal(
        count(tags, tags, counts.types).gold, counts.predicted
    ):
        raise UserError(f"{path}: not the predictions that the cell was scored on")
    return sentences


def _checked_gold(cell: Cell, sentences: "list[Sentence]", read_gold: GoldReader) -> "list[Sentence]":
    """The gold sentences, which must be those that the cell was scored on."""
    gold = read_gold(cell)
    tags, counts = [one.tags for one in gold], cell.counts()
    same_words = [one.words for one in gold] == [one.words for one in sentences]
    if not same_words or not np.array_equal(count(tags, tags, counts.types).gold, counts.gold):
        raise UserError(f"the test set of suite {cell.suite} that is here is not what the cell was scored on")
    return gold


def errors(counts: Counts) -> NDArray[np.int64]:
    """Missed and wrongly predicted entities of each sentence, [n_sentences]."""
    return np.asarray((counts.gold + counts.predicted - 2 * counts.tp).sum(1), np.int64)


def _plain(example: Example) -> dict[str, Any]:
    def spans(found: Sequence[Span]) -> list[dict[str, Any]]:
        return [one._asdict() for one in found]

    return {
        "seed": example.seed,
        "sentence": example.number,
        "words": list(example.words),
        "gold": None if example.gold is None else spans(example.gold),
        "a": spans(example.predicted[0]),
        "b": spans(example.predicted[1]),
        "errors": {"a": example.errors[0], "b": example.errors[1]},
    }
