"""Per-sentence counts of true positives, predicted and gold entities: all that F1 and its tests need."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.scoring.spans import Tag, split_tag

IntArray = NDArray[np.int32]
Score = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Counts:
    """Entity counts by sentence and type.

    Attributes:
        types: entity types, the columns of the arrays.
        tp: predicted entities that are gold ones (same boundaries and type), int32 [n_sentences, n_types].
        predicted: predicted entities, same shape.
        gold: gold entities, same shape.
    """

    types: tuple[str, ...]
    tp: IntArray
    predicted: IntArray
    gold: IntArray

    def __post_init__(self) -> None:
        """Take any integer arrays (stored ones are small and unsigned: they overflow); hold the shapes."""
        object.__setattr__(self, "types", tuple(str(kind) for kind in self.types))
        for name in ("tp", "predicted", "gold"):
            array = np.asarray(getattr(self, name)).astype(np.int32)
            if array.ndim != 2 or array.shape[1] != len(self.types) or len(array) != len(self.tp):
                expected = len(self.tp), len(self.types)
                raise ValueError(f"{name} has shape {array.shape}, expected {expected}")
            object.__setattr__(self, name, array)

    @cached_property
    def hits(self) -> NDArray[np.int64]:
        """True positives of all types, [n_sentences]."""
        return np.asarray(self.tp.sum(1, dtype=np.int64))

    @cached_property
    def entities(self) -> NDArray[np.int64]:
        """Gold entities of all types, [n_sentences]."""
        return np.asarray(self.gold.sum(1, dtype=np.int64))

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Predicted and gold entities of all types, [n_sentences]: micro F1 is 2 hits / sizes."""
        return np.asarray(self.predicted.sum(1, dtype=np.int64) + self.entities)

    @property
    def f1(self) -> float:
        """Micro-averaged F1 in percent; 0 where there is no entity at all."""
        return float(_score(self.tp.sum(), self.predicted.sum(), self.gold.sum())["f1"])

    def scores(self) -> dict[str, Score]:
        """Precision, recall and F1 in percent (0 where undefined, as conlleval has it), with their counts.

        Returns:
            {"micro": score, "per_type": {type: score}}, a score being {"precision", "recall", "f1", "tp",
            "predicted", "gold"}: what cells and `wcabench score --json` hold.
        """
        columns = self.tp.sum(0), self.predicted.sum(0), self.gold.sum(0)
        per_type = {kind: _score(*numbers) for kind, *numbers in zip(self.types, *columns, strict=True)}
        return {"micro": _score(*(column.sum() for column in columns)), "per_type": per_type}


def _score(tp: int, predicted: int, gold: int) -> Score:
    return {
        "precision": 100 * float(tp) / max(int(predicted), 1),
        "recall": 100 * float(tp) / max(int(gold), 1),
        "f1": 200 * float(tp) / max(int(predicted) + int(gold), 1),
        "tp": int(tp),
        "predicted": int(predicted),
        "gold": int(gold),
    }


class _LabelIds(dict[Tag, int]):
    """Ids of tags, given as they are first met: O and None 0, B of type t 1 + 2t, I of type t 2 + 2t."""

    def __init__(self, types: Sequence[str] | None) -> None:
        super().__init__({"O": 0, None: 0})
        self.types = list(types or ())
        self.open = types is None

    def __missing__(self, tag: Tag) -> int:
        prefix, kind = split_tag(tag)
        if kind not in self.types:
            if not self.open:
                raise UserError(f"tag {tag!r}: its type is not among {', '.join(self.types) or 'no types'}")
            self.types.append(kind)
        self[tag] = 2 * self.types.index(kind) + (1 if prefix == "B" else 2)
        return self[tag]


def count(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[Tag]],
    types: Sequence[str] | None = None,
    *,
    lenient: bool = False,
) -> Counts:
    """Count the entities of each sentence.

    Args:
        gold: IOB2 tags by sentence.
        predicted: IOB2 tags by sentence; None (no prediction for that word) counts as O.
        types: the entity types, in the order wanted; None takes those that occur, sorted.
        lenient: read both sides as conlleval does: an I-X that continues nothing starts an entity.

    Raises:
        UserError: unequal numbers of sentences or words, a malformed tag, a type that is not in `types`; the
            sentence is named, counted from 1.
    """
    lengths = _equal_lengths(gold, predicted)
    ids = _LabelIds(types)
    gold_ids = _intern(gold, ids, int(lengths.sum()), "gold")
    predicted_ids = _intern(predicted, ids, int(lengths.sum()), "predicted")
    counts = count_ids(gold_ids, predicted_ids, lengths, ids.types, lenient=lenient)
    if types is not None:
        return counts
    order = sorted(range(len(ids.types)), key=ids.types.__getitem__)
    columns = (array[:, order] for array in (counts.tp, counts.predicted, counts.gold))
    return Counts(tuple(ids.types[i] for i in order), *columns)


