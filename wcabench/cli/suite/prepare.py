"""`wcabench suite prepare`: fetch and check everything that a run of a suite needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wcabench.cli.choices import chosen_encoder, data_source, load_suite
from wcabench.cli.options import (
    data_dir_option,
    encoder_option,
    json_option,
    offline_option,
    pair_option,
    quiet_option,
    suite_option,
)
from wcabench.cli.output import echo_json, echo_lines
from wcabench.cli.stderr import ErrorMessage, warn

if TYPE_CHECKING:
    from wcabench.config import EncoderConfig
    from wcabench.data.data_source import DataSource
    from wcabench.data.resources import Resource
    from wcabench.data.suites import Suite


@dataclass(frozen=True)
class Checked:
    """One row of the answer.

    Attributes:
        resource: name of the resource, or "encoder".
        state: "ok", "ok, not pinned", "missing", "wrong", or of the encoder what `encoder_status` says.
        where: file or place where it was found; empty where it was not.
        count: sentences, pairs or entries; None for the encoder and for what was not found.
        sha256: of the parsed content.
        skipped: reason -> lines that were left out.
        error: what is wrong and what to do; empty where nothing is.
        doubt: why the files may not mean what they were read as; empty where nothing is.
    """

    resource: str
    state: str
    where: str = ""
    count: int | None = None
    sha256: str = ""
    skipped: dict[str, int] | None = None
    error: str = ""
    doubt: str = ""


@click.command()
@suite_option
@pair_option(default="all")
@encoder_option
@data_dir_option
@offline_option
@click.option("--translation", help="Which translation of the parallel text; the suite's first by default.")
@json_option
@quiet_option
def prepare(
    suite: str,
    pairs: tuple[str, ...],
    encoder: str | None,
    data_dir: Path | None,
    offline: bool,
    translation: str | None,
    as_json: bool,
) -> None:
    """Fetch and check all that a run needs: the data by its content, and the encoder by trying it out.

    Every resource is looked for in the data folder and in the cache, and downloaded where that is allowed.
    What is missing is named with its checksum, its licence and the way to get it.
    """
    from wcabench.errors import UserError

    the_suite = load_suite(suite)
    source = data_source(data_dir, offline)
    _ = source.folder  # a folder that is not there is one error, before anything is looked for or fetched
    rows = [_check(resource, source) for resource in _needed(the_suite, pairs, translation)]
    rows.append(_check_encoder(chosen_encoder(the_suite, encoder), the_suite.recipe.max_length, offline))
    if as_json:
        echo_json({"suite": the_suite.name, "resources": [asdict(row) for row in rows]})
    else:
        _print_table(rows)
    for row in rows:
        if row.doubt and not as_json:
            warn(f"{row.resource}: {row.doubt}")
    errors = [row.error for row in rows if row.error]
    for error in errors[:-1]:
        ErrorMessage(error).show()
    if errors:
        raise UserError(errors[-1])


def _needed(suite: Suite, names: tuple[str, ...], translation: str | None) -> list[Resource]:
    """The resources of the pairs, each once."""
    from wcabench.runs.grid import choose_pairs

    options = replace(suite.data, translation=translation) if translation else suite.data
    resources = [
        resource for pair in choose_pairs(suite, names) for resource in suite.resources(pair, options)
    ]
    return list({resource.name: resource for resource in resources}.values())


def _check(resource: Resource, source: DataSource) -> Checked:
    from wcabench.errors import UserError

    try:
        loaded = source.load(resource)
    except UserError as error:
        return Checked(resource.name, _state(resource, source), error=str(error))
    state = "ok" if resource.sha256 else "ok, not pinned"
    where = ", ".join(map(str, loaded.files))
    return Checked(
        resource.name, state, where, len(loaded.content), loaded.sha256, loaded.skipped, doubt=loaded.doubt
    )


def _state(resource: Resource, source: DataSource) -> str:
    """The state of a resource that could not be loaded: "wrong" or "missing"."""
    from wcabench.errors import UserError

    try:
        return "wrong" if source.locate(resource) else "missing"
    except UserError:
        return "missing"


def _check_encoder(encoder: EncoderConfig, max_length: int, offline: bool) -> Checked:
    """Check that the encoder is on this machine, and try it out; download it from the hub unless `offline`."""
    from wcabench.errors import UserError
    from wcabench.nn.hub import snapshot
    from wcabench.nn.identity import encoder_status
    from wcabench.nn.probe import probe_encoder

    state = "missing"
    try:
        status = encoder_status(encoder, offline)
        if status == "to be downloaded":
            snapshot(encoder)
            status = "downloaded"
        state = "wrong"
        probe_encoder(encoder, max_length)
    except UserError as error:
        return Checked("encoder", state, error=str(error))
    return Checked("encoder", status, encoder.name)


def _print_table(rows: list[Checked]) -> None:
    lines = [("resource", "state", "sentences", "sha256", "found in")]
    for row in rows:
        count = "" if row.count is None else str(row.count)
        left_out = "".join(f" ({lines} {why} left out)" for why, lines in (row.skipped or {}).items())
        lines.append((row.resource, row.state, count, row.sha256[:12], row.where + left_out))
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    for name, state, count, sha256, where in lines:
        start = f"{name:{widths[0]}}  {state:{widths[1]}}  {count:>{widths[2]}}"
        echo_lines(f"{start}  {sha256:{widths[3]}}  {where}".rstrip())
