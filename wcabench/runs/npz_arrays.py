"""Arrays of a cell's .npz files: written compressed, read without pickle."""

import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from wcabench.errors import UserError

# What reading a damaged or missing file raises.
DAMAGED = (OSError, ValueError, TypeError, KeyError, EOFError, zlib.error, zipfile.BadZipFile, UserError)
_LENGTH_AT = npy.MAGIC_LEN  # where version 1.0 of the format has the length of its header, two bytes


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an .npz file; equal arrays give equal bytes."""
    with path.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)


def smallest_unsigned(array: NDArray[np.integer]) -> NDArray[np.unsignedinteger]:
    """The same numbers, none negative, in the smallest unsigned integers that hold them."""
    return array.astype(np.min_scalar_type(int(array.max(initial=0))))


def array_names(file: zipfile.ZipFile) -> set[str]:
    """Names of the arrays in an .npz file."""
    return {name.removesuffix(".npy") for name in file.namelist()}


def read_array(file: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """One array; `numpy.load` takes three times as long, for it parses each header as a Python expression.

    Raises:
        KeyError: there is no such array.
        ValueError: it is damaged or holds Python objects.
    """
    raw = file.read(f"{name}.npy")
    start = _LENGTH_AT + 2 + int.from_bytes(raw[_LENGTH_AT : _LENGTH_AT + 2], "little")
    shape, fortran_order, kind = _header(raw[:start])
    return np.frombuffer(raw[start:], kind).reshape(shape, order="F" if fortran_order else "C")


@lru_cache(maxsize=256)
def _header(raw: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type; cells of one test set have the same few headers."""
    stream = BytesIO(raw)
    if npy.read_magic(stream) != (1, 0):
        raise ValueError("an array of another version of NumPy's format than 1.0")
    shape, fortran_order, kind = npy.read_array_header_1_0(stream)
    if kind.hasobject:
        raise ValueError("an array of Python objects")
    return shape, fortran_order, kind
