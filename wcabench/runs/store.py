"""The store: one folder a cell, written whole or not at all, each key run by one process at a time.

Layout: `ROOT/<suite>/<pair>/<method>/seed-<seed>-<key>/`. A cell is written under `ROOT/.partial/` and then
renamed, so a killed process leaves no half cell; `ROOT/.locks/` holds one lock file a key. Two stores merge
by copying folders.
"""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.runs.cells import CELL_FOLDER, COUNTS, RECORD, TAGS, Cell, read_cell
from wcabench.runs.configuration import Configuration
from wcabench.runs.locks import LOCKS, LockError, make_folder, take_lock
from wcabench.runs.locks import StoreError as StoreError
from wcabench.runs.record import require_readable, with_checksums, write_record

PARTIAL = ".partial"  # holds cells while they are written
PROBE_BYTES = 1 << 16
REPLACED = ".replaced"  # an old cell while the new one takes its place
ASIDE = re.compile(r"\.(corrupt|failed)-\d+$")  # kept, never counted
REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space in your quota",
    errno.EFBIG: "raise the limit on file sizes",
    errno.EACCES: "make it writable or choose another folder with --results",
    errno.EPERM: "make it writable or choose another folder with --results",
    errno.EROFS: "choose a folder on a writable disk with --results",
}


