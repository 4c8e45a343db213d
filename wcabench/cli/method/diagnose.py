"""`wcabench method diagnose`: the numbers that explain why a method helped or did not."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.choices import stored_suite_name
from wcabench.cli.completion import complete_cell
from wcabench.cli.options import (
    data_dir_option,
    json_option,
    only_options,
    quiet_option,
    recorded_encoder_option,
    results_option,
)
from wcabench.cli.output import console, echo_json_text, echo_left_out
from wcabench.cli.stderr import log

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell


@click.command()
@click.argument("cells", nargs=-1, metavar="[CELL]...", shell_complete=complete_cell)
@results_option
@only_options
@click.option("--before", is_flag=True, help="Measure the encoder as it was before the training, too.")
@recorded_encoder_option("With --before: the folder of an encoder that is not the suite's own.")
@data_dir_option
@json_option
@quiet_option
def diagnose(
    cells: tuple[str, ...],
    results: Path,
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
    before: bool,
    encoder: str | None,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Show how each method couples the tokens, and what becomes of words, entities and states: a row a method.

    Every cell keeps these numbers; they were measured on a few sentences once it was trained. With CELLs (the
    beginnings of their keys, or their folders) those alone are shown. docs/diagnostics.md defines each number.
    """
    from wcabench.reports.diagnosis import read_diagnosis
    from wcabench.reports.selection import CellSelection

    files = [suite for suite in suites if suite.endswith(".toml")]
    names = tuple(stored_suite_name(suite) for suite in suites)
    measure = _untrained(files[0] if files else None, encoder, data_dir) if before else None
    made = read_diagnosis(results, cells, CellSelection(names, pairs, methods), measure)
    echo_left_out(made.left_out)
    if as_json:
        from wcabench.reports.json_table import render_json

        echo_json_text(render_json(made))
        return
    from wcabench.reports.terminal import print_terminal

    print_terminal(made, console())


def _untrained(
    suite: str | None, encoder: str | None, data_dir: Path | None
) -> Callable[["Cell"], dict[str, Any]]:
    """A function that measures a cell's encoder before its training, without a network."""
    from wcabench.cli.choices import here
    from wcabench.runs.diagnosis import diagnose_untrained

    where = here(suite, encoder, data_dir, True, "cpu")

    def measure(cell: "Cell") -> dict[str, Any]:
        log(f"measuring {cell.pair} {cell.method} before its training")
        return diagnose_untrained(cell, where)

    return measure
