"""Content types of further slots: dictionaries, translations, word vectors and entity lists."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wcabench.contract import Sentence, Words


class DictionaryEntry(NamedTuple):
    """A word, or several separated by spaces, and its translation.

    Attributes:
        source: text in the source language.
        target: text in the target language.
        weight: weight of the entry among those of its source word; 1 if the list has no weights.
    """

    source: str
    target: str
    weight: float = 1.0


class ListedEntity(NamedTuple):
    """An entry of an entity list (a gazetteer).

    Attributes:
        type: the entity type, one of the suite's.
        words: the words of the phrase.
        language: the phrase's language, as in the list; None if the list gives none.
    """

    type: str
    words: Words
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TranslatedSentence:
    """A labelled source sentence and its machine translation into the target language, which has no labels.

    Attributes:
        source: the labelled sentence.
        words: the words of the translation.
        links: word alignment that came with the translation, (source index, target index) from 0; None if none did.
    """

    source: Sentence
    words: Words
    links: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True)
class WordVectors:
    """Static word vectors of one language.

    Attributes:
        words: the distinct words in the file's order, which is usually by frequency.
        vectors: the vector of each word, float32. [words, width]
    """

    words: Words
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        """Number of words."""
        return len(self.words)


@dataclass(frozen=True)
class Embeddings:
    """Static word vectors of both languages; the two spaces are not aligned unless the suite says so.

    Attributes:
        source: vectors of the source language.
        target: vectors of the target language.
    """

    source: WordVectors
    target: WordVectors

    def __len__(self) -> int:
        """Number of words of both languages."""
        return len(self.source) + len(self.target)
