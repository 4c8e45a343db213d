"""Arrays of a cell's .npz files: written compressed, read without pickle and with every size bounded."""

import hashlib
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from wcabench.data.files import read_stored_bytes
from wcabench.errors import UserError

LARGEST_FILE = 64 << 20  # bytes
LARGEST_ARRAY = 256 << 20  # bytes, unpacked
# What reading a damaged archive or array raises.
DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    MemoryError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    struct.error,
    tokenize.TokenError,
    zlib.error,
    zipfile.BadZipFile,
    UserError,
)
_LENGTH_AT = npy.MAGIC_LEN  # where version 1.0 of the format has the length of its header, two bytes


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an .npz file; equal arrays give equal bytes."""
    with path.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)


def smallest_unsigned(array: NDArray[np.integer]) -> NDArray[np.unsignedinteger]:
    """The same numbers, none negative, in the smallest unsigned integers that hold them."""
    return array.astype(np.min_scalar_type(int(array.max(initial=0))))


@contextmanager
def open_arrays(path: Path, sha256: str | None = None) -> Iterator[zipfile.ZipFile]:
    """An .npz file of a cell, to read arrays from.

    Args:
        path: a regular file; a pipe is refused and not waited for.
        sha256: of the file as it was written; None: it is not compared.

    Raises:
        UserError: the file is missing, too large, damaged or another one; also where what is done with it meanwhile
            raises an error of `DAMAGED`.
    """
    try:
        raw = read_stored_bytes(path, LARGEST_FILE)
        if sha256 is not None and hashlib.sha256(raw).hexdigest() != sha256:
            raise ValueError("its checksum is another than when it was written")
        with zipfile.ZipFile(BytesIO(raw)) as file:
            yield file
    except NotScoredError:
        raise
    except DAMAGED as error:
        reason = " ".join(str(error).removeprefix(f"{path}: ").split())[:200] or type(error).__name__
        raise UserError(f"{path}: damaged or missing ({reason}); run the cell again") from error


class NotScoredError(UserError):
    """A cell was written before there was a scorer, whose counts it therefore lacks."""


def array_names(file: zipfile.ZipFile) -> set[str]:
    """Names of the arrays in an .npz file."""
    return {name.removesuffix(".npy") for name in file.namelist()}


def read_array(file: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """One array; `numpy.load` takes three times as long, for it parses each header as a Python expression.

    Raises:
        KeyError: there is no such array.
        ValueError: it is damaged, too large, or holds Python objects.
    """
    member = file.getinfo(f"{name}.npy")
    if member.file_size > LARGEST_ARRAY:
        raise ValueError(f"array {name} is larger than {LARGEST_ARRAY >> 20} MiB")
    raw = file.read(member)
    start = _LENGTH_AT + 2 + int.from_bytes(raw[_LENGTH_AT : _LENGTH_AT + 2], "little")
    shape, fortran_order, kind = _header(raw[:start])
    if math.prod(shape) * kind.itemsize != len(raw) - start:
        raise ValueError(f"array {name} has another size than it says")
    return np.frombuffer(raw, kind, offset=start).reshape(shape, order="F" if fortran_order else "C")


def read_texts(file: zipfile.ZipFile, name: str) -> list[str]:
    """An array of texts, [n].

    Raises:
        KeyError, ValueError: see `read_array`; or it is no such array.
    """
    array = read_array(file, name)
    if array.dtype.kind != "U" or array.ndim != 1:
        raise ValueError(f"array {name} holds no texts")
    texts = [str(text) for text in array]
    for text in texts:
        text.encode()  # a lone surrogate is a ValueError
    return texts


@lru_cache(maxsize=256)
def _header(raw: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type; cells of one test set have the same few headers."""
    stream = BytesIO(raw)
    if npy.read_magic(stream) != (1, 0):
        raise ValueError("an array of another version of NumPy's format than 1.0")
    shape, fortran_order, kind = npy.read_array_header_1_0(stream)
    if kind.hasobject:
        raise ValueError("an array of Python objects")
    if any(size < 0 for size in shape):
        raise ValueError("an array of a negative size")
    return shape, fortran_order, kind
