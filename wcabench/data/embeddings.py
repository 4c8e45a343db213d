"""Reads static word vectors as float32: the text format of word2vec, fastText and GloVe (`.vec`), or `.npz` files.

A text file has one word a line and then its numbers, separated by spaces; the first line may be `words width`. An
`.npz` file holds `words`, an array of strings, and `vectors`, [words, width].
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wcabench.data.array_files import LARGEST_WIDTH, is_archive, read_arrays
from wcabench.data.rows import plain_numbers
from wcabench.data.slot_items import WordVectors
from wcabench.data.text_files import iter_lines
from wcabench.errors import UserError

Vectors = NDArray[np.float32]
_FEWEST_ROWS = 4_096  # the smallest array that is allocated
_LARGEST = 16 * 2**30  # the largest array that is allocated by the header's word count, in bytes


def read_vectors(path: Path, max_words: int | None = None) -> WordVectors:
    """Read the vectors of the first words of a file.

    The vectors are held in memory once, as float32; the rest of the file is not read.

    Args:
        path: the file; a text file may be gzipped.
        max_words: number of words that are read; None: all.

    Raises:
        UserError: the file cannot be read or holds no vector, a vector has another width than the others or is not
            finite, a field is not a number, the first line gives another number of words than there are, or an array
            has the wrong form.
    """
    words, vectors = read_arrays(path, max_words) if is_archive(path) else _read_text(path, max_words)
    if not words:
        raise UserError(f"{path}: no word vector in it; wanted a word and its numbers a line")
    finite = np.isfinite(vectors).all(1)
    if not finite.all():
        number = int(np.argmin(finite))
        raise UserError(
            f"{path}: the vector of word {number + 1}, '{words[number][:40]}', is not finite; take it out"
        )
    first: dict[str, int] = {}
    for number, word in enumerate(words):  # of a repeated word the first vector is kept
        first.setdefault(word, number)
    if len(first) < len(words):
        vectors = vectors[list(first.values())]
    vectors.setflags(write=False)
    return WordVectors(tuple(first), vectors)


def _read_text(path: Path, max_words: int | None) -> tuple[list[str], Vectors]:
    count, width = _header(path)
    words: list[str] = []
    vectors = np.empty((0, 1), np.float32)
    for number, word, cells in islice(_rows(path, width), max_words):
        if len(words) == len(vectors):
            vectors = _enlarged(vectors, len(cells), count if max_words is None else min(count, max_words))
        try:
            with np.errstate(over="ignore"):  # vectors that become infinite are refused by the caller
                vectors[len(words)] = np.array(plain_numbers(cells))
        except ValueError as error:
            raise UserError(
                f"{path}:{number}: {error}; wanted a word and its numbers, parted by spaces"
            ) from None
        words.append(word)
    if width and words and len(words) not in (count, max_words):
        raise UserError(
            f"{path}: {len(words):,} words, but its first line says {count:,}; the file is cut short, or its first "
            "line is wrong: fetch it again, or correct that line"
        )
    return words, vectors[: len(words)]


def _enlarged(vectors: Vectors, width: int, wanted: int) -> Vectors:
    """Return a larger array with the same first rows.

    Its size is the number of words that the header gives, or half as much again where that is too few or too many.
    """
    held = len(vectors)
    rows = wanted if held < wanted <= _LARGEST // (4 * width) else max(_FEWEST_ROWS, held + held // 2)
    larger = np.empty((rows, width), np.float32)
    if held:
        larger[:held] = vectors
    return larger


def _header(path: Path) -> tuple[int, int]:
    """Return number of words and width of the vectors, if the first line gives them; else 0 and 0.

    Raises:
        UserError: the width is out of range.
    """
    cells = next(iter_lines(path), "").rstrip(" ").split(" ")
    if len(cells) != 2 or not all(cell.isascii() and cell.isdigit() and len(cell) < 12 for cell in cells):
        return 0, 0
    count, width = map(int, cells)
    if not 0 < width <= LARGEST_WIDTH:
        raise UserError(f"{path}:1: vectors of {width} numbers; wanted 1 to {LARGEST_WIDTH:,}")
    return count, width


def _rows(path: Path, width: int) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line number, word and numbers of every row; all must have `width` numbers, or (0) as many as the first."""
    has_header = width > 0
    for number, line in enumerate(iter_lines(path), start=1):
        if (number == 1 and has_header) or not line.strip(" "):
            continue
        cells = line.rstrip(" ").split(" ")
        width = width or len(cells) - 1
        word = " ".join(cells[:-width] if width else cells).strip(" ")
        if not 0 < width <= LARGEST_WIDTH or len(cells) <= width or not word:
            raise UserError(
                f"{path}:{number}: {len(cells) - 1} numbers after the word; wanted {width or 'some'}, as in the "
                f"first line, and {LARGEST_WIDTH:,} at most, parted by one space each"
            )
        yield number, word, cells[-width:]
