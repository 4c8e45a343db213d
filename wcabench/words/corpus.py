"""Sentence pairs as flat arrays of word numbers, as the EM algorithm needs them."""

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
        words: word numbers of all sentences, one after another: [tokens].
        offsets: start of each sentence in `words`, and the end of the last: [sentences + 1].
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
    """The sentence pairs with words on both sides, as word numbers.

    Attributes:
        source: the side that the model conditions on.
        target: the side that the model generates; each of its words gets at most one link.
        kept: index of each pair among the given ones: [sentences]. Pairs with an empty side are left out.
        given: number of given pairs, including those with an empty side.
    """

    source: Side
    target: Side
    kept: Longs
    given: int

    def swapped(self) -> Corpus:
        """Return the same corpus with source and target swapped."""
        return Corpus(self.target, self.source, self.kept, self.given)


@dataclass
class _Numbering:
    """Numbers the words of one side, sentence by sentence, with 4 bytes for each word."""

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
    """Number the words of each side in the order of their first occurrence; the pairs are read once, one by one.

    Args:
        pairs: (source words, target words).
        lowercase: compare words without case.

    Raises:
        UserError: an item is not a pair of word lists (a string is not a word list).
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
