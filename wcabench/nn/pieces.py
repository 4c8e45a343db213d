"""Tokenises words into pieces, once for each distinct word, and cuts long sentences into windows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from wcabench.errors import require

Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a sentence that fits the encoder's length limit.

    Attributes:
        ids: piece ids, special tokens included. [n]
        firsts: position in `ids` of the first piece of each word of the window. [words]
        start: index in the sentence of the window's first word.
        own: the words (indices into the sentence) whose tags are read from this window; each word of a sentence is
            owned by exactly one window.
    """

    ids: list[int]
    firsts: list[int]
    start: int
    own: range

    def spans(self) -> list[tuple[int, int]]:
        """Return (first position, position after the last) of each word of the window."""
        return list(zip(self.firsts, [*self.firsts[1:], len(self.ids) - 1], strict=True))


class SpecialPieces(NamedTuple):
    """Ids of the pieces that are added to sentences.

    Attributes:
        begin: stands before the first word.
        end: stands after the last word.
        pad: fills a line; it is masked.
        unknown: stands for a word that the tokenizer has no piece for.
    """

    begin: int
    end: int
    pad: int
    unknown: int


def special_pieces(tokenizer: Any) -> SpecialPieces:
    """Return the special pieces of a tokenizer.

    A tokenizer without a begin piece gets the end piece instead: decoders like Qwen and encoder-decoders like T5 are
    trained on documents with the end piece between them.

    Raises:
        UserError: the tokenizer has no end piece.
    """

    def first_known(*names: str) -> int | None:
        ids = (getattr(tokenizer, f"{name}_token_id", None) for name in names)
        return next((int(number) for number in ids if number is not None), None)

    end = first_known("sep", "eos")
    require(end is not None, "its tokenizer has no piece that ends a sentence (sep_token or eos_token)")
    assert end is not None
    begin, pad = first_known("cls", "bos"), first_known("pad")
    unknown = first_known("unk", "pad")
    return SpecialPieces(
        begin=end if begin is None else begin,
        end=end,
        pad=end if pad is None else pad,
        unknown=end if unknown is None else unknown,
    )


class PieceTable:
    """Maps words to piece ids, as the tokenizer gives them inside a sentence.

    For tokenizers that mark a word's beginning by the space before it (SentencePiece without a dummy prefix, byte-level
    BPE), every word but the first is given with that space. A word that is spelled like a special piece ("[SEP]") is
    tokenised as ordinary text.
    """

    def __init__(self, tokenizer: Any, max_length: int) -> None:
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.begin, self.end, self.pad, self.unknown = special_pieces(tokenizer)
        self.spaced = _needs_space(tokenizer)
        # A Unigram model has the special pieces in its own vocabulary, so text may be tokenised into them.
        self._special = set(tokenizer.all_special_ids) - {self.unknown}
        self._ids: dict[str, list[int]] = {}
        self._extra: set[int] = set()

    def add(self, sentences: Iterable[Words]) -> None:
        """Tokenise the words of these sentences that are not known yet, in one call."""
        texts = {text for words in sentences for text in self._texts(words)}
        # Not a difference of the two sets: that would go through every known word for each new sentence.
        fresh = sorted(text for text in texts if text not in self._ids)
        if fresh:
            id_lists = self.tokenizer(fresh, add_special_tokens=False, split_special_tokens=True)["input_ids"]
            self._ids.update((text, self._of_text(ids)) for text, ids in zip(fresh, id_lists, strict=True))

    def pieces(self, words: Words) -> list[list[int]]:
        """Piece ids of each word of one sentence."""
        self.add([words])
        return [self._ids[text] for text in self._texts(words)]

    def known_pieces(self) -> set[int]:
        """Return every piece in use: of the words tokenised so far, begin, end, padding, and mask if asked for."""
        return {self.begin, self.end, self.pad, *self._extra}.union(*self._ids.values())

    @property
    def mask(self) -> int:
        """Id of the mask piece; of the unknown piece where the tokenizer has no mask."""
        mask = getattr(self.tokenizer, "mask_token_id", None)
        piece = self.unknown if mask is None else int(mask)
        self._extra.add(piece)
        return piece

    def windows(self, words: Words) -> list[Window]:
        """Return the sentence as one window, or as several that overlap by half.

        A word in two windows is owned by the one in which it has more context.
        """
        pieces = [p[: self.max_length - 2] for p in self.pieces(words)]
        stretches = _stretches([len(p) for p in pieces], self.max_length - 2)
        return [self._window(pieces, start, stop, own) for start, stop, own in stretches]

    def truncated(self, words: Words) -> Window:
        """Return one window with the first words of the sentence, as many as fit."""
        pieces = [p[: self.max_length - 2] for p in self.pieces(words)]
        stop = _fitting([len(p) for p in pieces], 0, self.max_length - 2)
        return self._window(pieces, 0, stop, range(stop))

    def _of_text(self, ids: list[int]) -> list[int]:
        """Replace special pieces and an empty list (a word of control characters) by the unknown piece."""
        return [self.unknown if number in self._special else number for number in ids] or [self.unknown]

    def _texts(self, words: Words) -> list[str]:
        if not self.spaced:
            return list(words)
        return [word if i == 0 else f" {word}" for i, word in enumerate(words)]

    def _window(self, pieces: list[list[int]], start: int, stop: int, own: range) -> Window:
        ids, firsts = [self.begin], []
        for word in pieces[start:stop]:
            firsts.append(len(ids))
            ids.extend(word)
        return Window([*ids, self.end], firsts, start, own)


def _needs_space(tokenizer: Any) -> bool:
    """Whether a word has other pieces alone than inside a sentence, because the space before it is missing."""
    alone, spaced, twice = (tokenizer.tokenize(text) for text in ("a", " a", "a a"))
    return bool(twice != alone + alone and spaced != alone)


def _fitting(lengths: list[int], start: int, room: int) -> int:
    """Return the index after the last word of the longest run from `start` whose pieces fit into `room`."""
    used, stop = 0, start
    while stop < len(lengths) and used + lengths[stop] <= room:
        used += lengths[stop]
        stop += 1
    return stop


def _stretches(lengths: list[int], room: int) -> list[tuple[int, int, range]]:
    """Return (start, stop, own words) of each window, for words with these numbers of pieces."""
    spans = [(0, _fitting(lengths, 0, room))]
    while spans[-1][1] < len(lengths):
        start, stop = spans[-1]
        begin, used = stop, 0
        while begin > start + 1 and used + lengths[begin - 1] <= room // 2:
            begin -= 1
            used += lengths[begin]
        # The next window must reach further than this one.
        while _fitting(lengths, begin, room) <= stop:
            begin += 1
        spans.append((begin, _fitting(lengths, begin, room)))
    # Two windows share their overlap equally: each word is read where it has the most context.
    cuts = [0, *((b[0] + a[1] + 1) // 2 for a, b in pairwise(spans)), len(lengths)]
    return [(*span, range(*own)) for span, own in zip(spans, pairwise(cuts), strict=True)]
