"""`wcabench method check`: the conformance kit on one method."""

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.completion import complete_method
from wcabench.cli.options import json_option
from wcabench.cli.output import echo_json, echo_lines

if TYPE_CHECKING:
    from wcabench.conformance import Report


@click.command()
@click.argument("name", shell_complete=complete_method)
@json_option
@click.pass_context
def check(ctx: click.Context, name: str, as_json: bool) -> None:
    """Check that the method NAME keeps its contract with the bench: a line a check, in seconds.

    It is trained on a few sentences of the embedded suite with a tiny random encoder, which says whether its code is
    right and nothing of its quality. The same for your tests: wcabench.conformance.check. Exit codes: 0 nothing
    failed, 1 a check failed.
    """
    from wcabench.conformance import check as conformance

    report = conformance(name)
    if as_json:
        echo_json(_as_json(report))
    else:
        echo_lines(*str(report).splitlines())
    if not report.passed:
        ctx.exit(1)


def _as_json(report: "Report") -> dict[str, Any]:
    return {
        "method": report.method,
        "origin": report.origin,
        "passed": report.passed,
        "seconds": report.seconds,
        "checks": [dataclasses.asdict(finding) for finding in report.findings],
    }
