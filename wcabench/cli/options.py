"""Options that several commands share, and what they are turned into."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wcabench.config import EncoderConfig
    from wcabench.data.resources import DataSource
    from wcabench.data.suites import Suite
    from wcabench.runs.here import Here
    from wcabench.runs.plan import PlannedCell

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_SUITE = "mini"

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
results_option = click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("results"),
    show_default="./results",
    help="Results folder.",
)
suite_option = click.option(
    "--suite", default=DEFAULT_SUITE, show_default=True, help="A suite's name, or a TOML file of your own."
)
data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    envvar="WCABENCH_DATA",
    show_envvar=True,
    help="Folder with data that you brought yourself.",
)
offline_option = click.option("--offline", is_flag=True, help="Never use the network.")
encoder_option = click.option(
    "--encoder", metavar="PATH_OR_ID[@REVISION]", help="Replaces the suite's encoder.", default=None
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Cells at a time."
)
device_option = click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Print the plan and run nothing.")
set_option = click.option(
    "--set",
    "settings",
    metavar="TABLE.KEY=VALUE",
    multiple=True,
    help="Set an option of 'encoder', 'recipe', 'data' or a method, e.g. recipe.epochs=1. Repeatable.",
)


def grid_options(function: F) -> F:
    """All options that say which cells are meant, and with what."""
    options = [
        click.option("--method", "-m", "methods", multiple=True, help="A method's name, or all. Repeatable."),
        click.option("--pair", "-p", "pairs", multiple=True, help="A language pair, or all. Repeatable."),
        click.option(
            "--seeds",
            default="1",
            show_default=True,
            help="How many (5: the seeds 1 to 5), or a list (1,7,42).",
        ),
        suite_option,
        encoder_option,
        set_option,
        data_dir_option,
        offline_option,
    ]
    for option in reversed(options):
        function = option(function)
    return function


def only_options(function: F) -> F:
    """The options that choose cells of a results folder by suite, pair and method."""
    for name in ("method", "pair", "suite"):
        help_text = f"Only this {name}; may be repeated."
        function = click.option(f"--{name}", f"{name}s", multiple=True, help=help_text)(function)
    return function


def selection_options(function: F) -> F:
    """The options that say which cells of a results folder a report or a figure is made of."""
    encoder = click.option("--encoder", default="", help="Only encoders with this in their name or identity.")
    return only_options(encoder(function))


def here_options(function: F) -> F:
    """The options that say where things are that no record holds: data, encoder, suite's file, device."""
    options = [
        click.option(
            "--suite", metavar="FILE", help="The TOML file of a suite that does not come with wcabench."
        ),
        click.option(
            "--encoder", metavar="PATH", help="The folder of an encoder that is not the suite's own."
        ),
        data_dir_option,
        offline_option,
        device_option,
    ]
    for option in reversed(options):
        function = option(function)
    return function


def data_source(data_dir: Path | None, offline: bool) -> "DataSource":
    """Where data is looked for; `--offline` holds for the hub's libraries too."""
    from wcabench.data.resources import DataSource

    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_DATASETS_OFFLINE"] = "1"
    return DataSource(data_dir=data_dir, offline=offline)


def here(suite: str | None, encoder: str | None, data_dir: Path | None, offline: bool, device: str) -> "Here":
    """What `here_options` say."""
    from wcabench.runs.grid import parse_encoder
    from wcabench.runs.here import Here

    return Here(data_source(data_dir, offline), device, suite, parse_encoder(encoder) if encoder else None)


def load_suite(name: str) -> "Suite":
    """The suite of that name or in that file."""
    from wcabench.data import suites

    return suites.load_suite(name)


def chosen_encoder(suite: "Suite", encoder: str | None) -> "EncoderConfig":
    """What --encoder names, or the suite's own."""
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
        suite_path=suite,
        warn=lambda line: click.echo(line, err=True),
    )


def echo_left_out(entries: Iterable[tuple[object, str]], word: str = "left out") -> None:
    """Each (path, reason) as a line on stderr; a reason that names the path already stands alone."""
    for path, reason in entries:
        click.echo(f"{word}: {reason if str(path) in reason else f'{path}: {reason}'}", err=True)


def echo_json(value: Any) -> None:
    """A JSON result on stdout."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))