@dataclass(frozen=True)
class Store:
    """The results folder.

    Attributes:
        root: may not exist yet.
    """

    root: Path

    def cells(self) -> tuple[list[Cell], list[tuple[Path, str]]]:
        """All cells, sorted by path, and (folder, reason) for everything that is left out."""
        good: dict[str, Cell] = {}
        left_out: list[tuple[Path, str]] = []
        for folder in self._folders():
            try:
                cell = read_cell(folder)
            except UserError as error:
                left_out.append((folder, str(error)))
                continue
            if cell.key in good:
                left_out.append((folder, f"{folder}: the same cell as {good[cell.key].path}; counted once"))
            else:
                good[cell.key] = cell
        return list(good.values()), left_out

    def keys(self) -> Iterator[tuple[str, Path]]:
        """Key and folder of every cell by the names of the folders; no record is read, so some may be corrupt."""
        for folder in self._folders():
            if named := CELL_FOLDER.fullmatch(folder.name):
                yield named["key"], folder

    def find(self, name: str) -> Cell:
        """The cell of that key (or the beginning of it), or in that folder.

        Raises:
            UserError: none, several, or a corrupt one.
        """
        path = Path(name)
        if (path / RECORD).is_file() or (path.name == RECORD and path.is_file()):
            return read_cell(path if path.is_dir() else path.parent)
        wanted = name.lower()
        folders = [folder for key, folder in self.keys() if key.startswith(wanted)]
        if not folders or not wanted:
            raise UserError(
                f"no cell '{name}' in {self.root}: wanted the beginning of a key or a folder; "
                "`wcabench list results` shows them"
            )
        if len(folders) > 1:
            raise UserError(
                f"'{name}' is the beginning of {len(folders)} keys: "
                + ", ".join(f.name.rpartition("-")[2] for f in folders[:5])
            )
        return read_cell(folders[0])

    def folder(self, config: Mapping[str, Any], key: str) -> Path:
        """Where the cell of a configuration stands, or would."""
        named = Configuration(config)
        parts = map(_file_name, (named.suite, named.pair, named.method))
        return self.root.joinpath(*parts, f"seed-{named.seed}-{key}")

    def get(self, config: Mapping[str, Any], key: str) -> Cell | None:
        """The cell of a configuration, or None where there is none that is whole."""
        try:
            cell = read_cell(self.folder(config, key))
        except UserError:
            return None
        return cell if cell.key == key else None

    def stamp(self, config: Mapping[str, Any], key: str) -> int | None:
        """A number that changes when a cell is written anew; None where there is none that is whole."""
        cell = self.get(config, key)
        return None if cell is None else (cell.path / RECORD).stat().st_mtime_ns

    def prepare(self) -> None:
        """Make the folder, prove that it can be written, and remove what dead processes left.

        Raises:
            StoreError: it cannot be written, or the disk is full.
        """
        with self.writing():
            for name in (PARTIAL, LOCKS):
                make_folder(self.root / name)
            probe = self.root / PARTIAL / f"probe-{os.getpid()}-{secrets.token_hex(4)}"
            with self.lock("probe", wait=True):  # so that nobody takes it for that of a dead process
                try:
                    probe.write_bytes(b"\0" * PROBE_BYTES)
                    _flush(probe)
                finally:
                    probe.unlink(missing_ok=True)
            self.sweep()

    def sweep(self) -> None:
        """Remove what processes that are gone wrote in part; put back an old cell whose replacement never came.

        The writer of a key holds its lock, so a key whose lock is free has no writer.
        """
        for partial in sorted((self.root / PARTIAL).glob("*-*-*")):
            locked = partial.name.rsplit("-", 2)[0]
            with self.lock(locked) as held:
                if held:
                    remove(partial)
        for old in sorted(self.root.glob(f"*/*/*/seed-*{REPLACED}")):
            final = old.with_name(old.name.removesuffix(REPLACED))
            with self.lock(final.name.rpartition("-")[2]) as held:
                if held and final.exists():
                    remove(old)
                elif held and old.exists():
                    old.rename(final)

    @contextmanager
    def lock(self, key: str, *, wait: bool = False) -> Iterator[bool]:
        """Hold a key: no other process runs it. Yields whether it is held.

        Args:
            key: the cell's key.
            wait: wait for the process that has it; otherwise yield False at once.

        Raises:
            StoreError: the lock can never be had, whatever other processes do.
        """
        with self.writing():
            lock = take_lock(self.root, key, wait=wait)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.release()

    def publish(
        self, record: Mapping[str, Any], fill: Callable[[Path], None], *, copied: bool = False
    ) -> Path:
        """Write a cell whole; the caller holds its lock.

        A corrupt folder in its place is moved aside to `<name>.corrupt-N`. A finished cell is replaced by a
        finished one only; a failed one beside it becomes `<name>.failed-N`.

        Args:
            record: what goes into cell.json.
            fill: writes the other files into the folder it is given.
            copied: whether the record is that of another store, to be kept as it is. Otherwise it gets the checksums
                of itself and of the files.

        Returns:
            The cell's folder.

        Raises:
            StoreError: the disk is full or the folder cannot be written; what stood there still stands.
            UserError: the record is one that could not be read again.
        """
        key = str(record["key"])
        partial = self.root / PARTIAL / f"{key}-{os.getpid()}-{secrets.token_hex(4)}"
        with self.writing():
            try:
                partial.mkdir(parents=True)
                fill(partial)
                whole = record if copied else with_checksums(record, partial, (COUNTS, TAGS))
                require_readable(whole, partial / RECORD)
                write_record(partial / RECORD, whole)
                for file in partial.iterdir():
                    _flush(file)
                return self._install(partial, self.folder(record["config"], key), str(record["state"]))
            finally:
                remove(partial)

    def _install(self, partial: Path, final: Path, state: str) -> Path:
        final.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(final):
            return partial.rename(final)
        try:
            old = read_cell(final)
        except UserError:
            final.rename(_aside(final, "corrupt"))
            return partial.rename(final)
        if old.state == "done" and state == "failed":
            return partial.rename(_aside(final, "failed"))
        replaced = final.with_name(final.name + REPLACED)
        final.rename(replaced)
        try:
            partial.rename(final)
        except OSError:
            replaced.rename(final)
            raise
        shutil.rmtree(replaced, ignore_errors=True)
        return final

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turn an `OSError` of the file system into a `StoreError` of one line."""
        try:
            yield
        except LockError:
            raise
        except OSError as error:
            raise self._unwritable(error) from error
        except UserError as error:  # a writer's own word for it
            if not isinstance(error.__cause__, OSError):
                raise
            raise self._unwritable(error.__cause__) from error

    def _unwritable(self, error: OSError) -> StoreError:
        remedy = REMEDIES.get(error.errno or 0, "see to it, or choose another folder with --results")
        return StoreError(
            f"results folder {self.root}: {error.strerror or error}; {remedy}, and give the same command "
            "again (finished cells are kept)"
        )

    def _folders(self) -> list[Path]:
        """Folders of cells; one that is just being replaced stands for itself until the new one is there."""
        folders = []
        for folder in sorted(self.root.glob("*/*/*/seed-*")):
            hidden = any(part.startswith(".") for part in folder.relative_to(self.root).parts)
            if hidden or not folder.is_dir() or ASIDE.search(folder.name):
                continue
            if (
                folder.name.endswith(REPLACED)
                and folder.with_name(folder.name.removesuffix(REPLACED)).exists()
            ):
                continue
            folders.append(folder)
        return folders


def remove(path: Path) -> None:
    """Remove a folder with all that is in it, or whatever stands in its place; what cannot be removed stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _aside(folder: Path, why: str) -> Path:
    number = 1
    while os.path.lexists(aside := folder.with_name(f"{folder.name}.{why}-{number}")):
        number += 1
    return aside


def _file_name(name: str) -> str:
    """Replace characters that are unsafe in file names."""
    return re.sub(r"[^\w.-]", "_", name).lstrip(".") or "_"


def _flush(file: Path) -> None:
    """Have the disk take the bytes now: some file systems say that they are full only then."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
