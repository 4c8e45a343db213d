"""Finds the command that a line of words calls, as the program does."""

from collections.abc import Sequence

import click

from wcabench.cli import main
from wcabench.cli.groups import LazyGroup


def called(words: Sequence[str]) -> tuple[str, click.Command, list[str]]:
    """Return the name, the command and the remaining words of a call `wcabench WORDS`."""
    command: click.Command = main
    left = list(words)
    path: list[str] = []
    while left and isinstance(command, LazyGroup) and left[0] in command.entries:
        below = command.get_command(click.Context(main), left[0])
        assert below is not None
        command, path = below, [*path, left.pop(0)]
    return " ".join(path), command, left


def known_options(command: click.Command) -> set[str]:
    """Return long and short names of a command's options."""
    context = click.Context(command, help_option_names=["-h", "--help"])
    return {name for parameter in command.get_params(context) for name in parameter.opts}
