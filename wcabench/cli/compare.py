"""`wcabench compare A B`: two methods against each other, with sentences on which they differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.choices import stored_suite_name
from wcabench.cli.completion import complete_stored, complete_suite
from wcabench.cli.options import data_dir_option, json_option, only_option, resamples_option, results_option
from wcabench.cli.output import console, echo_json_text, echo_left_out
from wcabench.cli.paths import NamedPath

if TYPE_CHECKING:
    from wcabench.reports.side_by_side import GoldSentences
    from wcabench.runs.cells import Cell


@click.command()
@click.argument("a", shell_complete=complete_stored)
@click.argument("b", shell_complete=complete_stored)
@only_option("pair")
@click.option(
    "--suite",
    "-s",
    shell_complete=complete_suite,
    help="Only this suite: a name, or the TOML file of your own.",
)
@results_option
@click.option("--results-b", type=NamedPath(file_okay=False), help="Take B from this results folder.")
@click.option(
    "--examples", type=click.IntRange(min=0), default=3, show_default=True, help="Sentences to show a pair."
)
@data_dir_option
@resamples_option
@json_option
def compare(
    a: str,
    b: str,
    pairs: tuple[str, ...],
    suite: str | None,
    results: Path,
    results_b: Path | None,
    examples: int,
    data_dir: Path | None,
    resamples: int | None,
    as_json: bool,
) -> None:
    """Compare method A with method B: A minus B in F1, by entity type, and sentences on which they differ.

    A and B are names or, in quotes, labels as the report prints them: 'wca-hard (epsilon=0.01)'. Cells are
    compared within one suite, encoder, recipe and data. With --results-b, B comes from a second folder; if its
    setting is another, that is said. Examples need the cells' predictions, and their gold the suite's test set.
    """
    from wcabench.reports.method_tables import build_report
    from wcabench.reports.side_by_side import find_examples
    from wcabench.reports.two_methods import MethodSide, common_cells, find_matches
    from wcabench.scoring.bootstrap import RESAMPLES

    cells, left_out = _cells(results)
    side_a, side_b = MethodSide(a, cells), MethodSide(b, cells)
    if results_b is not None and results_b.resolve() != results.resolve():
        cells_b, left_out_b = _cells(results_b)
        side_a, side_b = MethodSide(a, cells, str(results)), MethodSide(b, cells_b, str(results_b))
        left_out = left_out + left_out_b
    matches = find_matches(side_a, side_b, (stored_suite_name(suite),) if suite else (), pairs)
    read_gold = _gold_reader(suite, data_dir)
    by_match = [
        [
            find_examples(
                pair, common_cells([row.samples[pair] for row in match.group.rows]), examples, read_gold
            )
            for pair in match.group.pairs
        ]
        for match in matches.matches
    ]
    report = build_report(matches, by_match, left_out, resamples or RESAMPLES, as_json)
    echo_left_out(report.left_out)
    if as_json:
        from wcabench.reports.json_table import render_json

        echo_json_text(render_json(report))
    else:
        _print(report, by_match)


def _cells(results: Path) -> tuple[list[Cell], list[tuple[str, str]]]:
    from wcabench.errors import UserError
    from wcabench.runs.store import Store

    cells, left_out = Store(results).cells()
    if not any(cell.state == "done" for cell in cells):
        raise UserError(f"{results}: no finished cell; run some first, or give the folder with --results")
    return cells, [(str(path), reason) for path, reason in left_out]


def _gold_reader(suite: str | None, data_dir: Path | None) -> GoldSentences:
    """A function that reads the target test set that a cell was scored on, without a network."""
    from wcabench.cli.choices import data_source, load_suite
    from wcabench.runs.gold import GoldReader

    file = suite if suite and suite.endswith(".toml") else None
    return GoldReader(lambda name: load_suite(file or name), data_source(data_dir, True)).sentences


def _print(report: Any, examples: Any) -> None:
    from wcabench.reports.table import ResultsReport
    from wcabench.reports.terminal import print_terminal
    from wcabench.reports.terminal_examples import print_examples

    screen = console()
    for number, (section, of_section) in enumerate(zip(report.sections, examples, strict=True)):
        if number:
            screen.print()
        print_terminal(ResultsReport((section,)), screen)
        for of_pair in of_section:
            print_examples(of_pair, (section.facts["a"], section.facts["b"]), screen)