def _equal_lengths(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[Tag]]) -> NDArray[np.int64]:
    if len(gold) != len(predicted):
        raise UserError(f"{len(gold)} gold sentences but {len(predicted)} predicted ones: they must match")
    lengths = np.fromiter(map(len, gold), np.int64, len(gold))
    others = np.fromiter(map(len, predicted), np.int64, len(predicted))
    wrong = np.flatnonzero(lengths != others)
    if len(wrong):
        at = wrong[0]
        raise UserError(f"sentence {at + 1} has {lengths[at]} gold tags but {others[at]} predicted ones")
    return lengths


def _intern(sentences: Sequence[Sequence[Tag]], ids: _LabelIds, n_words: int, side: str) -> NDArray[np.int32]:
    """Label ids of all words, [n_words]."""
    try:
        return np.fromiter(map(ids.__getitem__, chain.from_iterable(sentences)), np.int32, n_words)
    except UserError as error:
        # The fast way does not know where it was: the first sentence with a tag that got no id is the one.
        at = next(i for i, tags in enumerate(sentences) if any(tag not in ids for tag in tags))
        raise UserError(f"{side} sentence {at + 1}: {error}") from None


def count_ids(
    gold: NDArray[np.integer],
    predicted: NDArray[np.integer],
    lengths: NDArray[np.integer],
    types: Sequence[str],
    *,
    lenient: bool = False,
) -> Counts:
    """Count the entities of each sentence from label ids: 0 is O, 1 + 2t is B and 2 + 2t is I of type t.

    Args:
        gold: label ids of all words, sentence after sentence, [n_words].
        predicted: same shape.
        lengths: words of each sentence, [n_sentences].
        types: the entity types.
        lenient: see `count`.
    """
    shape = len(lengths), len(types)
    first = np.cumsum(lengths)
    gold_entities, gold_cells = _entities(gold, first, len(types), lenient)
    predicted_entities, predicted_cells = _entities(predicted, first, len(types), lenient)
    hits = predicted_cells[np.isin(predicted_entities, gold_entities, assume_unique=True)]

    def tally(cells: NDArray[np.int64]) -> IntArray:
        return np.bincount(cells, minlength=shape[0] * shape[1]).astype(np.int32).reshape(shape)

    return Counts(tuple(types), tally(hits), tally(predicted_cells), tally(gold_cells))


def _entities(
    ids: NDArray[np.integer], ends: NDArray[np.int64], n_types: int, lenient: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All entities of a corpus, as numbers that are equal when start, end and type are.

    Args:
        ids: label ids, [n_words].
        ends: index after the last word of each sentence, [n_sentences].
        n_types: number of entity types.
        lenient: see `count`.

    Returns:
        One number an entity, [n_entities], ascending, and the cell (sentence * n_types + type) that each is
        counted in.
    """
    words = np.flatnonzero(ids)  # most words are O: leave them at once
    label = ids[words].astype(np.int64) - 1
    kind, inside = label >> 1, (label & 1).astype(bool)
    sentence = np.searchsorted(ends, words, side="right")
    # A word continues the one before when it is an I of the same type, next to it, in the same sentence.
    starts = np.ones(len(words), bool)
    starts[1:] = ~inside[1:] | (kind[1:] != kind[:-1]) | (np.diff(words) > 1) | (np.diff(sentence) > 0)
    begin = np.flatnonzero(starts)
    length = np.diff(begin, append=len(words))
    if not lenient:  # a run that starts with I continues nothing, and so does every word of it
        kept = ~inside[begin]
        begin, length = begin[kept], length[kept]
    entity = (words[begin] * (len(ids) + 1) + length) * n_types + kind[begin]
    return entity, sentence[begin] * n_types + kind[begin]
