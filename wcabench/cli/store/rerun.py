"""`wcabench store rerun`: the cells of a signature, or one cell, with the very same settings."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wcabench.cli.choices import here
from wcabench.cli.completion import complete_cell
from wcabench.cli.options import (
    dry_run_option,
    here_options,
    jobs_option,
    json_option,
    quiet_option,
    results_option,
)
from wcabench.cli.paths import NamedPath
from wcabench.cli.running import require_device, run_cells
from wcabench.cli.stderr import warn

if TYPE_CHECKING:
    from wcabench.runs.here import Here
    from wcabench.runs.repeat import Repetition


@click.command()
@click.argument("what", metavar="SIGNATURE_OR_CELL", shell_complete=complete_cell)
@click.option(
    "--from",
    "store",
    metavar="STORE",
    type=NamedPath(),
    help="Take the settings from the cells of this results folder.",
)
@results_option
@jobs_option
@here_options
@click.option(
    "--force", is_flag=True, help="Go on where this installation is not the one that made the cells."
)
@dry_run_option
@json_option
@quiet_option
@click.pass_context
def rerun(
    ctx: click.Context,
    what: str,
    store: Path | None,
    results: Path,
    jobs: int,
    suite: str | None,
    encoder: str | None,
    data_dir: Path | None,
    offline: bool,
    device: str,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run again what a SIGNATURE under a table says, or one CELL (its key or its folder).

    A signature is enough: each of its methods is run on each of its pairs and seeds with its settings. A table with
    gaps has fewer cells than that; --from runs those cells of a store that have the signature, with the settings of
    their records, which leave nothing out. What the results folder has counts as done.

    Code, versions, precision, device, data or an encoder that are not those that made the cells are named and refused.

    \b
    wcabench store rerun 'wca-hard|en-nl|mini|data:...|...' --results again
    wcabench store rerun 414ee441b1b2e006 --from results --results again
    """
    from wcabench.runs.attempt import RunSettings

    require_device(device)
    where = here(suite, encoder, data_dir, offline, device)
    again = _repetition(what, store, results, where)
    _refuse_or_warn(again, force)
    run_cells(
        ctx,
        list(again.cells),
        RunSettings(results, where.source, device),
        jobs,
        again="--results DIR runs them into another folder; `wcabench store verify` compares one",
        dry_run=dry_run,
        as_json=as_json,
    )


def _repetition(what: str, store: Path | None, results: Path, where: "Here") -> "Repetition":
    from wcabench.errors import UserError
    from wcabench.runs.repeat import repeat_cells, signed_cells
    from wcabench.runs.store import Store

    if store is not None and not store.is_dir():
        raise UserError(f"--from {store}: no such folder; give the results folder that has the cells")
    if "|" not in what:
        return repeat_cells([Store(store or results).find(what)], where)
    if store is None:
        from wcabench.runs.repeat_signature import repeat_signature

        return repeat_signature(what, where)
    there, _ = Store(store).cells()
    cells = signed_cells(there, what)
    if not cells:
        raise UserError(
            f"{store}: no finished cell has this signature; `wcabench store show CELL` prints that of a cell"
        )
    return repeat_cells(cells, where)


def _refuse_or_warn(again: "Repetition", force: bool) -> None:
    from wcabench.errors import UserError

    differences = "; ".join((*again.changed, *again.installation))
    if not differences:
        return
    if not force:
        raise UserError(
            f"not what made these cells (then | now): {differences}: install or give what made them, "
            "or go on with --force"
        )
    keys = "; these cells have other keys" if again.changed else ""
    warn(f"warning: not what made these cells (then | now): {differences}{keys}")
