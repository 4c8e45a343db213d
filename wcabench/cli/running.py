"""Run planned cells for a command: look up what is done, run the rest, print the table."""

from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.output import cells_text, echo_json, echo_lines, echo_table
from wcabench.cli.stderr import log, warn
from wcabench.errors import INTERRUPTED

if TYPE_CHECKING:
    from wcabench.runs.attempt import Result, RunSettings
    from wcabench.runs.plan import PlannedCell
    from wcabench.runs.summary import SummaryRow


def run_cells(
    ctx: click.Context,
    cells: "list[PlannedCell]",
    settings: "RunSettings",
    jobs: int,
    *,
    again: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run what the results folder does not have and print all of it; exit 1 where a cell failed.

    Args:
        ctx: of the command.
        cells: the plan.
        settings: where and how.
        jobs: cells at a time.
        again: how to run finished cells once more, for the line that says that all are done.
        dry_run: print the plan and run nothing.
        as_json: print JSON.
    """
    from wcabench.runs.execution import look_up

    settings, have = look_up(cells, settings)
    if dry_run:
        _print_plan(cells, have, as_json)
        return
    have = _execute(ctx, cells, have, settings, jobs, again)
    _print_results(cells, have, as_json)
    if any(result.state != "done" for result in have.values()):
        ctx.exit(1)


def _execute(
    ctx: click.Context,
    cells: "list[PlannedCell]",
    have: "dict[str, Result]",
    settings: "RunSettings",
    jobs: int,
    again: str,
) -> "dict[str, Result]":
    """Run the cells that are not done; devices, encoders and data are checked before anything is trained."""
    from wcabench.cli.progress import listening
    from wcabench.runs.execution import execute, look_up
    from wcabench.runs.inputs import check_data, check_encoders

    todo = [cell for cell in cells if cell.key not in have]
    if not todo:
        settings.tidy()
        log(f"nothing to run: {cells_text(len(cells))} done already ({again})")
        return have
    require_device(settings.device)
    settings.store.prepare()
    check_encoders(todo)
    check_data(todo, settings.source)
    try:
        with listening(todo, len(cells) - len(todo)) as listener:
            return execute(cells, settings, jobs=jobs, listener=listener)
    except KeyboardInterrupt:
        _, have = look_up(cells, settings)
        done = sum(result.state == "done" for result in have.values())
        warn(
            f"interrupted: {done} of {cells_text(len(cells))} done and kept in {settings.root}; "
            "the same command goes on from there"
        )
        ctx.exit(INTERRUPTED)


def require_device(device: str) -> None:
    """Raise a `UserError` where --device asks for what is not there."""
    if device != "cuda":
        return
    import torch

    from wcabench.errors import UserError

    if not torch.cuda.is_available():
        raise UserError("--device cuda: this installation of torch sees no CUDA device; use --device cpu")


def _cell_row(cell: "PlannedCell", state: str, result: "Result | None") -> dict[str, Any]:
    return {
        "suite": cell.config["suite"],
        "pair": cell.pair,
        "method": cell.method,
        "seed": cell.seed,
        "key": cell.key,
        "model": cell.model.key,
        "state": state,
        "f1": result.f1 if result else None,
        "seconds": result.seconds if result else None,
        "path": str(result.path) if result else None,
        "cached": bool(result and not result.fresh),
        "error": result.error if result else None,
    }


def _print_plan(cells: "list[PlannedCell]", have: "dict[str, Result]", as_json: bool) -> None:
    rows = [_cell_row(cell, "cached" if cell.key in have else "to run", have.get(cell.key)) for cell in cells]
    if as_json:
        models = {cell.model.key for cell in cells if cell.key not in have}
        echo_json({"cells": rows, "summary": [], "models": {"trained": len(models), "shared": 0}})
        return
    for row in rows:
        echo_lines(f"{row['state']:7}  {row['key']}  {row['pair']}  {row['method']}  seed {row['seed']}")
    log(f"{cells_text(len(cells))}: {len(have)} cached, {len(cells) - len(have)} to run")


def _print_results(cells: "list[PlannedCell]", have: "dict[str, Result]", as_json: bool) -> None:
    from wcabench.runs.summary import summarise

    summary = summarise((cell.pair, cell.method, have[cell.key].f1) for cell in cells)
    if as_json:
        rows = [_cell_row(cell, have[cell.key].state, have[cell.key]) for cell in cells]
        echo_json({"cells": rows, "summary": summary, "models": _models(have)})
        return
    _print_table(summary)
    echo_lines(*filter(None, dict.fromkeys(map(_suite_caption, cells))))
    models = _models(have)
    if models["shared"]:
        log(
            f"{models['trained']} models trained; {models['shared']} cells share one that was trained for another"
        )
    for cell in cells:
        result = have[cell.key]
        if result.state == "failed":
            warn(f"failed: {cell.label}: {result.error} (see {result.path}/error.txt)")


def _models(have: "dict[str, Result]") -> dict[str, int]:
    """How many models this run trained, and how many of its cells shared a model that was trained before."""
    fresh = [result for result in have.values() if result.fresh and result.state == "done"]
    trained = sum(result.trained for result in fresh)
    return {"trained": trained, "shared": len(fresh) - trained}


def _suite_caption(cell: "PlannedCell") -> str:
    """The suite's caption; empty if its file is gone by now."""
    from wcabench.cli.choices import load_suite
    from wcabench.errors import UserError

    try:
        return load_suite(cell.suite).caption
    except UserError:
        return ""


def _print_table(summary: "list[SummaryRow]") -> None:
    rows = []
    for row in summary:
        mean, std = ("-" if value is None else f"{value:.2f}" for value in (row["mean"], row["std"]))
        rows.append([row["pair"], row["method"], mean, std, str(row["n"])])
    numbers = ("mean", "std (n-1)", "n")
    echo_table(
        ("pair", "method", *numbers), rows, numbers=numbers, title="strict F1 on the target test set, %"
    )
