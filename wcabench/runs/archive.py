"""An archive of results: one .zip to publish, with a manifest; the same cells give the same bytes everywhere.

It holds `manifest.json` and, laid out as in a store, `cell.json`, `counts.npz` and `tags.npz` of each cell, hence no
word of a corpus. The `predictions.conll` of older cells, which holds words, is left out. Members are stored, not
deflated: deflate's output differs between builds of zlib, and the arrays are compressed already.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import wcabench
from wcabench.data.files import is_file, open_regular
from wcabench.errors import UserError
from wcabench.output_files import new_file, unwritable
from wcabench.runs.archive_checks import (
    ARRAYS,
    MANIFEST,
    MOST_BYTES,
    check_arrays,
    check_listing,
    read_member,
)
from wcabench.runs.cells import COUNTS, RECORD, TAGS, Cell, read_files
from wcabench.runs.npz_arrays import DAMAGED
from wcabench.runs.schema import Count, Fields, MapOf, String
from wcabench.runs.store import Store
from wcabench.runs.stored_json import parse_json
from wcabench.runs.tags_file import read_types

SCHEMA = 2  # 1 had no tags.npz
_MANIFEST = Fields({"schema": Count(), "files": MapOf(String())})
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a .zip can hold


def write_archive(path: Path, cells: Sequence[Cell]) -> tuple[int, list[tuple[Path, str]]]:
    """Write the finished cells into one file, whole or not at all.

    Args:
        path: the file; must not exist.
        cells: failed ones are passed over.

    Returns:
        How many cells are in it, and (folder, reason) for each finished cell that is damaged and left out.

    Raises:
        UserError: no finished cell that is whole, or a file that exists or cannot be written.
    """
    done = [cell for cell in cells if cell.state == "done"]
    if not done:
        raise UserError("none of the selected cells is finished: nothing to export")
    if path.exists():
        raise UserError(f"{path}: exists already; remove it or give another name")
    members: dict[str, bytes] = {}
    left_out: list[tuple[Path, str]] = []
    for cell in done:
        try:
            members |= _members(cell)
        except UserError as error:
            left_out.append((cell.path, str(error)))
    if not members:
        raise UserError(f"every selected cell is damaged: nothing to export (the first: {left_out[0][1]})")
    if sum(map(len, members.values())) > MOST_BYTES:
        raise UserError(f"the cells hold more than {MOST_BYTES >> 20} MiB: export by --pair or --method")
    _write(path, dict(sorted(members.items())))
    return len(done) - len(left_out), left_out


def _write(path: Path, members: dict[str, bytes]) -> None:
    with new_file(path) as partial, zipfile.ZipFile(partial, "x", zipfile.ZIP_STORED) as archive:
        for name, data in [(MANIFEST, _manifest(members)), *members.items()]:
            archive.writestr(_info(name), data)


def _members(cell: Cell) -> dict[str, bytes]:
    try:
        folder = Store(Path()).folder(cell.config, cell.key).as_posix()
        if is_file(cell.path / TAGS) and not read_types(cell.path / TAGS) <= set(cell.types):
            raise UserError(f"{TAGS} has entity types that the cell was not scored on")
        files = read_files(cell, (RECORD, COUNTS, TAGS))
        return {f"{folder}/{name}": content for name, content in files.items()}
    except (UserError, OSError) as error:
        raise UserError(f"{cell.path}: {error}") from error


def _manifest(members: dict[str, bytes]) -> bytes:
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "wcabench": wcabench.__version__,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
    }
    return (json.dumps(whole, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = 3  # Unix, whatever this machine is
    info.external_attr = 0o644 << 16
    return info


@contextmanager
def unpacked(path: Path) -> Iterator[Store]:
    """Unpack the archive into a temporary folder and give that as a store, after all of it was checked.

    Raises:
        UserError: no archive of results, or a member that is unexpected, too large or not what the manifest says.
    """
    with TemporaryDirectory(prefix="wcabench-import-") as folder:
        try:
            with open_regular(path) as stream, zipfile.ZipFile(stream) as archive:
                _unpack(archive, path, Path(folder))
        except UserError:
            raise
        except DAMAGED as error:
            raise UserError(f"{path}: not an archive of results that can be read ({error})") from error
        yield Store(Path(folder))


def _unpack(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    names = check_listing(archive, path)
    files = _listed(read_member(archive, MANIFEST, path), path)
    if files.keys() != names:
        (name, *_) = sorted(files.keys() ^ names)
        raise UserError(
            f"{path}: {name} is in the archive or in its manifest, but not in both; get the file again"
        )
    for name in sorted(names):
        data = read_member(archive, name, path)
        if hashlib.sha256(data).hexdigest() != files[name]:
            raise UserError(
                f"{path}: {name} is not what the manifest says (sha256 differs); get the file again"
            )
        kind = name.rpartition("/")[2]
        if kind in ARRAYS:
            check_arrays(kind, data, f"{path}: {name}")
        _write_unpacked(folder / name, data)


def _write_unpacked(file: Path, data: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise unwritable(error, file) from error


def _listed(data: bytes, path: Path) -> dict[str, str]:
    """Name -> sha256, as the manifest has them."""
    try:
        manifest = parse_json(data, _MANIFEST, MANIFEST)
    except UserError as error:
        raise UserError(f"{path}: no manifest of results ({error}); get the file again") from None
    if manifest["schema"] > SCHEMA:
        raise UserError(
            f"{path}: schema {manifest['schema']} of a newer wcabench (this one reads {SCHEMA}); upgrade"
        )
    files: dict[str, str] = manifest["files"]
    return files
