"""`wcabench store rescore`: the stored predictions of cells counted again by today's scorers."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.choices import data_source, load_suite, stored_suite_name
from wcabench.cli.options import (
    data_dir_option,
    dry_run_option,
    json_option,
    offline_option,
    only_options,
    quiet_option,
    results_option,
)
from wcabench.cli.output import echo_json, echo_left_out
from wcabench.cli.stderr import log

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell
    from wcabench.runs.gold import GoldReader
    from wcabench.runs.rescore import Rescored
    from wcabench.runs.store import Store

LeftOut = list[tuple[object, str]]


@click.command("rescore")
@click.argument("cells", nargs=-1, metavar="[CELL]...")
@results_option
@only_options
@data_dir_option
@offline_option
@dry_run_option
@json_option
@quiet_option
def rescore(
    cells: tuple[str, ...],
    results: Path,
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
    data_dir: Path | None,
    offline: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Count the predicted tags that finished cells kept once more, by the scorers of this wcabench.

    Nothing is trained. The gold tags are read from the data of each cell's suite, which must be what the cell was
    scored on; the suite's TOML file is given with --suite where it does not come with wcabench. With CELLs (the
    beginnings of their keys) those alone. A cell whose counts change is replaced whole; the others are not touched.
    """
    from wcabench.errors import UserError
    from wcabench.runs.gold import GoldReader
    from wcabench.runs.store import Store

    store = Store(results)
    files = {stored_suite_name(suite): suite for suite in suites if suite.endswith(".toml")}
    chosen, left_out = _chosen(store, cells, tuple(map(stored_suite_name, suites)), pairs, methods)
    gold = GoldReader(lambda name: load_suite(files.get(name, name)), data_source(data_dir, offline))
    rescored = list(_rescored(chosen, gold, store, left_out, dry_run))
    if as_json:
        echo_json(_plain(results, rescored, left_out, dry_run))
    else:
        for one in rescored:
            click.echo(_line(one))
    echo_left_out(left_out, "not rescored")
    if not rescored:
        raise UserError(f"{results}: no cell could be rescored; the reasons stand above")
    if not as_json:
        changed = sum(one.changed for one in rescored)
        written = "would be written" if dry_run else "written"
        log(f"{results}: {len(rescored)} rescored, {changed} changed and {written}")


def _chosen(
    store: "Store",
    names: tuple[str, ...],
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
) -> "tuple[list[Cell], LeftOut]":
    """The finished cells that are asked for, and (path, reason) for those that cannot be read or failed."""
    from wcabench.errors import UserError
    from wcabench.reports.selection import CellSelection, select

    cells, corrupt = ([store.find(name) for name in names], []) if names else store.cells()
    if not cells:
        raise UserError(f"{store.root}: no cell in it; give the folder with --results")
    chosen = select(cells, CellSelection(suites, pairs, methods))
    left_out: LeftOut = list(corrupt)
    left_out += [
        (cell.path, "a failed cell has no predicted tags") for cell in chosen if cell.state != "done"
    ]
    return [cell for cell in chosen if cell.state == "done"], left_out


def _rescored(
    cells: "list[Cell]", gold: "GoldReader", store: "Store", left_out: LeftOut, dry_run: bool
) -> "Iterator[Rescored]":
    """Every cell that can be rescored, written where its counts changed; the others join `left_out`."""
    from wcabench.errors import UserError
    from wcabench.runs.rescore import rescore_cell, write_rescored
    from wcabench.runs.store import StoreError

    for cell in cells:
        try:
            one = rescore_cell(cell, gold.tags(cell))
            if one.changed and not dry_run:
                write_rescored(one, store)
        except StoreError:
            raise
        except UserError as error:
            left_out.append((cell.path, str(error)))
        else:
            yield one


def _line(one: "Rescored") -> str:
    change = f"{one.old_f1:.2f} -> {one.new_f1:.2f}" if one.changed else f"{one.old_f1:.2f} unchanged"
    return f"{one.cell.key}  {one.cell.suite}  {one.cell.label}: F1 {change}"


def _plain(results: Path, rescored: "list[Rescored]", left_out: LeftOut, dry_run: bool) -> dict[str, Any]:
    return {
        "results": str(results),
        "written": not dry_run,
        "cells": [
            {
                "key": one.cell.key,
                "suite": one.cell.suite,
                "pair": one.cell.pair,
                "method": one.cell.method,
                "seed": one.cell.seed,
                "f1_before": one.old_f1,
                "f1": one.new_f1,
                "changed": one.changed,
                "path": str(one.cell.path),
            }
            for one in rescored
        ],
        "left_out": [{"path": str(path), "reason": reason} for path, reason in left_out],
    }
