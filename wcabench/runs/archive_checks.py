"""Checks of an archive of results, which may come from anyone: names, sizes and types, before anything is read."""

import io
import math
import re
import zipfile
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.runs.cells import COUNTS, RECORD, TAGS
from wcabench.runs.counts_file import count_names
from wcabench.runs.npz_arrays import DAMAGED, LARGEST_ARRAY, LARGEST_FILE
from wcabench.runs.record import LARGEST_RECORD
from wcabench.runs.tags_file import tag_array_names

MANIFEST = "manifest.json"
PART = r"(?!\.)[\w.-]+"  # no separator, no drive, no leading dot: neither `..` nor a hidden name
FILES = "|".join(map(re.escape, (RECORD, COUNTS, TAGS)))
MEMBER = re.compile(rf"{PART}/{PART}/{PART}/seed-\d+-[0-9a-f]{{16}}/({FILES})")
MOST_MEMBERS = 200_000
MOST_BYTES = 4 << 30  # of all members together
LARGEST = {RECORD: LARGEST_RECORD, COUNTS: LARGEST_FILE, TAGS: LARGEST_FILE, MANIFEST: 64 << 20}
ARRAYS = {COUNTS: count_names(), TAGS: tag_array_names()}  # file -> names of its arrays


def check_listing(archive: zipfile.ZipFile, path: Path) -> set[str]:
    """Names of the cells' files, every one as it should be; nothing is read yet.

    Raises:
        UserError: a member with another name (so none leads out of the folder), twice the same, or one too large.
    """
    infos = archive.infolist()
    names = {info.filename for info in infos}
    if MANIFEST not in names:
        raise UserError(f"{path}: no {MANIFEST} in it: not an archive of `wcabench store export`")
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
        raise UserError(f"{path}: more than {MOST_MEMBERS} members or {MOST_BYTES >> 20} MiB; not imported")
    if len(names) != len(infos):
        raise UserError(f"{path}: a member is in it twice; not imported")
    for info in infos:
        if info.filename != MANIFEST and not MEMBER.fullmatch(info.filename):
            raise UserError(f"{path}: unexpected member {info.filename!r}; not imported")
        largest = LARGEST[info.filename.rpartition("/")[2]]
        if info.file_size > largest:
            raise UserError(f"{path}: {info.filename} is larger than {largest >> 20} MiB; not imported")
    return names - {MANIFEST}


def read_member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """The content of a member; `zipfile` reads no more than the size that `check_listing` saw.

    Raises:
        UserError: it is damaged.
    """
    try:
        return archive.read(name)
    except DAMAGED as error:
        raise UserError(f"{path}: {name} is damaged ({error}); get the file again") from error


def check_arrays(kind: str, data: bytes, where: str) -> None:
    """The arrays of an .npz file are the expected ones, and unpack to no more than a test set can need.

    Args:
        kind: one of the files in `ARRAYS`.
        data: its content.
        where: how messages call it.

    Raises:
        UserError: they are not.
    """
    expected = {f"{name}.npy" for name in ARRAYS[kind]}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as arrays:
            for info in arrays.infolist():
                if info.filename not in expected:
                    raise UserError(f"{where}: unexpected array {info.filename!r}; not imported")
                if max(info.file_size, _declared_bytes(arrays, info)) > LARGEST_ARRAY:
                    raise UserError(
                        f"{where}: {info.filename} is larger than {LARGEST_ARRAY >> 20} MiB; not imported"
                    )
    except UserError:
        raise
    except DAMAGED as error:
        raise UserError(f"{where}: damaged ({error}); get the file again") from error


def _declared_bytes(arrays: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """How much memory the array takes by its header; reading it would allocate that at once."""
    from numpy.lib import format as npy

    with arrays.open(info) as stream:
        version = npy.read_magic(stream)
        read: Any = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(stream)
    if dtype.hasobject:
        raise ValueError(f"{info.filename} holds Python objects")
    return int(math.prod(shape) * dtype.itemsize)
