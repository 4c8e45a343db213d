"""`wcabench list options`: everything that `--set` takes, from the docstrings of the settings themselves."""

import dataclasses
import shutil
import typing
from typing import Any, Literal

import click

from wcabench.cli.choices import load_suite
from wcabench.cli.completion import complete_table
from wcabench.cli.options import json_option, suite_option
from wcabench.cli.output import echo_json, echo_lines
from wcabench.cli.stderr import warn
from wcabench.config import TABLES
from wcabench.errors import UserError
from wcabench.option_docs import attribute_docs
from wcabench.printable import printable

# Which encoder it is, is said by --encoder and not by --set.
NOT_SET = {"encoder.name", "encoder.revision"}
MARK = "*"
WIDEST = 110


@click.command("options")
@click.argument("tables", nargs=-1, metavar="[TABLE_OR_METHOD]...", shell_complete=complete_table)
@suite_option
@json_option
def options(tables: tuple[str, ...], suite: str, as_json: bool) -> None:
    """What --set takes: the options of encoder, recipe, data and every method, or of those named.

    Each option stands with its default in the suite. What the suite changes is marked with *, and the default that
    holds without it is said.
    """
    from wcabench import registry

    the_suite = load_suite(suite)
    own = {"encoder": the_suite.encoder, "recipe": the_suite.recipe, "data": the_suite.data}
    classes = {
        name: TABLES[name] if name in TABLES else registry.find(name).load()
        for name in tables or all_tables()
    }
    rows = [row for name, cls in classes.items() for row in option_rows(name, cls, own.get(name))]
    if as_json:
        echo_json(rows)
        return
    _print(rows, the_suite.name)


def _print(rows: list[dict[str, Any]], suite: str) -> None:
    width = min(shutil.get_terminal_size().columns, WIDEST)
    for row in rows:
        name = f"{row['table']}.{row['key']}={row['default']}"
        if row["changed"]:
            echo_lines(f"{name} {MARK}  ({row['type']}; {row['general_default']} without suite {suite})")
        else:
            echo_lines(f"{name}  ({row['type']})")
        echo_lines(*click.wrap_text(printable(row["about"]), width, "    ", "    ").splitlines())
    changed = sum(row["changed"] for row in rows)
    if changed:
        echo_lines("", f"{MARK} {changed} of {len(rows)} defaults are changed by suite {suite}")
    else:
        echo_lines("", f"suite {suite} changes none of these defaults")


def all_tables() -> list[str]:
    """The three tables, and the methods that load."""
    from wcabench import registry

    names = list(TABLES)
    for name, entry in registry.entries().items():
        try:
            entry.load()
        except UserError as error:
            warn(str(error))
            continue
        names.append(name)
    return names


def option_rows(table: str, cls: type[Any], own: Any = None) -> list[dict[str, Any]]:
    """One row for each option: its table and key, its type, its defaults, and its meaning.

    Args:
        table: "encoder", "recipe", "data", or a method's name.
        cls: the settings class.
        own: the settings of a suite; None where a suite has no say.

    Returns:
        Rows of `table`, `key`, `type`, `default` (in the suite), `general_default` (without it), `changed` (whether
        the two differ) and `about`.
    """
    hints, about = typing.get_type_hints(cls), attribute_docs(cls)
    rows = []
    for field in dataclasses.fields(cls):
        if not field.init or f"{table}.{field.name}" in NOT_SET:
            continue
        general = "" if field.default is dataclasses.MISSING else shown(field.default)
        default = general if own is None else shown(getattr(own, field.name))
        rows.append(
            {
                "table": table,
                "key": field.name,
                "type": type_name(hints[field.name]),
                "default": default,
                "general_default": general,
                "changed": default != general,
                "about": about.get(field.name, ""),
            }
        )
    return rows


def type_name(hint: Any) -> str:
    """A type as the user writes its values: "int or none", "first|all"."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is Literal:
        return "|".join(map(str, arguments))
    if type(None) in arguments:
        return " or ".join([*(type_name(a) for a in arguments if a is not type(None)), "none"])
    return getattr(hint, "__name__", str(hint))


def shown(value: Any) -> str:
    """A default as the user would write it."""
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)
