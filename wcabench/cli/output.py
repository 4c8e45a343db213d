"""Pieces of what several commands print."""

import json
from collections.abc import Iterable
from typing import Any

import click

from wcabench.cli.stderr import warn


def cells_text(number: int) -> str:
    """ "1 cell", "2 cells"."""
    return f"{number} cell{'' if number == 1 else 's'}"


def echo_left_out(entries: Iterable[tuple[object, str]], word: str = "left out") -> None:
    """Each (path, reason) as a line on stderr; a reason that names the path already stands alone."""
    for path, reason in entries:
        warn(f"{word}: {reason if str(path) in reason else f'{path}: {reason}'}")


def echo_json(value: Any) -> None:
    """A JSON result on stdout."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))
