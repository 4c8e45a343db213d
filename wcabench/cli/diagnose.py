"""`wcabench diagnose`: the numbers that explain why a method helped or did not."""

from pathlib import Path

import click

from wcabench.cli.options import echo_left_out, json_option, results_option


@click.command()
@click.argument("cells", nargs=-1, metavar="[CELL]...")
@results_option
@click.option("--suite", "suites", multiple=True, help="Only this suite; may be repeated.")
@click.option("--pair", "pairs", multiple=True, help="Only this pair; may be repeated.")
@click.option("--method", "methods", multiple=True, help="Only this method; may be repeated.")
@json_option
def diagnose(
    cells: tuple[str, ...],
    results: Path,
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show how each method couples the tokens, and what becomes of words, entities and states: a row a method.

    Every cell keeps these numbers; they were measured on a few sentences once it was trained. With CELLs (the
    beginnings of their keys, or their folders) those alone are shown. docs/diagnostics.md defines each number.
    """
    from wcabench.reports.diagnosis import read_diagnosis
    from wcabench.reports.selection import Selection

    found = read_diagnosis(results, cells, Selection(suites, pairs, methods))
    echo_left_out(found.left_out)
    if as_json:
        from wcabench.reports.json_table import render_json

        click.echo(render_json(found), nl=False)
        return
    from rich.console import Console

    from wcabench.reports.terminal import print_terminal

    print_terminal(found, Console(highlight=False))
