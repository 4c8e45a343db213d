"""counts.npz of a cell: per-sentence counts on both test sets, strict and lenient."""

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.runs.cells import SIDES
from wcabench.scoring.counts import Counts

KINDS = ("tp", "predicted", "gold")
_LENGTH_AT = npy.MAGIC_LEN  # where version 1.0 of the format has the length of its header, two bytes
_DAMAGED = (OSError, ValueError, TypeError, KeyError, EOFError, zlib.error, zipfile.BadZipFile, UserError)


def count_names() -> list[str]:
    """Names of the arrays in counts.npz."""
    return [
        "types",
        *(_name(side, lenient, kind) for side in SIDES for lenient in (False, True) for kind in KINDS),
    ]


def _name(side: str, lenient: bool, kind: str) -> str:
    return f"{side}_lenient_{kind}" if lenient else f"{side}_{kind}"


def write_counts(path: Path, counts: Mapping[tuple[str, bool], Counts]) -> None:
    """Write counts.npz.

    Args:
        path: the file.
        counts: (side, lenient) -> counts; all with the same types.
    """
    arrays = {"types": np.array(counts["target", False].types, dtype=str)}
    for (side, lenient), one in counts.items():
        for kind in KINDS:
            array = getattr(one, kind)
            arrays[_name(side, lenient, kind)] = array.astype(np.min_scalar_type(int(array.max(initial=0))))
    with path.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)


def read_counts(path: Path, wanted: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], Counts]:
    """Those of the wanted (side, lenient), in one reading of the file.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        with zipfile.ZipFile(path) as file:
            types = tuple(str(kind) for kind in _array(file, "types"))
            return {
                (side, lenient): Counts(types, *(_array(file, _name(side, lenient, kind)) for kind in KINDS))
                for side, lenient in wanted
            }
    except _DAMAGED as error:
        raise UserError(f"{path}: damaged or missing ({error}); run the cell again") from error


def _array(file: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """One array. `numpy.load` takes three times as long: it parses each header as a Python expression."""
    raw = file.read(f"{name}.npy")
    start = _LENGTH_AT + 2 + int.from_bytes(raw[_LENGTH_AT : _LENGTH_AT + 2], "little")
    shape, fortran_order, kind = _header(raw[:start])
    return np.frombuffer(raw[start:], kind).reshape(shape, order="F" if fortran_order else "C")


@lru_cache(maxsize=256)
def _header(raw: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Cells of one test set have the same few headers."""
    stream = BytesIO(raw)
    if npy.read_magic(stream) != (1, 0):
        raise ValueError("an array of another version of NumPy's format than 1.0")
    shape, fortran_order, kind = npy.read_array_header_1_0(stream)
    if kind.hasobject:
        raise ValueError("an array of Python objects")
    return shape, fortran_order, kind
