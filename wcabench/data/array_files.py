"""Reads word vectors from NumPy's `.npz` files, without pickle and without reading more rows than asked for."""

import math
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from wcabench.data.files import open_binary
from wcabench.errors import UserError

LARGEST_WIDTH = 10_000  # numbers in a vector
LONGEST_WORD = 4_096  # characters
LARGEST_ARRAY = 16 * 2**30  # bytes
_NPZ = b"PK\x03\x04"
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
# Errors that a damaged archive or header raises.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
    EOFError,
    KeyError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def is_archive(path: Path) -> bool:
    """Whether the file is a zip archive, as `.npz` files are.

    Raises:
        UserError: it cannot be read.
    """
    with open_binary(path) as stream:
        return stream.read(len(_NPZ)) == _NPZ


def read_arrays(path: Path, max_words: int | None) -> tuple[list[str], NDArray[np.float32]]:
    """Read the first words and their vectors, from the arrays `words` and `vectors`.

    Raises:
        UserError: the file is damaged or lacks one of the arrays; or the arrays are not strings and floating point
            numbers, or differ in length.
    """
    with open_binary(path) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                words = _array(path, archive, "words", max_words)
                vectors = _array(path, archive, "vectors", max_words)
        except _DAMAGE as error:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise UserError(f"{path}: no arrays of NumPy: {reason}; wanted `words` and `vectors`") from error
    if len(words) != len(vectors) or words.ndim != 1 or vectors.ndim != 2:
        raise UserError(
            f"{path}: words {list(words.shape)} and vectors {list(vectors.shape)}; wanted [words] and [words, width]"
        )
    texts = [str(word) for word in words]
    for number, word in enumerate(texts, start=1):
        if not word.strip(" ") or any(sign in word for sign in "\t\n\r\0"):
            raise UserError(f"{path}: word {number} is empty or holds a tab or a line end; take it out")
    with np.errstate(over="ignore"):  # vectors that become infinite are refused by the caller
        return texts, vectors.astype(np.float32)


def _array(path: Path, archive: zipfile.ZipFile, name: str, most: int | None) -> NDArray[Any]:
    """Read the first rows of an array."""
    size = archive.getinfo(f"{name}.npy").file_size
    with archive.open(f"{name}.npy") as stream:
        shape, dtype = _header(path, name, stream)
        rows = shape[0] if most is None else min(shape[0], most)
        wanted = rows * math.prod(shape[1:]) * dtype.itemsize
        if wanted > min(size, LARGEST_ARRAY):
            raise UserError(
                f"{path}: `{name}` says to be {list(shape)} {dtype}, {wanted:,} bytes; the file holds less, or it is "
                f"more than the {LARGEST_ARRAY:,} that are read: cut it, or give max_words"
            )
        raw = stream.read(wanted)
    if len(raw) < wanted:
        raise UserError(f"{path}: `{name}` is cut short; write the file anew")
    return np.frombuffer(raw, dtype).reshape(rows, *shape[1:])


def _header(path: Path, name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise UserError(f"{path}: `{name}` is in version {version} of NumPy's format; wanted 1.0 or 2.0")
    shape, by_columns, dtype = _HEADERS[version](stream)
    kind, wanted = (
        ("U", "[words], strings") if name == "words" else ("f", "[words, width], floating point numbers")
    )
    fits = dtype.kind == kind and len(shape) == (1 if kind == "U" else 2) and min(shape) >= 0
    if not fits or (by_columns and len(shape) > 1) or dtype.itemsize > 4 * LONGEST_WORD:
        raise UserError(f"{path}: `{name}` is an array {list(shape)} of {dtype}; wanted {wanted}, row by row")
    if len(shape) == 2 and not 0 < shape[1] <= LARGEST_WIDTH:
        raise UserError(f"{path}: vectors of {shape[1]} numbers; wanted 1 to {LARGEST_WIDTH:,}")
    return shape, dtype
