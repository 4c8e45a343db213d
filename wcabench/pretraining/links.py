"""Word links of the parallel text, between the words of the new tokenizer's pre-tokenisation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Words = list[str]


@dataclass(frozen=True)
class LinkedPair:
    """A sentence, its translation in the first language, and their word links.

    Attributes:
        words: words of the sentence.
        first: words of its translation in the first language.
        links: (index into `first`, index into `words`), sorted.
    """

    words: Words
    first: Words
    links: tuple[tuple[int, int], ...]


def word_cutter(tokenizer: Any) -> Callable[[str], Words]:
    """Return a function that splits a sentence into the words that `word_ids()` of the tokenizer's encodings counts."""
    backend = tokenizer.backend_tokenizer

    def cut(sentence: str) -> Words:
        normal = backend.normalizer.normalize_str(sentence)
        return [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(normal)]

    return cut


def link_words(pairs: Sequence[tuple[str, str]], cut: Callable[[str], Words]) -> list[LinkedPair]:
    """Link the words of pairs (sentence, translation in the first language); both directions are intersected."""
    from wcabench.words import align

    split = [(cut(first), cut(sentence)) for sentence, first in pairs]
    return [
        LinkedPair(words, first, tuple(sorted(links)))
        for (first, words), links in zip(split, align(split), strict=True)
    ]
