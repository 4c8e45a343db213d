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
from wcabench.cli.output import echo_json, echo_left_out, echo_lines
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
    beginnings of their keys) those alone.

    A cell that was counted by other code is replaced whole, also under a new key, so that a run takes it for done;
    the others are not touched.
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
        echo_lines(*map(_line, rescored))
    echo_left_out(_by_reason(left_out), "not rescored")
    if not rescored:
        raise UserError(f"{results}: no cell could be rescored; the reasons are printed above")
    if not as_json:
        changed = sum(again.changed for again in rescored)
        done = "would change" if dry_run else "changed and were written"
        log(f"{results}: {len(rescored)} rescored, of which {changed} {done}")


def _chosen(
    store: "Store",
    names: tuple[str, ...],
    suites: tuple[str, ...],
    pairs: tuple[str, ...],
    methods: tuple[str, ...],
) -> "tuple[list[Cell], LeftOut]":
    """The cells that are asked for, and (path, reason) for those that cannot be read."""
    from wcabench.errors import UserError
    from wcabench.reports.selection import CellSelection, select

    cells, corrupt = ([store.find(name) for name in names], []) if names else store.cells()
    if not cells:
        raise UserError(f"{store.root}: no cell in it; give the folder with --results")
    return select(cells, CellSelection(suites, pairs, methods)), list(corrupt)


def _rescored(
    cells: "list[Cell]", gold: "GoldReader", store: "Store", left_out: LeftOut, dry_run: bool
) -> "Iterator[Rescored]":
    """Rescore each cell and write it if its counts changed; cells that cannot be rescored are added to `left_out`."""
    from wcabench.errors import UserError
    from wcabench.runs.rescore import rescore_cell, write_rescored
    from wcabench.runs.store import StoreError

    for cell in cells:
        try:
            again = rescore_cell(cell, gold)
            if again.changed and not dry_run:
                write_rescored(again, store)
        except StoreError:
            raise
        except UserError as error:
            left_out.append((cell.path, str(error)))
        else:
            yield again


def _by_reason(left_out: LeftOut) -> LeftOut:
    """Merge the entries of each reason into one, which says how many cells it concerns."""
    paths: dict[str, list[object]] = {}
    for path, reason in left_out:
        paths.setdefault(reason, []).append(path)
    return [
        (own[0] if len(own) == 1 else f"{len(own)} cells, the first {own[0]}", reason)
        for reason, own in paths.items()
    ]


def _line(again: "Rescored") -> str:
    unchanged = again.old_f1 == again.new_f1
    f1 = f"{again.old_f1:.2f} unchanged" if unchanged else f"{again.old_f1:.2f} -> {again.new_f1:.2f}"
    key = "" if again.key == again.cell.key else f"; its key is now {again.key}"
    return f"{again.cell.key}  {again.cell.suite}  {again.cell.label}: F1 {f1}{key}"


def _plain(results: Path, rescored: "list[Rescored]", left_out: LeftOut, dry_run: bool) -> dict[str, Any]:
    return {
        "results": str(results),
        "written": not dry_run,
        "cells": [
            {
                "key": again.key,
                "key_before": again.cell.key,
                "suite": again.cell.suite,
                "pair": again.cell.pair,
                "method": again.cell.method,
                "seed": again.cell.seed,
                "f1_before": again.old_f1,
                "f1": again.new_f1,
                "changed": again.changed,
                "path_before": str(again.cell.path),
            }
            for again in rescored
        ],
        "left_out": [{"path": str(path), "reason": reason} for path, reason in left_out],
    }
