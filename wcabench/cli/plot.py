"""`wcabench plot`: figures of a results folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wcabench.cli.options import (
    baseline_option,
    json_option,
    out_option,
    quiet_option,
    resamples_option,
    results_option,
    selection_options,
)
from wcabench.cli.output import echo_json_text, echo_left_out, echo_lines
from wcabench.cli.stderr import log

if TYPE_CHECKING:
    from wcabench.reports.collect import Group
    from wcabench.reports.plots.plot import Plot

KINDS = ("f1", "loss", "differences", "cost", "aer")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@results_option
@out_option("Figure: .png, .svg or .pdf.")
@baseline_option
@selection_options
@click.option("--group", type=click.IntRange(min=1), help="Which group of cells, where there are several.")
@resamples_option
@json_option
@quiet_option
def plot(
    kind: str,
    results: Path,
    out: Path | None,
    baseline: str | None,
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
    encoder: str,
    group: int | None,
    resamples: int | None,
    as_json: bool,
) -> None:
    """Draw results, at the width of a column, with a caption on stdout.

    \b
    f1           every seed a dot, with the mean and its interval
    loss         training losses against steps
    differences  each method minus the baseline, with intervals; what the report calls real is a square
    cost         F1 against seconds of training
    aer          F1 against the alignment error rate of the couplings

    With --json the numbers that are drawn. --baseline and --resamples are for `differences`. Cells with different
    encoders, recipes or data never share a figure.
    """
    from wcabench.reports.figure_files import check_output, save
    from wcabench.reports.plots.choose import choose_group
    from wcabench.reports.report import facts, naming_left_out, read_cells
    from wcabench.reports.selection import CellSelection

    _check(kind, out, baseline, resamples, as_json)
    if out is not None:
        check_output(out)
    cells, left_out = read_cells(results)
    with naming_left_out(left_out):
        chosen = choose_group(cells, CellSelection(suites, pairs, methods, encoder), group)
        figure = _read(kind, chosen, baseline, resamples)
    echo_left_out(left_out)
    if out is not None:
        save(figure.draw(), out)
        log(f"figure: {out}")
    if as_json:
        from wcabench.reports.json_table import SCHEMA, dump

        echo_json_text(dump({"schema": SCHEMA, **facts(chosen), **figure.facts()}))
    else:
        echo_lines(*figure.caption)


def _check(kind: str, out: Path | None, baseline: str | None, resamples: int | None, as_json: bool) -> None:
    from wcabench.errors import require

    require(
        out is not None or as_json,
        "where to? give --out FILE (.png, .svg or .pdf), or --json for the numbers that would be drawn"
        + ("; `wcabench report` prints the differences in the terminal" if kind == "differences" else ""),
    )
    for option, value in (("--baseline", baseline), ("--resamples", resamples)):
        require(value is None or kind == "differences", f"{option} is for `wcabench plot differences`")


def _read(kind: str, group: Group, baseline: str | None, resamples: int | None) -> Plot:
    import importlib

    if kind == "differences":
        from wcabench.reports.plots.differences import read
        from wcabench.scoring.bootstrap import RESAMPLES

        return read(group, baseline, resamples or RESAMPLES)
    figure: Plot = importlib.import_module(f"wcabench.reports.plots.{kind}").read(group)
    return figure
