"""Types of options and arguments that name a file or folder."""

from pathlib import Path
from typing import Any

import click


class NamedPath(click.Path):
    """A path in which `~` is the home folder, also where the shell leaves it (`--out=~/x`, environment variables)."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True, exists: bool = False) -> None:
        super().__init__(file_okay=file_okay, dir_okay=dir_okay, exists=exists, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, expanded and checked as click does."""
        from wcabench.data.files import expanded

        return super().convert(expanded(value), param, ctx)


class InputFile(NamedPath):
    """A file to read; the reader reports a missing or unreadable one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, expanded and not checked."""
        from wcabench.data.files import expanded

        return expanded(value)


INPUT_FILE = InputFile()
