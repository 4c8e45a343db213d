"""The canonical form of parsed content, whose sha256 pins it: different files with the same content have one sha256.

In UTF-8 with `LF` line ends:

* columns: `token TAB tag` a word, tags in IOB2, an empty line after each sentence (the form of
  `write_columns`, so that `sha256sum` of such a file is its pin);
* text: one word a line, an empty line after each sentence;
* parallel: `source words TAB target words TAB links` a pair, words and links separated by spaces, links as `i-j` with
  the source first; a space within a word is written as NUL, which no word contains;
* dictionary: `source TAB target` an entry, and `TAB weight` where it is not 1;
* translated: `number TAB target words TAB links` a sentence, the number from 0, the rest as in parallel text;
* entities: `type TAB words TAB language` a phrase, words as in parallel text;
* embeddings: for the source, then the target: `words TAB width`, one word a line, then the vectors row by row as
  little-endian float32.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import numpy as np

from wcabench.contract import Sentence, SentencePair, Words
from wcabench.data.slot_items import DictionaryEntry, Embeddings, ListedEntity
from wcabench.data.translations import Translation

Kind = Literal["columns", "text", "parallel", "dictionary", "translated", "entities", "embeddings"]


def content_sha256(kind: Kind, content: Any) -> str:
    """The sha256, in hex, of the canonical form that this module's docstring defines."""
    digest = hashlib.sha256()
    parts: Iterable[bytes | memoryview] = (
        _embeddings(content) if kind == "embeddings" else _items(kind, content)
    )
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _items(kind: Kind, content: Iterable[Any]) -> Iterator[bytes]:
    canonical = _CANONICAL[kind]
    for item in content:
        yield canonical(item).encode()


def _joined(words: Words) -> str:
    """Join words by spaces; a space within a word becomes NUL, so that the word is not taken for two."""
    joined = " ".join(words)
    return joined if joined.count(" ") == len(words) - 1 else " ".join(w.replace(" ", "\0") for w in words)


def _sentence(sentence: Sentence) -> str:
    return "".join(f"{w}\t{t}\n" for w, t in zip(sentence.words, sentence.tags, strict=True)) + "\n"


def _words(words: Words) -> str:
    return "".join(f"{word}\n" for word in words) + "\n"


def _pair(pair: SentencePair) -> str:
    links = " ".join(f"{i}-{j}" for i, j in pair.links or ())
    return f"{_joined(pair.source)}\t{_joined(pair.target)}\t{links}\n"


def _entry(entry: DictionaryEntry) -> str:
    source, target, *weights = entry  # a plain pair weighs 1
    weight = f"\t{weights[0]!r}" if weights and weights[0] != 1 else ""
    return f"{source}\t{target}{weight}\n"


def _translation(translation: Translation) -> str:
    return f"{translation.number}\t{_joined(translation.words)}\t{translation.links or ''}\n"


def _entity(entity: ListedEntity) -> str:
    return f"{entity.type}\t{_joined(entity.words)}\t{entity.language or ''}\n"


def _embeddings(content: Embeddings) -> Iterator[bytes | memoryview]:
    for side in (content.source, content.target):
        yield f"{len(side.words)}\t{side.vectors.shape[1]}\n".encode()
        yield "".join(f"{word}\n" for word in side.words).encode()
        yield np.ascontiguousarray(side.vectors, "<f4").data


_CANONICAL: dict[Kind, Callable[[Any], str]] = {
    "columns": _sentence,
    "text": _words,
    "parallel": _pair,
    "dictionary": _entry,
    "translated": _translation,
    "entities": _entity,
}
