"""`wcabench list options`: everything that `--set` takes, from the docstrings of the settings themselves."""

import dataclasses
import shutil
import typing
from typing import Any, Literal

import click

from wcabench.cli.options import echo_json, json_option
from wcabench.config import DataConfig, EncoderConfig, RecipeConfig
from wcabench.errors import UserError
from wcabench.option_docs import attribute_docs

TABLES = {"encoder": EncoderConfig, "recipe": RecipeConfig, "data": DataConfig}
# Which encoder it is, is said by --encoder and not by --set.
NOT_SET = {"encoder.name", "encoder.revision"}


@click.command("options")
@click.argument("tables", nargs=-1, metavar="[TABLE_OR_METHOD]...")
@json_option
def options(tables: tuple[str, ...], as_json: bool) -> None:
    """What --set takes: the options of encoder, recipe, data and every method, or of those named."""
    from wcabench import registry

    classes = {
        name: TABLES[name] if name in TABLES else registry.find(name).load()
        for name in tables or all_tables()
    }
    rows = [row for name, cls in classes.items() for row in option_rows(name, cls)]
    if as_json:
        echo_json(rows)
        return
    width = min(shutil.get_terminal_size().columns, 110)
    for row in rows:
        click.echo(f"{row['table']}.{row['key']}={row['default']}  ({row['type']})")
        click.echo(click.wrap_text(row["about"], width, "    ", "    "))


def all_tables() -> list[str]:
    """The three tables, and the methods that load."""
    from wcabench import registry

    names = list(TABLES)
    for name, entry in registry.entries().items():
        try:
            entry.load()
        except UserError as error:
            click.echo(str(error), err=True)
            continue
        names.append(name)
    return names


def option_rows(table: str, cls: type[Any]) -> list[dict[str, Any]]:
    """One row an option: where it stands, what it takes, what it is by itself, and what it means."""
    hints, about = typing.get_type_hints(cls), attribute_docs(cls)
    return [
        {
            "table": table,
            "key": one.name,
            "type": type_name(hints[one.name]),
            "default": "" if one.default is dataclasses.MISSING else shown(one.default),
            "about": about.get(one.name, ""),
        }
        for one in dataclasses.fields(cls)
        if one.init and f"{table}.{one.name}" not in NOT_SET
    ]


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
