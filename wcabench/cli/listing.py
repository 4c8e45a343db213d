"""`wcabench list methods|pairs|suites|results`; `list options` is in `settings`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from wcabench.cli.choices import load_suite
from wcabench.cli.options import json_option, results_option, suite_option
from wcabench.cli.output import echo_json, echo_left_out, echo_lines
from wcabench.cli.stderr import warn


@click.command("methods")
@json_option
def methods(as_json: bool) -> None:
    """All installed methods, the broken ones with the reason."""
    from wcabench import registry

    rows = [_method_row(entry) for entry in registry.entries().values()]
    if as_json:
        echo_json(rows)
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        text = f"broken: {row['broken']}" if "broken" in row else f"{row['summary']} [{row['paper']}]"
        echo_lines(f"{row['name']:{width}}  {text}")


def _method_row(entry: Any) -> dict[str, Any]:
    from wcabench.errors import UserError

    row = {"name": entry.name, "summary": None, "needs": [], "paper": None, "origin": entry.origin}
    try:
        cls = entry.load()
    except UserError as error:
        return {**row, "broken": str(error)}
    summary = (cls.__doc__ or "").strip().partition("\n")[0]
    return {**row, "summary": summary, "needs": sorted(cls.info.needs), "paper": cls.info.paper}


@click.command("pairs")
@suite_option
@json_option
def pairs(suite: str, as_json: bool) -> None:
    """The language pairs of a suite."""
    names = list(load_suite(suite).pairs)
    if as_json:
        echo_json(names)
        return
    echo_lines(*names)


@click.command("suites")
@json_option
def suites(as_json: bool) -> None:
    """The suites that come with wcabench."""
    from wcabench.data.suites import suite_names

    rows = []
    for name in suite_names():
        suite = load_suite(name)
        rows.append({"name": name, "summary": suite.summary, "pairs": list(suite.pairs)})
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        echo_lines(f"{row['name']}  {row['summary']} ({', '.join(row['pairs'])})")


@click.command("results")
@results_option
@json_option
def results(results: Path, as_json: bool) -> None:
    """The cells in a results folder; what is left out is said on stderr."""
    from wcabench.runs.store import Store

    cells, left_out = Store(results).cells()
    echo_left_out(left_out)
    if as_json:
        echo_json([cell_row(cell) for cell in cells])
        return
    if not cells:
        warn(f"no cells in {results}")
    for cell in cells:
        score = "failed" if cell.f1 is None else f"{cell.f1:.2f}"
        echo_lines(f"{cell.key}  {score:>6}  {cell.suite}  {cell.pair}  {cell.method}  seed {cell.seed}")
    echo_older(cells)


def echo_older(cells: Sequence[Any]) -> None:
    """Say on stderr how many of these cells an older wcabench wrote; say nothing if none."""
    from wcabench.reports.provenance import older_note

    note = older_note(cells)
    if note:
        warn(f"note: {note}")


def cell_row(cell: Any) -> dict[str, Any]:
    """A stored cell in the shape that `run --json` prints."""
    return {
        "suite": cell.suite,
        "pair": cell.pair,
        "method": cell.method,
        "seed": cell.seed,
        "key": cell.key,
        "state": cell.state,
        "f1": cell.f1,
        "seconds": cell.seconds,
        "path": str(cell.path),
        "schema": cell.schema,
    }
