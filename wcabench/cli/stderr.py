"""What goes to stderr: the log, which `--quiet` silences, warnings, and an error of one line."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from wcabench.printable import printable

QUIET = "wcabench.quiet"  # key in the metadata of the click context


def log(line: str) -> None:
    """Print a line of the log; nothing with `--quiet`."""
    if not is_quiet():
        warn(line)


def warn(line: str) -> None:
    """Print a warning, such as what was left out of a result; `--quiet` does not silence it."""
    with _full_disk_ignored():
        click.echo(printable(line, encoding_of(sys.stderr)), err=True)


@contextmanager
def _full_disk_ignored() -> Iterator[None]:
    """A stderr that cannot be written, such as a log on a full disk, ends no run and changes no exit code."""
    try:
        yield
    except OSError:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stderr.fileno())  # or Python would try again at its exit


def encoding_of(stream: Any) -> str:
    """The encoding of an output stream."""
    return getattr(stream, "encoding", None) or "utf-8"


def is_quiet() -> bool:
    """Whether the command that runs was called with `--quiet`."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(QUIET))


class ErrorMessage(click.ClickException):
    """An error that ends the command: one line on stderr, and an exit code.

    Args:
        message: what is wrong, where, and what to do.
        exit_code: 2 for a mistake in the input, 1 for work that failed.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(" ".join(line.strip() for line in message.splitlines() if line.strip()))
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it."""
        line = printable(f"error: {self.message}", encoding_of(file or sys.stderr))
        with _full_disk_ignored():
            click.echo(line, file=file, err=file is None)


def in_our_form(error: Exception, command: str) -> click.ClickException:
    """Turn an error that ends a command into an `ErrorMessage`; click's error that prints a group's help is kept.

    Args:
        error: a `UserError`, or of click.
        command: the words of the command, where the error does not know them.
    """
    if isinstance(error, (ErrorMessage, click.exceptions.NoArgsIsHelpError)):
        return error
    if isinstance(error, click.UsageError):
        return _usage_error(error, command)
    if isinstance(error, click.ClickException):
        return ErrorMessage(error.format_message(), error.exit_code)
    return ErrorMessage(str(error))


def _usage_error(error: click.UsageError, command: str) -> ErrorMessage:
    """Click's error for a wrong call (unknown option, missing argument, value out of range) in one line."""
    if isinstance(error, click.NoSuchOption):
        near = f": did you mean '{error.possibilities[0]}'?" if error.possibilities else ""
        message = f"no such option '{error.option_name}'{near}"
    else:
        message = error.format_message().rstrip(".")
        if message[1:2].islower():
            message = message[:1].lower() + message[1:]
    command = error.ctx.command_path if error.ctx else command
    stop = "" if message.endswith("?") else ";"
    return ErrorMessage(f"{command}: {message}{stop} `{command} --help` says what it takes")
