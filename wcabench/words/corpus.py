"""Sentence pairs as flat arrays of word numbers, the form in which the EM reads them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
        vocabulary: the distinct words, by number.
    """

    words: Ints
    offsets: Longs
    vocabulary: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of distinct words."""
        return len(self.vocabulary)

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
        given: number of pairs given, those with an empty side too.
    """

    source: Side
    target: Side
    kept: Longs
    given: int

    def swapped(self) -> Corpus:
        """The same with the sides changed."""
        return Corpus(self.target, self.source, self.kept, self.given)


@dataclass
class _Numbering:
    """A side that grows sentence by sentence, 4 bytes a word."""

    numbers: dict[str, int] = field(default_factory=dict)
    words: array[int] = field(default_factory=lambda: array("i"))
    offsets: array[int] = field(default_factory=lambda: array("q", [0]))

    def add(self, sentence: Sequence[str]) -> None:
        numbers = self.numbers
        self.words.extend([numbers.setdefault(word, len(numbers)) for word in sentence])
        self.offsets.append(len(self.words))

    def side(self) -> Side:
        words, offsets = np.frombuffer(self.words, np.int32), np.frombuffer(self.offsets, np.int64)
        return Side(words, offsets, tuple(self.numbers))


def encode(pairs: Iterable[Pair], *, lowercase: bool = False) -> Corpus:
    """Number the words of each side in the order in which they first appear; the pairs are read once, one by one.

    Args:
        pairs: (source words, target words).
        lowercase: compare words without case.

    Raises:
        UserError: an item is no pair of word lists; a plain string is none.
    """
    source, target = _Numbering(), _Numbering()
    kept = array("q")
    index = -1
    for index, pair in enumerate(pairs):
        first, second = _checked(pair, index)
        if not (len(first) and len(second)):
            continue
        if lowercase:
            first, second = [word.lower() for word in first], [word.lower() for word in second]
        source.add(first)
        target.add(second)
        kept.append(index)
    return Corpus(source.side(), target.side(), np.frombuffer(kept, np.int64), index + 1)


def _checked(pair: Pair, index: int) -> Pair:
    if (
        not isinstance(pair, (tuple, list))
        or len(pair) != 2
        or isinstance(pair[0], str)
        or isinstance(pair[1], str)
    ):
        raise UserError(f"sentence pair {index}: wanted two lists of words, (source words, target words)")
    return pair
