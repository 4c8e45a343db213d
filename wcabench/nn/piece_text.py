"""Readable texts of word pieces: bytes become characters, and marks of a word's beginning are removed."""

from collections.abc import Callable, Sequence
from typing import Any

# A character has at most four bytes in UTF-8, so at most four byte pieces.
MOST_PIECES = 4
SPACE = "\u2581"
_BROKEN = "\ufffd"


def piece_texts(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """Return the text of each piece of one word, by the tokenizer's own decoder.

    Pieces that are single bytes of one character are shown as that character and their number: "é(1/2)", "é(2/2)".

    Args:
        tokenizer: a `transformers` tokenizer.
        ids: the word's pieces.
    """
    pieces = [str(piece) for piece in tokenizer.convert_ids_to_tokens(list(ids))]
    decode = _decoder(tokenizer)
    texts: list[str] = []
    while len(texts) < len(pieces):
        texts += _first_texts(pieces[len(texts) :], decode)
    return texts


def _decoder(tokenizer: Any) -> Callable[[list[str]], str]:
    """Return the function that turns pieces into text; without a decoder it strips the marks of the first piece."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return tokenizer.convert_tokens_to_string  # type: ignore[no-any-return]
    if backend.decoder is None:
        return lambda pieces: pieces[0].strip(f"{SPACE}\u0120")
    return backend.decoder.decode  # type: ignore[no-any-return]


def _first_texts(pieces: list[str], decode: Callable[[list[str]], str]) -> list[str]:
    """Return the text of the first piece, or the texts of the first few pieces that together form one character."""
    if not pieces[0].strip(f" {SPACE}\u0120"):
        return [SPACE]
    for size in range(1, min(MOST_PIECES, len(pieces)) + 1):
        text = decode(pieces[:size]).strip()
        if text and _BROKEN not in text:
            return [text] if size == 1 else [f"{text}({i}/{size})" for i in range(1, size + 1)]
    return [decode(pieces[:1]).strip() or pieces[0]]
