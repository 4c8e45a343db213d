"""`wcabench report`: the table of a results folder, with its significance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wcabench.cli.options import (
    baseline_option,
    format_option,
    out_option,
    quiet_option,
    resamples_option,
    results_option,
    selection_options,
)
from wcabench.cli.output import echo_left_out
from wcabench.reports.formats import FORMATS, WITH_ROOM, text_of

if TYPE_CHECKING:
    from wcabench.reports.table import ResultsReport


@click.command()
@results_option
@format_option(FORMATS)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@baseline_option
@selection_options
@click.option("--no-published", is_flag=True, help="Leave the published rows out.")
@click.option(
    "--details",
    is_flag=True,
    help="Intervals of the means, sources of the published rows, F1 by entity type, cost.",
)
@click.option("--standalone", is_flag=True, help="With --format latex: a whole document.")
@out_option("Write here instead of to stdout.")
@resamples_option
@click.option(
    "--check",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Print nothing but what changed since FILE (JSON or Markdown) was written; exit 1 where anything did.",
)
@quiet_option
@click.pass_context
def report(
    ctx: click.Context,
    results: Path,
    form: str,
    as_json: bool,
    baseline: str | None,
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
    encoder: str,
    no_published: bool,
    details: bool,
    standalone: bool,
    out: Path | None,
    resamples: int | None,
    check: Path | None,
) -> None:
    """Print the table: methods by pairs, mean and deviation over seeds, and which differences are real.

    Cells with different encoders, recipes or data never share a table. What could not be used is listed on
    stderr.
    """
    from wcabench.errors import UserError
    from wcabench.reports.options import Options
    from wcabench.reports.report import read_report
    from wcabench.reports.selection import CellSelection
    from wcabench.scoring.bootstrap import RESAMPLES

    form = "json" if as_json else form
    if standalone and form != "latex":
        raise UserError("--standalone is for --format latex")
    options = Options(
        selection=CellSelection(suites, pairs, methods, encoder),
        baseline=baseline,
        published=not no_published,
        details=details,
        whole=form in WITH_ROOM,
        resamples=resamples or RESAMPLES,
        bootstrap=details and form in ("json", "csv"),
    )
    if check is not None:
        from wcabench.cli.report_check import check_report

        check_report(ctx, check, results, options, as_json)
        return
    found = read_report(results, options)
    echo_left_out(found.left_out)
    if out is None:
        _print(found, form, standalone)
    else:
        _write(found, form, standalone, out)


def _print(found: ResultsReport, form: str, standalone: bool) -> None:
    if form != "terminal":
        click.echo(text_of(found, form, standalone=standalone), nl=False)
        return
    from rich.console import Console

    from wcabench.reports.terminal import print_terminal

    print_terminal(found, Console(highlight=False))


def _write(found: ResultsReport, form: str, standalone: bool, out: Path) -> None:
    from wcabench.errors import UserError

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # newline: a CSV file's lines end in CR LF, whatever the system's do.
        out.write_text(text_of(found, form, standalone=standalone), encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"--out {out}: cannot be written ({error.strerror or error})") from error
