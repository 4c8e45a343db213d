"""A disk that fails on purpose: an error at one numbered call, or no room for more than so many bytes.

Calls are seen through Python's audit events (open for writing, mkdir, rename) and `os.fsync`, so that every writer is
met, also those of libraries in Python. Libraries that write by themselves meet the limit on file sizes.
"""

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SEEN = ("open", "os.mkdir", "os.rename")


class FailingDisk:
    """Counts the calls that write below a folder, and lets one of them fail.

    Attributes:
        folder: the disk; calls outside it are left alone.
        calls: names of the calls so far.
        fail_at: number of the call that fails, from 0; None: none.
        error: `errno` of the failure.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.calls: list[str] = []
        self.fail_at: int | None = None
        self.error = 0

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None or event not in SEEN:
            return
        path = arguments[0]
        if isinstance(path, str) and path.startswith(str(self.folder)):
            if event == "open" and not arguments[2] & WRITING:
                return
            self.call(event)

    def call(self, name: str) -> None:
        self.calls.append(name)
        if len(self.calls) - 1 == self.fail_at:
            raise OSError(self.error, os.strerror(self.error))

    @contextmanager
    def at(self, folder: Path, fail_at: int | None = None, error: int = 0) -> Iterator[None]:
        """Within the block the call with this number fails."""
        self.folder, self.calls, self.fail_at, self.error = folder, [], fail_at, error
        try:
            yield
        finally:
            self.folder = None


DISK = FailingDisk()
sys.addaudithook(DISK.audit)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FailingDisk:
    """The one disk; a hook cannot be taken away again, so it is made once and idle between the tests."""
    real = os.fsync

    def fsync(descriptor: Any) -> None:
        if DISK.folder is not None:
            DISK.call("fsync")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return DISK


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Within the block no file of this process may grow beyond so many bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their paths."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
    }
