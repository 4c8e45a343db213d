"""`wcabench store import`: the cells of a published file into a results folder."""

from pathlib import Path

import click

from wcabench.cli.options import json_option, results_option
from wcabench.cli.paths import NamedPath
from wcabench.cli.store.merge import show_merged


@click.command("import")
@click.argument("file", type=NamedPath())
@results_option
@json_option
def import_(file: Path, results: Path, as_json: bool) -> None:
    """Check FILE, written by `wcabench store export`, and copy its cells into the results folder.

    Nothing is copied unless the whole file is what its manifest says. Then as `wcabench store merge`.
    """
    from wcabench.runs.archive import unpacked
    from wcabench.runs.merge import merge
    from wcabench.runs.store import Store

    with unpacked(file) as store:
        merged = merge({str(file): store}, Store(results))
    show_merged(merged, results, as_json)
