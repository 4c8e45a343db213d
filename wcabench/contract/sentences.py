"""The basic data types: sentences with their entities, and sentence pairs."""

from dataclasses import dataclass, field
from typing import Literal

Words = tuple[str, ...]
Side = Literal["source", "target"]  # of a language pair


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its named entities.

    Attributes:
        words: the tokens as the corpus has them.
        tags: one IOB2 tag for each word (`O`, `B-PER`, `I-PER`, ...).
        document: number of the sentence's document, from 0 in its file; None where the file marks no documents. It is
            ignored when sentences are compared.
    """

    words: Words
    tags: tuple[str, ...]
    document: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SentencePair:
    """A sentence and its translation.

    Attributes:
        source: words of the source language (English).
        target: words of the target language.
        links: word alignment that came with the text, as (source index, target index), 0-based; None if none did.
    """

    source: Words
    target: Words
    links: tuple[tuple[int, int], ...] | None = None
