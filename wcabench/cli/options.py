"""Options that several commands share; `choices` has what they are turned into.

An option has one short name and one meaning in every command; it is defined here, once. Where the value comes from the
environment, the help names the variable.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from wcabench.cli.completion import (
    complete_folder,
    complete_method,
    complete_methods,
    complete_pair,
    complete_pairs,
    complete_stored,
    complete_suite,
)
from wcabench.cli.paths import NamedPath
from wcabench.cli.stderr import QUIET
from wcabench.config import DEFAULT_SUITE

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_RESULTS = Path("results")


def _be_quiet(ctx: click.Context, _: click.Parameter, quiet: bool) -> None:
    if quiet:
        ctx.meta[QUIET] = True
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
quiet_option = click.option(
    "--quiet",
    "-q",
    is_flag=True,
    expose_value=False,
    callback=_be_quiet,
    help="No log and no progress on stderr; warnings and errors stay.",
)
results_option = click.option(
    "--results",
    "-r",
    type=NamedPath(file_okay=False),
    default=DEFAULT_RESULTS,
    show_default=True,
    envvar="WCABENCH_RESULTS",
    show_envvar=True,
    help="Results folder.",
)
suite_option = click.option(
    "--suite",
    "-s",
    default=DEFAULT_SUITE,
    show_default=True,
    envvar="WCABENCH_SUITE",
    show_envvar=True,
    shell_complete=complete_suite,
    help="A suite's name, or a TOML file of your own.",
)
method_option = click.option(
    "--method",
    "-m",
    "methods",
    multiple=True,
    shell_complete=complete_methods,
    help="A method's name, or all. Repeatable.",
)
seeds_option = click.option(
    "--seeds",
    "-n",
    default="1",
    show_default=True,
    help="How many (5: the seeds 1 to 5), or a list (1,7,42).",
)
data_dir_option = click.option(
    "--data-dir",
    "-d",
    type=NamedPath(),
    envvar="WCABENCH_DATA",
    show_envvar=True,
    help="Folder with data that you brought yourself.",
)
offline_option = click.option("--offline", is_flag=True, help="Never use the network.")
encoder_option = click.option(
    "--encoder",
    "-e",
    metavar="ENCODER",
    envvar="WCABENCH_ENCODER",
    show_envvar=True,
    shell_complete=complete_folder,
    help="A folder, or ID@REVISION of the hub; replaces the suite's encoder.",
)
jobs_option = click.option(
    "--jobs", "-j", type=click.IntRange(min=1), default=1, show_default=True, help="Cells at a time."
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where to compute; auto takes cuda where there is one.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Print the plan and run nothing.")
resamples_option = click.option(
    "--resamples", type=click.IntRange(min=100), help="Of each randomisation and bootstrap."
)
baseline_option = click.option(
    "--baseline",
    "-b",
    metavar="METHOD",
    shell_complete=complete_method,
    help="Compare with this method.  [default: none, where it was run]",
)


def one_method_option(default: str, about: str) -> Callable[[F], F]:
    """`--method` of a command that takes a single one."""
    return click.option(
        "--method", "-m", default=default, show_default=True, shell_complete=complete_method, help=about
    )


def pair_option(
    about: str = "A language pair, or all. Repeatable.", default: str | None = None
) -> Callable[[F], F]:
    """`--pair`, repeatable; all pairs of the suite by `all`."""
    return click.option(
        "--pair",
        "-p",
        "pairs",
        multiple=True,
        default=[default] if default else None,
        show_default=bool(default),
        shell_complete=complete_pairs,
        help=about,
    )


def one_pair_option(about: str) -> Callable[[F], F]:
    """`--pair` of a command that needs a single one."""
    return click.option("--pair", "-p", required=True, shell_complete=complete_pair, help=about)


def set_option_of(*tables: str, example: str, name: str = "settings") -> Callable[[F], F]:
    """`--set` for these tables."""
    *rest, last = tables
    return click.option(
        "--set",
        name,
        metavar="TABLE.KEY=VALUE",
        multiple=True,
        help=f"Set an option of {', '.join(rest)} or {last}, e.g. {example}. Repeatable.",
    )


set_option = set_option_of("'encoder'", "'recipe'", "'data'", "a method", example="recipe.epochs=1")


def out_option(about: str, *, folder: bool = False, required: bool = False) -> Callable[[F], F]:
    """`--out`: where to write.

    Args:
        about: the help.
        folder: it is a folder, not a file.
        required: it must be given.
    """
    kind = NamedPath(file_okay=not folder, dir_okay=folder)
    return click.option("--out", "-o", type=kind, required=required, help=about)


def format_option(formats: Iterable[str]) -> Callable[[F], F]:
    """`--format`; the first is the default."""
    names = tuple(formats)
    return click.option(
        "--format",
        "-f",
        "form",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="Form of the output.",
    )


as_published_option = click.option(
    "--as-published",
    is_flag=True,
    help="Train each method with its own published settings; --set still goes before them.",
)


def grid_options(function: F) -> F:
    """All options that say which cells are meant, and with what."""
    return _with(
        function,
        method_option,
        pair_option(),
        seeds_option,
        suite_option,
        encoder_option,
        set_option,
        as_published_option,
        data_dir_option,
        offline_option,
        device_option,
    )


def only_options(function: F) -> F:
    """The options that choose cells of a results folder by suite, pair and method."""
    return _with(function, *(only_option(name) for name in ("suite", "pair", "method")))


def only_option(name: str) -> Callable[[F], F]:
    """The option that chooses cells of a results folder by their suite, pair or method."""
    return click.option(
        f"--{name}",
        f"-{name[0]}",
        f"{name}s",
        multiple=True,
        shell_complete=complete_stored,
        help=f"Only this {name}. Repeatable.",
    )


def selection_options(function: F) -> F:
    """The options that say which cells of a results folder a report or a figure is made of."""
    encoder = click.option(
        "--encoder", "-e", default="", help="Only encoders with this in their name or identity."
    )
    return only_options(encoder(function))


def here_options(function: F) -> F:
    """The options for what records do not hold: where data, encoder and suite file are, and the device.

    A suite or an encoder of the environment is an offer: it is used for the records that were made with it.
    """
    return _with(
        function,
        click.option(
            "--suite",
            "-s",
            metavar="FILE",
            envvar="WCABENCH_SUITE",
            show_envvar=True,
            shell_complete=complete_suite,
            help="The TOML file of a suite that does not come with wcabench.",
        ),
        recorded_encoder_option("The folder of an encoder that is not the suite's own."),
        data_dir_option,
        offline_option,
        device_option,
    )


def recorded_encoder_option(about: str) -> Callable[[F], F]:
    """`--encoder`: the folder on this machine of the encoder of stored cells."""
    return click.option(
        "--encoder",
        "-e",
        metavar="PATH",
        envvar="WCABENCH_ENCODER",
        show_envvar=True,
        shell_complete=complete_folder,
        help=about,
    )


def _with(function: F, *options: Callable[[F], F]) -> F:
    """The function with these options, in the order in which the help lists them."""
    for option in reversed(options):
        function = option(function)
    return function
