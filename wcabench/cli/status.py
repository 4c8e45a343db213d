"""`wcabench status`: what is done, what failed, what is to do."""

from collections import Counter
from pathlib import Path
from typing import Any

import click

from wcabench.cli.choices import data_source, planned_cells
from wcabench.cli.listing import cell_row, echo_older
from wcabench.cli.options import grid_options, json_option, results_option
from wcabench.cli.output import echo_json, echo_lines
from wcabench.cli.stderr import warn


@click.command()
@grid_options
@results_option
@json_option
def status(
    methods: tuple[str, ...],
    pairs: tuple[str, ...],
    seeds: str,
    suite: str,
    encoder: str | None,
    settings: tuple[str, ...],
    as_published: bool,
    data_dir: Path | None,
    offline: bool,
    device: str,
    results: Path,
    as_json: bool,
) -> None:
    """Say what is done, what failed and what is to do.

    With --method and --pair: of that grid. Without: what the results folder holds.
    """
    from wcabench.runs.store import Store

    store = Store(results)
    cells, left_out = store.cells()
    if methods or pairs:
        source = data_source(data_dir, offline)
        grid = planned_cells(methods, pairs, seeds, suite, encoder, settings, source, device, as_published)
        rows = [_planned_row(store, planned) for planned in grid]
    else:
        rows = [cell_row(cell) for cell in cells]
    states = Counter(row["state"] for row in rows)
    summary = {
        "results": str(results),
        "done": states["done"],
        "failed": states["failed"],
        "todo": states["to do"] if methods or pairs else None,
        "left_out": [{"path": str(path), "reason": reason} for path, reason in left_out],
        "older_schema": sum(cell.is_older for cell in cells),
        "cells": rows,
    }
    if as_json:
        echo_json(summary)
    else:
        _print(summary)
        echo_older(cells)


def _planned_row(store: Any, planned: Any) -> dict[str, Any]:
    cell = store.get(planned.config, planned.key)
    if cell is not None:
        return cell_row(cell)
    row = {
        "suite": planned.config["suite"],
        "pair": planned.pair,
        "method": planned.method,
        "seed": planned.seed,
    }
    return {**row, "key": planned.key, "state": "to do", "f1": None, "seconds": None, "path": None}


def _print(summary: dict[str, Any]) -> None:
    grid: dict[tuple[str, str, str], Counter[str]] = {}
    for row in summary["cells"]:
        grid.setdefault((row["suite"], row["pair"], row["method"]), Counter())[row["state"]] += 1
    for (suite, pair, method), states in grid.items():
        echo_lines(
            f"{suite}  {pair}  {method}: " + ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
        )
    todo = "" if summary["todo"] is None else f", {summary['todo']} to do"
    echo_lines(f"{summary['results']}: {summary['done']} done, {summary['failed']} failed{todo}")
    for entry in summary["left_out"]:
        warn(f"left out: {entry['reason']}")
