"""Word links of the parallel text, by the words that the new tokenizer cuts sentences into."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Words = list[str]


@dataclass(frozen=True)
class LinkedPair:
    """A sentence, its counterpart in the first language, and which words stand for each other.

    Attributes:
        words: of the sentence.
        first: words of its counterpart.
        links: (index into `first`, index into `words`), sorted.
    """

    words: Words
    first: Words
    links: tuple[tuple[int, int], ...]


def word_cutter(tokenizer: Any) -> Callable[[str], Words]:
    """Sentence -> words, numbered as `word_ids()` of the tokenizer's encodings numbers them."""
    backend = tokenizer.backend_tokenizer

    def cut(sentence: str) -> Words:
        normal = backend.normalizer.normalize_str(sentence)
        return [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(normal)]

    return cut


def link_words(pairs: Sequence[tuple[str, str]], cut: Callable[[str], Words]) -> list[LinkedPair]:
    """Link the words of (sentence, counterpart) pairs, by the intersection of both directions."""
    from wcabench.words import align

    split = [(cut(first), cut(other)) for other, first in pairs]
    return [
        LinkedPair(other, first, tuple(sorted(links)))
        for (first, other), links in zip(split, align(split), strict=True)
    ]
