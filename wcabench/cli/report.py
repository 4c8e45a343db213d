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
from wcabench.cli.output import console, echo_document, echo_json_text, echo_left_out, output_encoding
from wcabench.cli.paths import NamedPath
from wcabench.cli.stderr import warn
from wcabench.output_files import write_text
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
    type=NamedPath(),
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
    made = read_report(results, options)
    echo_left_out(made.left_out)
    if out is not None:
        write_text(out, text_of(made, form, standalone=standalone))
    else:
        print_report(made, form, standalone=standalone)


def print_report(made: ResultsReport, form: str, *, standalone: bool = False) -> None:
    """Print a report on stdout in one of the formats.

    Args:
        made: the report.
        form: one of `FORMATS`.
        standalone: of LaTeX, a whole document.
    """
    if form == "terminal":
        from wcabench.reports.terminal import print_terminal

        print_terminal(made, console())
    elif form == "json":
        echo_json_text(text_of(made, form))
    else:
        encoding = output_encoding()
        text = text_of(made, form, standalone=standalone, encoding=encoding)
        echo_document(text)
        if form in ("markdown", "csv") and text != text_of(made, form):
            warn(
                f"note: {encoding}, the encoding of stdout, lacks some signs of this text, and others stand for them; "
                "with --out FILE or PYTHONUTF8=1 all are as they should be"
            )
