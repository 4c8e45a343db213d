"""`wcabench store predictions`: what a cell predicted, beside the words and the gold tags."""

from pathlib import Path
from typing import cast

import click

from wcabench.cli.choices import data_source, load_suite
from wcabench.cli.options import data_dir_option, offline_option, results_option


@click.command("predictions")
@click.argument("cell")
@results_option
@click.option(
    "--side",
    type=click.Choice(["target", "source"]),
    default="target",
    show_default=True,
    help="Of which language's test set.",
)
@click.option("--suite", metavar="FILE", help="The TOML file of a suite that does not come with wcabench.")
@data_dir_option
@offline_option
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of to stdout."
)
def predictions(
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
    """
    from wcabench.errors import UserError
    from wcabench.runs.gold import GoldReader
    from wcabench.runs.prediction_columns import prediction_lines
    from wcabench.runs.store import Store
    from wcabench.scoring.scorer import TestSide

    found = Store(results).find(cell)
    the_side = cast("TestSide", side)
    tags = found.tags()
    if the_side not in tags:
        raise UserError(
            f"{found.path}: it kept no predicted tags of the {side}'s test set; run the cell again"
        )
    reader = GoldReader(lambda name: load_suite(suite or name), data_source(data_dir, offline))
    text = "".join(
        f"{line}\n" for line in prediction_lines(reader.sentences(found, the_side), tags[the_side])
    )
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"--out {out}: cannot be written ({error.strerror or error})") from error
