"""`wcabench report --check FILE`: whether a report that was written is still what the results folder says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wcabench.cli.output import echo_json, echo_left_out, echo_lines
from wcabench.cli.stderr import log

if TYPE_CHECKING:
    from wcabench.reports.options import Options

OUTPUT = ("form", "out", "standalone")
LARGEST = 256 * 2**20  # bytes
NOT_ASKED = ("results", "check", "as_json")


def check_report(ctx: click.Context, file: Path, results: Path, options: Options, as_json: bool) -> None:
    """Make the report of FILE again, print what changed, and exit 1 where anything did.

    Args:
        ctx: of `report`.
        file: written by `report` as JSON or Markdown.
        results: the results folder.
        options: of the command line, for a file that does not hold its own.
        as_json: print JSON.

    Raises:
        UserError: the file cannot be read, or the command line asks for what the file settles.
    """
    from wcabench.reports.drift import drift
    from wcabench.reports.formats import text_of
    from wcabench.reports.options import read_options
    from wcabench.reports.printed import read_printed
    from wcabench.reports.report import read_report

    then = read_printed(_read(file), str(file))
    _refuse_options(ctx, file, stored=then.options is not None)
    if then.options is not None:
        options = read_options(then.options, str(file))
    now = read_report(results, options)
    echo_left_out(now.left_out)
    changes = drift(then, read_printed(text_of(now, then.form), str(results)))
    if as_json:
        echo_json({"file": str(file), "results": str(results), "changes": changes})
    else:
        echo_lines(*(changes or [f"{file}: nothing changed; its tables are those of {results}"]))
    if changes:
        log(f"{file}: {len(changes)} changed since it was written")
        ctx.exit(1)


def _read(file: Path) -> str:
    from wcabench.data.text_files import read_text
    from wcabench.errors import UserError

    try:
        return read_text(file, LARGEST)
    except UserError as error:
        raise UserError(f"--check {error}; wanted a report in JSON or Markdown") from error


def _refuse_options(ctx: click.Context, file: Path, *, stored: bool) -> None:
    from wcabench.errors import UserError

    given = [
        parameter
        for parameter in ctx.command.params
        if ctx.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
        and parameter.name not in NOT_ASKED
    ]
    refused = [parameter.opts[0] for parameter in given if stored or parameter.name in OUTPUT]
    if refused:
        why = f"{file} says what it was asked for" if stored else "nothing is written"
        raise UserError(f"--check: leave out {', '.join(refused)}: {why}")
