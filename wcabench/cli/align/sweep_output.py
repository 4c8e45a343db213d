"""Where the tables of a sweep go: to stdout, or between two marks of a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wcabench.reports.table import ResultsReport

BEGIN, END = "<!-- sweep: begin -->", "<!-- sweep: end -->"


def show_sweep(report: ResultsReport, form: str, into: Path | None) -> None:
    """Print the tables, or put them into a page."""
    if into is not None:
        replace_block(into, _text(report, "markdown"))
    elif form == "terminal":
        from rich.console import Console

        from wcabench.reports.terminal import print_terminal

        print_terminal(report, Console(highlight=False))
    else:
        click.echo(_text(report, form), nl=False)


def _text(report: ResultsReport, form: str) -> str:
    if form == "json":
        from wcabench.reports.json_table import render_json

        return render_json(report)
    from wcabench.reports.markdown import render_markdown

    return render_markdown(report)


def show_block(text: str, into: Path | None) -> None:
    """Print a text, or put it into a page; see `replace_block`."""
    if into is None:
        click.echo(text)
    else:
        replace_block(into, text)


def replace_block(page: Path, text: str) -> None:
    """Put text between the marks of a page.

    Raises:
        UserError: the page cannot be read or written, or does not have each mark once.
    """
    from wcabench.errors import UserError

    try:
        old = page.read_text(encoding="utf-8")
        before, _, rest = old.partition(f"{BEGIN}\n")
        _, _, after = rest.partition(f"{END}\n")
        if old.count(f"{BEGIN}\n") != 1 or rest.count(f"{END}\n") != 1:
            raise UserError(f"--into {page}: wanted the lines {BEGIN} and {END} in it, once each")
        page.write_text(f"{before}{BEGIN}\n{text}{END}\n{after}", encoding="utf-8")
    except OSError as error:
        raise UserError(f"--into {page}: {error.strerror or error}") from error
