"""Sentence pairs as flat arrays of word numbers, the form in which the EM reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from wcabench.errors import UserError
from wcabench.words.layout import Ints, Longs

Pair = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Side:
    """One language of the corpus.

    Attributes:
        words: word numbers of all sentences, end to end: [tokens].
        offsets: where each sentence starts in `words`, and the end: [sentences + 1].
        size: number of distinct words.
    """

    words: Ints
    offsets: Longs
    size: int

    @property
    def lengths(self) -> Longs:
        """Words in each sentence: [sentences]."""
        return np.diff(self.offsets)


@dataclass(frozen=True)
class Corpus:
    """The pairs that have words on both sides, numbered.

    Attributes:
        source: the side that is conditioned on.
        target: the side that is generated; each of its words gets one link at most.
        kept: index of each sentence in the list given: [sentences]. A pair with an empty side is not kept.
    """

    source: Side
    target: Side
    kept: Longs


def check_pairs(pairs: Sequence[Pair]) -> None:
    """Refuse what is no list of (source words, target words).

    Raises:
        UserError: an item is no pair of word lists; a plain string is none.
    """
    for index, pair in enumerate(pairs):
        if (
            not isinstance(pair, (tuple, list))
            or len(pair) != 2
            or isinstance(pair[0], str)
            or isinstance(pair[1], str)
        ):
            raise UserError(f"sentence pair {index}: wanted two lists of words, (source words, target words)")


def encode(pairs: Sequence[Pair], *, reverse: bool = False) -> Corpus:
    """Number the words of each side in the order in which they first appear.

    Args:
        pairs: (source words, target words).
        reverse: swap the two sides.

    Raises:
        UserError: an item is no pair of word lists.
    """
    check_pairs(pairs)
    kept = [k for k, (first, second) in enumerate(pairs) if len(first) and len(second)]
    source, target = (1, 0) if reverse else (0, 1)
    return Corpus(
        _side(pairs[k][source] for k in kept),
        _side(pairs[k][target] for k in kept),
        np.asarray(kept, np.int64),
    )


def _side(sentences: Iterable[Sequence[str]]) -> Side:
    numbers: dict[str, int] = {}
    words: list[int] = []
    offsets = [0]
    for sentence in sentences:
        words.extend([numbers.setdefault(word, len(numbers)) for word in sentence])
        offsets.append(len(words))
    return Side(np.asarray(words, np.int32), np.asarray(offsets, np.int64), len(numbers))
