"""Entities in tag ids. Every reader of tags uses `find_runs` and one `Repair`, so that all read them alike."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of words of one entity type: a B or I word and every I word of that type that directly follows it.

    Attributes:
        start: index of the first word in the whole text, ascending, [n_runs].
        length: number of words, [n_runs].
        type: number of the entity type, [n_runs].
        sentence: number of the sentence, [n_runs].
        stray: whether the first tag is an I, which continues no entity, [n_runs].
    """

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    type: NDArray[np.int64]
    sentence: NDArray[np.int64]
    stray: NDArray[np.bool_]


# Decides which runs are entities: a mask, [n_runs].
Repair = Callable[[Runs], NDArray[np.bool_]]


def drop_stray(runs: Runs) -> NDArray[np.bool_]:
    """Strict IOB2: an I-X that continues no entity of type X is read as O, and so is the rest of its run."""
    return ~runs.stray


def keep_stray(runs: Runs) -> NDArray[np.bool_]:
    """As conlleval (Tjong Kim Sang & Buchholz 2000): an I-X that continues no entity of type X starts one."""
    return np.ones(len(runs.start), bool)


def find_runs(ids: NDArray[np.integer], lengths: NDArray[np.integer]) -> Runs:
    """All runs of a text; none reaches over the end of a sentence.

    Args:
        ids: tag ids as `TagIds` gives them, sentence after sentence, [n_words].
        lengths: number of words of each sentence, [n_sentences].
    """
    words = np.flatnonzero(ids)  # most words are O: they are left out first
    label = ids[words].astype(np.int64) - 1
    kind, inside = label >> 1, (label & 1).astype(bool)
    sentence = np.searchsorted(np.cumsum(lengths), words, side="right")
    starts = np.ones(len(words), bool)
    starts[1:] = ~inside[1:] | (kind[1:] != kind[:-1]) | (np.diff(words) > 1) | (np.diff(sentence) > 0)
    first = np.flatnonzero(starts)
    return Runs(
        start=words[first],
        length=np.diff(first, append=len(words)),
        type=kind[first],
        sentence=sentence[first],
        stray=inside[first],
    )
