"""`wcabench store verify CELL`: run a cell again and state the difference."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.choices import here
from wcabench.cli.completion import complete_cell
from wcabench.cli.options import here_options, json_option, quiet_option, results_option
from wcabench.cli.output import echo_json, echo_lines
from wcabench.cli.running import require_device
from wcabench.cli.stderr import ErrorMessage

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell
    from wcabench.runs.here import Here
    from wcabench.runs.plan import PlannedCell
    from wcabench.runs.two_runs import RunDifference, ScoreChange


@click.command()
@click.argument("cell", shell_complete=complete_cell)
@results_option
@here_options
@json_option
@quiet_option
@click.pass_context
def verify(
    ctx: click.Context,
    cell: str,
    results: Path,
    suite: str | None,
    encoder: str | None,
    data_dir: Path | None,
    offline: bool,
    device: str,
    as_json: bool,
) -> None:
    """Run CELL again (the beginning of its key, its folder, or its cell.json) and state the difference.

    The new run stands in a temporary folder and is removed; the stored one is not touched. Exit 0: equal counts in
    every sentence of both test sets. Exit 1: other counts, or the new run failed. Exit 2: it cannot be run here.
    """
    from wcabench.runs.store import Store

    require_device(device)
    where = here(suite, encoder, data_dir, offline, device)
    stored = Store(results).find(cell)
    planned = _planned(stored, where)
    difference = _run_again(ctx, stored, planned, where)
    if as_json:
        echo_json(_plain(stored, difference))
    else:
        echo_lines(*_describe(stored, difference))
    if difference.verdict == "differs":
        ctx.exit(1)


def _planned(stored: "Cell", where: "Here") -> "PlannedCell":
    from wcabench.errors import UserError
    from wcabench.runs.repeat import repeat_cells

    if stored.state != "done":
        raise UserError(
            f"{stored.path}: a failed cell has no numbers to compare; `wcabench store rerun` runs it again"
        )
    again = repeat_cells([stored], where)
    if again.changed:
        raise UserError(
            f"{stored.path}: this cell cannot be run here (then | now): {'; '.join(again.changed)}; "
            "give what made it: --encoder, --data-dir, the wcabench of its record"
        )
    (planned,) = again.cells
    return planned


def _run_again(ctx: click.Context, stored: "Cell", planned: "PlannedCell", where: "Here") -> "RunDifference":
    from wcabench.cli.progress import listening
    from wcabench.runs.attempt import RunSettings
    from wcabench.runs.cells import read_cell
    from wcabench.runs.execution import execute
    from wcabench.runs.inputs import check_data, check_encoders
    from wcabench.runs.two_runs import compare_runs

    check_encoders([planned])
    check_data([planned], where.source)
    with TemporaryDirectory(prefix="wcabench-verify-") as folder:
        settings = RunSettings(Path(folder), where.source, where.device)
        with listening([planned], 0) as listener:
            result = execute([planned], settings, listener=listener)[planned.key]
        if result.state != "done" or result.path is None:
            raise ErrorMessage(f"the new run failed: {result.error}", exit_code=1)
        return compare_runs(stored, read_cell(result.path))


def _describe(stored: "Cell", difference: "RunDifference") -> Iterator[str]:
    yield f"{stored.suite} {stored.label}  ({stored.key})"
    yield _verdict_line(difference)
    for test in difference.tests:
        yield f"  {test.name:20} F1 {test.then:.2f} then, {test.now:.2f} now: {_test_line(test)}"
    if difference.not_stored:
        yield f"not stored, so not compared: {', '.join(difference.not_stored)}"
    differ = "; ".join(difference.environment)
    yield f"environment differs (then | now): {differ}" if differ else "environment: the same"


def _verdict_line(difference: "RunDifference") -> str:
    if difference.verdict == "identical":
        return "identical: all that is stored of the two runs is the same, bit for bit"
    other = f"; other {', '.join(difference.unlike)}" if difference.unlike else ""
    if difference.verdict == "same counts":
        return f"same counts: in every sentence of both test sets{other}"
    return f"differs: {_gap(difference.tests[0])} on the target test set{other}"


def _test_line(test: "ScoreChange") -> str:
    if not test.changed:
        return f"the same in all {test.sentences} sentences"
    return f"{_gap(test)}, other counts in {test.changed} of {test.sentences} sentences"


def _gap(test: "ScoreChange") -> str:
    return f"{test.now - test.then:+.2f} F1"


def _plain(stored: "Cell", difference: "RunDifference") -> dict[str, Any]:
    return {
        "key": stored.key,
        "path": str(stored.path),
        "verdict": difference.verdict,
        **dataclasses.asdict(difference),
    }
