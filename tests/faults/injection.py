"""A layer between Python and the file system: the n-th change of a folder fails, or a signal comes just before it.

What is counted are the calls that change something below a folder: opening a file to write, writing into it, flushing
it to the disk, making, renaming and removing. An audit hook sees most of them; writes and flushes go through a file
type and a function of this module.
"""

import builtins
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

AUDITED = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Injection:
    """Counts the changes of a folder, and does something at one of them.

    Attributes:
        calls: how many there were.
    """

    def __init__(self, root: Path, at: Callable[[int], None]) -> None:
        """Count from now on, for good: an audit hook cannot be taken away, so this is for processes of its own.

        Args:
            root: the folder.
            at: called with the number of each change, from 1, before it is done; may raise an OSError instead of it.
        """
        self.calls = 0
        self._root = os.path.realpath(root)
        self._at = at
        self._paths: dict[int, str] = {}
        sys.addaudithook(self._audit)
        layer = self

        class Raw(io.FileIO):
            def write(self, data: Any) -> int:
                layer.change(self.name)
                return super().write(data)

        self._raw = Raw
        self._open = io.open
        io.open = builtins.open = self._opened  # type: ignore[assignment]
        real_fsync = os.fsync

        def fsync(file: Any) -> None:
            layer.change(os.readlink(f"/proc/self/fd/{file if isinstance(file, int) else file.fileno()}"))
            real_fsync(file)

        os.fsync = fsync

    def change(self, path: Any) -> None:
        """A path is about to be changed."""
        if isinstance(path, str | bytes | os.PathLike):
            text = os.path.abspath(os.fsdecode(path))
            if text == self._root or text.startswith(self._root + os.sep):
                self.calls += 1
                self._at(self.calls)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in AUDITED or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING):
            self.change(arguments[0])

    def _opened(self, file: Any, mode: str = "r", buffering: int = -1, *more: Any, **named: Any) -> Any:
        if isinstance(file, int) or not set(mode) & set("wax+") or buffering == 0:
            return self._open(file, mode, buffering, *more, **named)
        names = ("encoding", "errors", "newline", "closefd", "opener")
        named = {**dict(zip(names, more, strict=False)), **named}
        raw = self._raw(
            os.fspath(file), mode.replace("b", "").replace("t", ""), opener=named.pop("opener", None)
        )
        named.pop("closefd", None)
        buffer: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffer if "b" in mode else io.TextIOWrapper(buffer, **named)
