"""Keeps the suite's data away from a method while it trains and predicts.

The target's labels are not in the process then; this closes the ways to fetch them. It finds mistakes and stops what
is easily done; it is no wall against a program that means to cheat.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


class ClosedDataError(PermissionError):
    """A method tried to read the suite's data by itself."""


@dataclass(frozen=True)
class ClosedData:
    """What is closed meanwhile.

    Attributes:
        files: real paths of the files.
        attempts: what a method tried to read, in order.
    """

    files: frozenset[str]
    attempts: list[str] = field(default_factory=list)


_closed: list[ClosedData] = []


@contextmanager
def data_closed(files: Iterable[Path]) -> Iterator[ClosedData]:
    """Meanwhile the suite's loaders are closed, and so are these files, however they are opened.

    Args:
        files: that hold the suite's data.

    Raises:
        ClosedDataError: at the end, where an attempt to read them was refused and the error passed over.
    """
    _install()
    closed = ClosedData(frozenset(os.path.realpath(file) for file in files))
    _closed.append(closed)
    try:
        yield closed
    finally:
        _closed.remove(closed)
    if closed.attempts:
        raise ClosedDataError(closed.attempts[0])


def require_open(what: str) -> None:
    """Called by the loaders of data.

    Raises:
        ClosedDataError: a method is training or predicting.
    """
    if _closed:
        _refuse(
            f"{what} was asked for while a method trains or predicts: a method reads data by its bench alone"
        )


def _refuse(line: str) -> None:
    _closed[-1].attempts.append(line)
    raise ClosedDataError(line)


@cache
def _install() -> None:
    # An audit hook cannot be taken out again, so there is one in a process, idle while nothing is closed.
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _closed or event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
        return
    path = os.path.realpath(os.fsdecode(arguments[0]))
    if any(path in closed.files for closed in _closed):
        _refuse(f"{path} was opened while a method trains or predicts: it is the suite's data")
