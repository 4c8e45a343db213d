"""What the further slots hold: dictionaries, translations, word vectors, entity lists."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wcabench.contract import Sentence, Words


class DictionaryEntry(NamedTuple):
    """A word, or several parted by spaces, and its translation.

    Attributes:
        source: of the source language.
        target: of the target language.
        weight: how much the entry counts beside the others of its source word; 1 where the list has no weights.
    """

    source: str
    target: str
    weight: float = 1.0


class ListedEntity(NamedTuple):
    """An entry of an entity list (a gazetteer).

    Attributes:
        type: entity type, one of the suite's.
        words: of the phrase.
        language: of the phrase, as the list names it; None where it names none.
    """

    type: str
    words: Words
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TranslatedSentence:
    """A labelled source sentence and its machine translation into the target language, which has no labels.

    Attributes:
        source: the labelled sentence.
        words: of the translation.
        links: word alignment that came with the translation, (source index, target index) from 0; None if none did.
    """

    source: Sentence
    words: Words
    links: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True)
class WordVectors:
    """Static word vectors of one language.

    Attributes:
        words: in the file's order, which is by frequency in most; each once.
        vectors: one a word, float32 [words, width].
    """

    words: Words
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        """Number of words."""
        return len(self.words)


@dataclass(frozen=True)
class Embeddings:
    """Static word vectors of both languages, in spaces of their own unless the suite says otherwise.

    Attributes:
        source: of the source language.
        target: of the target language.
    """

    source: WordVectors
    target: WordVectors

    def __len__(self) -> int:
        """Number of words of both."""
        return len(self.source) + len(self.target)
