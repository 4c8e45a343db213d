"""Print a benchmark's tables, or put them between the two marks of a page of the documentation."""

from pathlib import Path

import click

from wcabench.cli.align.sweep_output import replace_block


def show_block(text: str, into: Path | None) -> None:
    """Print text on stdout, or put it into the page `into`.

    Raises:
        UserError: the page cannot be read or written, or does not have each mark once.
    """
    if into is None:
        click.echo(text)
    else:
        replace_block(into, text)
