"""Keeps a method from reading the suite's data by itself while it trains and predicts.

The target's labels are not in the process then, and this module refuses attempts to read them. It finds mistakes and
stops simple attempts, but cannot stop a program that is written to cheat.
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
    """The files that are closed, and the attempts to read them.

    Attributes:
        files: real paths of the files.
        attempts: one line on each refused attempt, in order.
    """

    files: frozenset[str]
    attempts: list[str] = field(default_factory=list)


_closed: list[ClosedData] = []


@contextmanager
def data_closed(files: Iterable[Path]) -> Iterator[ClosedData]:
    """Inside the context, the suite's loaders and all ways to open these files raise an error.

    Args:
        files: the files of the suite's data.

    Raises:
        ClosedDataError: raised at the end, if an attempt was refused and the method caught that error.
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


def require_open(resource: str) -> None:
    """Refuse to load data inside `data_closed`; the data loaders call this.

    Raises:
        ClosedDataError: a method is training or predicting.
    """
    if _closed:
        _refuse(
            f"{resource} was asked for while a method trains or predicts: a method reads data by its bench alone"
        )


def _refuse(line: str) -> None:
    _closed[-1].attempts.append(line)
    raise ClosedDataError(line)


@cache
def _install() -> None:
    # An audit hook cannot be removed, so a process has one, which does nothing while nothing is closed.
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _closed or event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
        return
    path = os.path.realpath(os.fsdecode(arguments[0]))
    if any(path in closed.files for closed in _closed):
        _refuse(f"{path} was opened while a method trains or predicts: it is the suite's data")
