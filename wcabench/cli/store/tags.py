"""`wcabench store tags`: print words, gold tags and the tags that a cell predicted."""

from pathlib import Path
from typing import cast

import click

from wcabench.cli.choices import data_source, load_suite
from wcabench.cli.completion import complete_cell, complete_suite
from wcabench.cli.options import data_dir_option, offline_option, out_option, results_option
from wcabench.cli.output import echo_data
from wcabench.output_files import write_lines


@click.command("tags")
@click.argument("cell", shell_complete=complete_cell)
@results_option
@click.option(
    "--side",
    type=click.Choice(["target", "source"]),
    default="target",
    show_default=True,
    help="The language whose test set is printed.",
)
@click.option(
    "--suite",
    "-s",
    metavar="FILE",
    shell_complete=complete_suite,
    help="The TOML file of a suite that does not come with wcabench.",
)
@data_dir_option
@offline_option
@out_option("Write here instead of to stdout.")
def tags(
    cell: str,
    results: Path,
    side: str,
    suite: str | None,
    data_dir: Path | None,
    offline: bool,
    out: Path | None,
) -> None:
    """Print a test set as columns: word, gold tag, and the tag that CELL (the beginning of its key) predicted.

    Cells hold no words, so the test set is read from the data of the suite; it must be what the cell was scored on.
    `wcabench score` and conlleval read the columns.
    """
    from wcabench.errors import require
    from wcabench.runs.gold import GoldReader
    from wcabench.runs.store import Store
    from wcabench.runs.tag_columns import tag_lines
    from wcabench.scoring.scorer import TestSide

    stored, wanted = Store(results).find(cell), cast("TestSide", side)
    predicted = stored.tags()
    require(
        wanted in predicted,
        f"{stored.path}: it kept no predicted tags of the {side}'s test set; run the cell again",
    )
    gold = GoldReader(lambda name: load_suite(suite or name), data_source(data_dir, offline))
    lines = tag_lines(gold.sentences(stored, wanted), predicted[wanted])
    if out is None:
        echo_data(lines)
    else:
        write_lines(out, lines)
