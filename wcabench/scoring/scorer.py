"""Scorers: how tags are read as entities, the counts of those entities, the score, and its name in a signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.scoring.counts import Counts, IntArray, Scores, score_of
from wcabench.scoring.entities import Repair, drop_stray, find_runs, keep_stray
from wcabench.scoring.tags import Tag, TagIds

TestSide = Literal["target", "source"]
SIDES: tuple[TestSide, ...] = ("target", "source")  # the languages whose test sets a cell is scored on


@dataclass(frozen=True)
class Scorer:
    """One way to score tags: micro F1 over entities that agree in boundaries and type.

    Attributes:
        name: in records, in the names of stored counts and in tables.
        convention: how tags are read as entities, for signatures.
        repair: decides what becomes of an I-X that continues no entity of type X.
        description: the same for people; follows "the predictions are read".
    """

    name: str
    convention: str
    repair: Repair
    description: str

    @property
    def signature(self) -> str:
        """What a signature says after `F1:`, such as "micro,strict-IOB2"."""
        return f"micro,{self.convention}"

    def count(
        self,
        gold: Sequence[Sequence[Tag]],
        predicted: Sequence[Sequence[Tag]],
        types: Sequence[str] | None = None,
    ) -> Counts:
        """Count the entities of each sentence.

        Args:
            gold: IOB2 tags by sentence.
            predicted: IOB2 tags by sentence; None (no prediction for that word) counts as O.
            types: the entity types, in the order wanted; None takes those that occur, sorted.

        Raises:
            UserError: unequal numbers of sentences or words, a malformed tag, a type that is not in `types`; the
                sentence is named, counted from 1.
        """
        lengths = _equal_lengths(gold, predicted)
        ids = TagIds(types)
        gold_ids = _ids(gold, ids, int(lengths.sum()), "gold")
        predicted_ids = _ids(predicted, ids, int(lengths.sum()), "predicted")
        counts = self.count_ids(gold_ids, predicted_ids, lengths, ids.types)
        return counts if types is not None else _sorted_by_type(counts)

    def count_ids(
        self,
        gold: NDArray[np.integer],
        predicted: NDArray[np.integer],
        lengths: NDArray[np.integer],
        types: Sequence[str],
    ) -> Counts:
        """Count the entities of each sentence from tag ids: 0 is O, 1 + 2t is B and 2 + 2t is I of type t.

        Args:
            gold: tag ids of all words, sentence after sentence, [n_words].
            predicted: same shape.
            lengths: words of each sentence, [n_sentences].
            types: the entity types.
        """
        gold_entities, gold_places = self._entities(gold, lengths, len(types))
        predicted_entities, predicted_places = self._entities(predicted, lengths, len(types))
        hits = predicted_places[np.isin(predicted_entities, gold_entities, assume_unique=True)]
        shape = len(lengths), len(types)

        def tally(places: NDArray[np.int64]) -> IntArray:
            return np.bincount(places, minlength=shape[0] * shape[1]).astype(np.int32).reshape(shape)

        return Counts(tuple(types), tally(hits), tally(predicted_places), tally(gold_places))

    def score(self, counts: Counts) -> Scores:
        """Precision, recall and F1 of all types together and of each.

        Returns:
            {"micro": score, "per_type": {type: score}}, a score being {"precision", "recall", "f1", "tp",
            "predicted", "gold"}.
        """
        columns = counts.tp.sum(0), counts.predicted.sum(0), counts.gold.sum(0)
        per_type = {kind: score_of(*numbers) for kind, *numbers in zip(counts.types, *columns, strict=True)}
        return {"micro": score_of(*(column.sum() for column in columns)), "per_type": per_type}

    def _entities(
        self, ids: NDArray[np.integer], lengths: NDArray[np.integer], n_types: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All entities of a text.

        Returns:
            One number an entity, equal where start, length and type are, [n_entities], ascending; and the index
            of (sentence, type) in a flattened [n_sentences, n_types], [n_entities].
        """
        runs = find_runs(ids, lengths)
        kept = self.repair(runs)
        start, length, kind, sentence = (
            column[kept] for column in (runs.start, runs.length, runs.type, runs.sentence)
        )
        return (start * (len(ids) + 1) + length) * n_types + kind, sentence * n_types + kind


STRICT = Scorer(
    "strict", "strict-IOB2", drop_stray, "as strict IOB2: an I-X that continues no X is no entity"
)
LENIENT = Scorer(
    "lenient", "conlleval", keep_stray, "as conlleval does: an I-X that continues no X starts an entity"
)
# Cells are compared by the strict scorer. One that is added here is counted in every new cell, and in stored cells by
# `wcabench store rescore`; tables show it where it differs from the strict one.
SCORERS: tuple[Scorer, ...] = (STRICT, LENIENT)
OTHER_SCORERS = tuple(scorer for scorer in SCORERS if scorer is not STRICT)


def all_scores(counts: Mapping[Scorer, Counts]) -> Scores:
    """What records and `wcabench score --json` hold of one text: the strict scores, and each other scorer's F1.

    Returns:
        The strict `Scorer.score`, and for every other scorer its name -> {"f1": percent}.
    """
    others = {scorer.name: {"f1": one.f1} for scorer, one in counts.items() if scorer is not STRICT}
    return {**STRICT.score(counts[STRICT]), **others}


def _equal_lengths(gold: Sequence[Sequence[Tag]], predicted: Sequence[Sequence[Tag]]) -> NDArray[np.int64]:
    """Words of each sentence, [n_sentences]."""
    if len(gold) != len(predicted):
        raise UserError(f"{len(gold)} gold sentences but {len(predicted)} predicted ones: they must match")
    lengths = np.fromiter(map(len, gold), np.int64, len(gold))
    predicted_lengths = np.fromiter(map(len, predicted), np.int64, len(predicted))
    unequal = np.flatnonzero(lengths != predicted_lengths)
    if len(unequal):
        at = unequal[0]
        raise UserError(
            f"sentence {at + 1} has {lengths[at]} gold tags but {predicted_lengths[at]} predicted ones"
        )
    return lengths


def _ids(sentences: Sequence[Sequence[Tag]], ids: TagIds, n_words: int, what: str) -> NDArray[np.int32]:
    """Ids of the tags of all words, [n_words]; an error names the sentence."""
    try:
        return ids.of(chain.from_iterable(sentences), n_words)
    except UserError as error:
        # The fast way does not know the sentence: it is the first with a tag that got no id.
        at = next(i for i, tags in enumerate(sentences) if any(tag not in ids for tag in tags))
        raise UserError(f"{what} sentence {at + 1}: {error}") from None


def _sorted_by_type(counts: Counts) -> Counts:
    order = sorted(range(len(counts.types)), key=counts.types.__getitem__)
    columns = (array[:, order] for array in (counts.tp, counts.predicted, counts.gold))
    return Counts(tuple(counts.types[i] for i in order), *columns)
