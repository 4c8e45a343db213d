"""Reads files as bytes: only regular files, unpacking gzip, and with a limit on their size."""

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO

from wcabench.errors import UserError
from wcabench.output_files import note_read

# The largest file that is read whole: far above any corpus, and small enough for a machine's memory.
LARGEST_FILE = 2 * 2**30
GZIP_MAGIC = b"\x1f\x8b"
_READ_ERRORS = (OSError, EOFError, zlib.error)
# With this flag, opening a pipe does not wait for its other end, so it can be refused. Windows has no such flag.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)


def expanded(path: str | Path) -> Path:
    """Return a path with `~` replaced by the home folder.

    Raises:
        UserError: the named user (`~nobody`) has no home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UserError(f"{path}: that user has no home folder here; write the path out") from None


def is_file(path: Path) -> bool:
    """Whether the path is a regular file or a link to one; False for a folder or a missing file.

    Raises:
        UserError: the path is something else (a pipe, a device), or cannot be a path.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return stat.S_ISREG(mode)
    raise _irregular(path, mode)


@contextmanager
def open_regular(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file for reading its stored bytes; nothing is unpacked.

    Raises:
        UserError: the file cannot be opened or read, or is a folder, a pipe or a device.
    """
    try:
        stream = open(path, "rb", opener=_open_at_once)  # noqa: SIM115 (Path.open takes no opener)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    with stream:
        mode = os.fstat(stream.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise _irregular(path, mode)
        note_read(os.fstat(stream.fileno()))
        try:
            yield stream
        except _READ_ERRORS as error:
            raise _unreadable(path, error) from error


@contextmanager
def open_binary(path: Path) -> Iterator[IO[bytes]]:
    """Open a regular file for reading bytes; a gzipped file is unpacked, whatever its name.

    Raises:
        UserError: as `open_regular`; or the file is damaged gzip.
    """
    with open_regular(path) as stream:
        if stream.peek(len(GZIP_MAGIC))[: len(GZIP_MAGIC)] == GZIP_MAGIC:
            with gzip.GzipFile(fileobj=stream) as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield stream


def read_stored_bytes(path: Path, largest: int) -> bytes:
    """Read all stored bytes of a regular file; nothing is unpacked.

    Raises:
        UserError: as `open_regular`; or the file holds more than `largest` bytes.
    """
    with open_regular(path) as stream:
        raw = stream.read(largest + 1) if os.fstat(stream.fileno()).st_size <= largest else None
    if raw is None or len(raw) > largest:
        raise _too_large(path, largest)
    return raw


def read_bytes(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """Read all bytes of a file, unpacked.

    Raises:
        UserError: as in `open_binary`, or the file holds more than `largest` bytes.
    """
    with open_binary(path) as stream:
        if os.fstat(stream.fileno()).st_size <= largest:
            raw = stream.read(largest + 1)
            if len(raw) <= largest:
                return raw
    raise _too_large(path, largest)


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | _AT_ONCE)


def _too_large(path: Path, largest: int) -> UserError:
    return UserError(f"{path}: holds more than {largest:,} bytes, the most that is read; cut it")


def _irregular(path: Path, mode: int) -> UserError:
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for test, name in kinds if test(mode)), "a device")
    return UserError(f"{path}: cannot be read: it is {kind}; wanted a regular file")


def _unreadable(path: Path, error: Exception) -> UserError:
    if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
        return UserError(f"{path}: cannot be unpacked: {error}; the gzip file is damaged or cut short")
    return UserError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}")
