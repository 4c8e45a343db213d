"""Print the tables of a sweep on stdout, or put them between two marks of a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wcabench.cli.report import print_report
from wcabench.output_files import write_text

if TYPE_CHECKING:
    from wcabench.reports.table import ResultsReport

BEGIN, END = "<!-- sweep: begin -->", "<!-- sweep: end -->"


def show_sweep(report: ResultsReport, form: str, into: Path | None) -> None:
    """Print the tables, or put them into a page."""
    if into is not None:
        from wcabench.reports.formats import text_of

        replace_block(into, text_of(report, "markdown"))
    else:
        print_report(report, form)


def replace_block(page: Path, text: str) -> None:
    """Put text between the marks of a page.

    Raises:
        UserError: the page cannot be read or written, or does not have each mark once.
    """
    from wcabench.errors import UserError

    try:
        old = page.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"--into {page}: cannot be read: {error}") from error
    before, _, rest = old.partition(f"{BEGIN}\n")
    _, _, after = rest.partition(f"{END}\n")
    if old.count(f"{BEGIN}\n") != 1 or rest.count(f"{END}\n") != 1:
        raise UserError(f"--into {page}: wanted the lines {BEGIN} and {END} in it, once each")
    write_text(page, f"{before}{BEGIN}\n{text}{END}\n{after}")
