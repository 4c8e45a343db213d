"""Turn the values of shared options into objects: suite, encoder, data source, `Here`, planned cells."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wcabench.cli.stderr import warn

if TYPE_CHECKING:
    from wcabench.config import EncoderConfig
    from wcabench.data.data_source import DataSource
    from wcabench.data.suites import Suite
    from wcabench.runs.here import Here
    from wcabench.runs.plan import PlannedCell


def data_source(data_dir: Path | None, offline: bool) -> "DataSource":
    """Where data is looked for; `--offline` holds for the hub's libraries too."""
    from wcabench.data.data_source import DataSource

    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_DATASETS_OFFLINE"] = "1"
    return DataSource(data_dir=data_dir, offline=offline)


def here(suite: str | None, encoder: str | None, data_dir: Path | None, offline: bool, device: str) -> "Here":
    """The values of `here_options` as a `Here`."""
    from click.core import ParameterSource

    from wcabench.runs.grid import parse_encoder
    from wcabench.runs.here import Here

    context = click.get_current_context()
    offered = frozenset(
        name
        for name in ("suite", "encoder")
        if context.get_parameter_source(name) is ParameterSource.ENVIRONMENT
    )
    given = parse_encoder(encoder) if encoder else None
    return Here(data_source(data_dir, offline), device, suite, given, offered)


def load_suite(name: str) -> "Suite":
    """The suite of that name or in that file."""
    from wcabench.data import suites

    return suites.load_suite(name)


def stored_suite_name(suite: str) -> str:
    """The suite name that cells record, for a suite given by name or as a TOML file."""
    return load_suite(suite).name if suite.endswith(".toml") else suite


def chosen_encoder(suite: "Suite", encoder: str | None) -> "EncoderConfig":
    """The encoder that --encoder names; the suite's own without it."""
    from wcabench.runs.grid import parse_encoder

    return parse_encoder(encoder) if encoder else suite.encoder


def planned_cells(
    methods: tuple[str, ...],
    pairs: tuple[str, ...],
    seeds: str,
    suite: str,
    encoder: str | None,
    settings: tuple[str, ...],
    source: "DataSource",
    device: str,
    as_published: bool,
) -> "list[PlannedCell]":
    """The plan that the grid options ask for."""
    from wcabench.config import assignments
    from wcabench.errors import UserError
    from wcabench.runs.grid import parse_encoder, parse_seeds
    from wcabench.runs.plan import plan

    if not methods or not pairs:
        raise UserError("which cells? give --method NAME and --pair PAIR, each a name or 'all'")
    return plan(
        load_suite(suite),
        methods,
        pairs,
        parse_seeds(seeds),
        settings=assignments(settings),
        encoder=parse_encoder(encoder) if encoder else None,
        source=source,
        device=device,
        as_published=as_published,
        suite_path=suite,
        warn=warn,
    )
