"""`wcabench store merge`: the finished cells of other stores into one."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wcabench.cli.options import json_option, results_option
from wcabench.cli.output import cells_text, echo_json, echo_left_out, echo_lines
from wcabench.cli.paths import NamedPath

if TYPE_CHECKING:
    from wcabench.runs.merge import Merged


@click.command()
@click.argument("stores", metavar="STORE...", nargs=-1, required=True, type=NamedPath())
@results_option
@json_option
def merge(stores: tuple[Path, ...], results: Path, as_json: bool) -> None:
    """Copy the finished cells of each STORE into the results folder.

    Nothing is overwritten: a cell that is there with other counts is refused and listed (exit 2), and the others
    are copied all the same. Corrupt, foreign and failed cells are left out and listed.
    """
    from wcabench.runs import merge as merging
    from wcabench.runs.store import Store

    show_merged(merging.merge({str(path): Store(path) for path in stores}, Store(results)), results, as_json)


def show_merged(merged: "Merged", results: Path, as_json: bool) -> None:
    """Print counts of the cells on stdout, and what was not copied on stderr.

    Raises:
        UserError: cells were refused.
    """
    from wcabench.errors import UserError

    if as_json:
        echo_json({"results": str(results), **_plain(merged)})
    else:
        echo_lines(f"{results}: {_summary(merged)}")
    echo_left_out(merged.left_out)
    echo_left_out(merged.refused, "refused")
    if merged.refused:
        raise UserError(
            f"{cells_text(len(merged.refused))} refused: {results} has the same with other counts and keeps its own; "
            "look at both with `wcabench store show` and remove the wrong one"
        )


def _summary(merged: "Merged") -> str:
    parts = [f"{cells_text(len(merged.copied))} copied", f"{len(merged.identical)} identical"]
    if merged.repeated:
        parts.append(f"{len(merged.repeated)} there from another run with equal counts")
    parts += [f"{len(merged.refused)} refused", f"{len(merged.left_out)} left out"]
    return ", ".join(parts)


def _plain(merged: "Merged") -> dict[str, list[object]]:
    whole = dataclasses.asdict(merged)
    for name in ("refused", "left_out"):
        whole[name] = [{"path": path, "reason": reason} for path, reason in whole[name]]
    return whole
