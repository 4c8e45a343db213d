"""`wcabench store export`: one file to publish with a paper."""

from pathlib import Path

import click

from wcabench.cli.options import json_option, only_options, results_option
from wcabench.cli.output import cells_text, echo_json, echo_left_out, echo_lines
from wcabench.cli.paths import NamedPath


@click.command()
@click.argument("file", type=NamedPath(dir_okay=False))
@results_option
@only_options
@json_option
def export(
    file: Path,
    results: Path,
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write the finished cells into FILE, a .zip: records, counts, predicted tags, and a manifest.

    It holds no word of a corpus, so it may be published where the corpus may not. The same cells give the same
    bytes. `wcabench store import` reads it.
    """
    import hashlib

    from wcabench.errors import UserError
    from wcabench.reports.selection import CellSelection, select
    from wcabench.runs.archive import write_archive
    from wcabench.runs.store import Store

    cells, left_out = Store(results).cells()
    echo_left_out(left_out)
    if not cells:
        raise UserError(f"{results}: no cell in it; nothing to export")
    written, damaged = write_archive(file, select(cells, CellSelection(suites, pairs, methods)))
    echo_left_out(damaged)
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if as_json:
        echo_json({"file": str(file), "cells": written, "bytes": file.stat().st_size, "sha256": sha256})
    else:
        echo_lines(f"{file}: {cells_text(written)}, {file.stat().st_size} bytes, sha256 {sha256}")
