"""Reads a resource from its table in a suite's TOML file; the keys are the fields of `Resource` and of its format."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wcabench.config import build
from wcabench.data.files import expanded
from wcabench.data.formats import Format
from wcabench.data.resources import Resource
from wcabench.data.text_files import check_encoding
from wcabench.errors import UserError, suggest

Table = Mapping[str, Any]
_GIVEN = ("name", "format", "base", "types")  # fields of Resource that are not keys of its table


class ResourceTable(dict[str, Any]):
    """The table of a resource, with the folder of the suite's file.

    Attributes:
        base: folder that is searched for its paths before the data folder; None in a packaged suite without a corpus.
    """

    def __init__(self, base: Path | None) -> None:
        super().__init__()
        self.base = base


@dataclass(frozen=True)
class ResourceReader:
    """Reads the resources in one table.

    Attributes:
        where: file and table, for errors.
        table: the table.
        types: the entity types declared for labelled sentences; None: they are not declared.
    """

    where: str
    table: Table
    types: tuple[str, ...] | None = None

    def required(self, key: str, name: str, form: type[Format]) -> Resource:
        """Read the resource of a key.

        Args:
            key: the resource's key in the table.
            name: name of the resource.
            form: its format.

        Raises:
            UserError: the resource is missing, or its table is wrong.
        """
        where = f"{self.where}.{key}"
        table = sub_table(self.table, key, self.where)
        resource = _resource(table, name, form, where)
        return dataclasses.replace(resource, base=getattr(table, "base", None), types=self.types)

    def optional(self, key: str, name: str, form: type[Format]) -> Resource | None:
        """Read the resource of a key as `required` does; None if the table has no such key."""
        return self.required(key, name, form) if key in self.table else None


def _resource(table: Table, name: str, form: type[Format], where: str) -> Resource:
    of_format = {field.name for field in dataclasses.fields(form)}  # type: ignore[arg-type]
    of_resource = [field.name for field in dataclasses.fields(Resource) if field.name not in _GIVEN]
    check_keys(table, [*of_resource, *of_format], where)
    # A single path may be given without brackets; `build` would split it at commas.
    values = {
        key: [value] if key.endswith("path") and isinstance(value, str) else value
        for key, value in table.items()
    }
    if not values.get("path"):
        raise UserError(f"{where}: path is missing; name the file")
    for key in ("path", "target_path", "links_path", "drop_flags", "rename_types"):
        if key in values:
            strings(values[key], f"{where}.{key}")
        if key in values and key.endswith("path"):
            values[key] = [str(expanded(path)) for path in values[key]]
    made_format = build(form, {key: value for key, value in values.items() if key in of_format}, where)
    given = {key: value for key, value in values.items() if key not in of_format}
    resource = dataclasses.replace(build(Resource, {"name": name, **given}, where), format=made_format)
    _check_resource(resource, where)
    return resource


def _check_resource(resource: Resource, where: str) -> None:
    if resource.sha256 and not re.fullmatch(r"[0-9a-f]{64}", resource.sha256):
        raise UserError(
            f"{where}: sha256 '{resource.sha256}' is not 64 lower-case hex digits; see `wcabench suite prepare`"
        )
    if (resource.url or resource.hub) and not resource.sha256:
        raise UserError(
            f"{where}: a download needs a sha256 of its content; bring the file by hand, or pin it"
        )
    if resource.hub and not (resource.revision and resource.file):
        raise UserError(f"{where}: hub '{resource.hub}' needs a revision (a commit) and a file")
    if any(len(paths) != len(resource.path) for paths in resource.format.beside):
        raise UserError(f"{where}: path, target_path and links_path must name equally many places")
    if resource.format.problem:
        raise UserError(f"{where}: {resource.format.problem}")
    encoding = getattr(resource.format, "encoding", None)
    if encoding is not None:
        check_encoding(encoding, f"{where}.encoding")


def is_resource(table: Table) -> bool:
    """Whether a table describes a resource: it has a `path` that is not itself a table."""
    return "path" in table and not isinstance(table["path"], dict)


def check_keys(table: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse unknown keys; the nearest known key is offered."""
    names = list(known)
    for key in table:
        if key not in names:
            raise suggest(key, names, f"key in {where}")


def sub_table(parent: Table, key: str, where: str, default: Table | None = None) -> Table:
    """Return a table inside a table, or the default.

    Raises:
        UserError: the table is missing and there is no default, or the value is not a table.
    """
    value = parent.get(key, default)
    if value is None:
        raise UserError(f"{where}: table '{key}' is missing")
    if not isinstance(value, dict):
        raise UserError(f"{where}: '{key}' is not a table")
    return value


def strings(value: Any, where: str) -> tuple[str, ...]:
    """Return a list of strings as a tuple.

    Raises:
        UserError: the value is not a list of strings.
    """
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UserError(f"{where}: wanted a list of strings")
    return tuple(value)
