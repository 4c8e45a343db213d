"""Reads the files of a suite into one table: the suite's file, its pairs' files, and a suite that it extends.

With `extends = "paper"` (or a path to a TOML file, relative to this one) in `[suite]`, a suite starts from the tables
of that suite. Tables are merged key by key: a table adds to the extended suite's table, or replaces single values. But
a resource with a `path` replaces the extended suite's resource completely, because old pins do not fit a new file.
`suite.pairs`, if given, chooses among the pairs of both. A suite that extends another must have its own name.
"""

import importlib.resources
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wcabench.data.files import expanded, is_file
from wcabench.data.resource_tables import ResourceTable, is_resource, strings, sub_table
from wcabench.data.suite_tables import WHERE, SuiteTables, check_pair_name, parse_suite
from wcabench.data.toml_files import parse_toml, read_toml
from wcabench.errors import UserError, suggest
from wcabench.registry import canonical

PACKAGE = "wcabench.tasks"
FILE = "suite.toml"
CORPUS = "corpus"
_MOST_EXTENDED = 8
Tables = dict[str, Any]


@dataclass(frozen=True)
class _SuiteFile:
    """The file of one suite, and access to the files beside it.

    Attributes:
        where: the suite's file, for errors.
        read: reads the tables of a file in the same folder, by name.
        name: name of the suite's file, for `read`.
        base: folder that paths are relative to; None for a packaged suite without a corpus.
    """

    where: str
    read: Callable[[str], Tables]
    name: str
    base: Path | None


def read_suite(name_or_path: str) -> SuiteTables:
    """Read the tables of a packaged suite by its name, or of a user's suite by the path of its TOML file.

    Raises:
        UserError: there is no such suite or file, or it is malformed; the file and the key are named.
    """
    return _read(_find(name_or_path, None), ())[1]


def suite_names() -> list[str]:
    """Return the names of the packaged suites."""
    root = importlib.resources.files(PACKAGE)
    return sorted(
        folder.name for folder in root.iterdir() if folder.is_dir() and folder.joinpath(FILE).is_file()
    )


def _find(name_or_path: str, beside: Path | None) -> _SuiteFile:
    """Find the file of a suite; a path is relative to the folder `beside`, if that is given."""
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        path = (beside or Path()) / expanded(name_or_path)
        return _SuiteFile(
            str(path), lambda name: _read_own(path.parent / name), path.name, path.parent.absolute()
        )
    known = {canonical(name): name for name in suite_names()}
    if canonical(name_or_path) not in known:
        raise suggest(
            name_or_path, list(known.values()), "suite (a file of your own is written as PATH.toml)"
        )
    folder = importlib.resources.files(PACKAGE).joinpath(known[canonical(name_or_path)])

    def read(name: str) -> Tables:
        return parse_toml(folder.joinpath(name).read_text(encoding="utf-8"), f"tasks/{folder.name}/{name}")

    # A packaged corpus is in its suite's folder; other packaged suites have no data there.
    base = Path(str(folder)) if folder.joinpath(CORPUS).is_dir() else None
    return _SuiteFile(f"tasks/{folder.name}/{FILE}", read, FILE, base)


def _read_own(path: Path) -> Tables:
    if not is_file(path):
        raise UserError(f"suite {path}: cannot be read: No such file or directory")
    return read_toml(path)


def _read(file: _SuiteFile, extending: tuple[str, ...]) -> tuple[Tables, SuiteTables]:
    """Read, merge and parse the tables of a suite; `extending` are the files of the suites that extend it."""
    if file.where in extending or len(extending) > _MOST_EXTENDED:
        raise UserError(
            f"{file.where}: suites extend one another in a circle, or {_MOST_EXTENDED} times over"
        )
    own = file.read(file.name)
    suite = own["suite"] = dict(sub_table(own, "suite", file.where))
    suite.setdefault("name", Path(file.where).stem)
    extends = suite.pop("extends", None)
    if extends is None:
        top = _completed(own, file, known=())
        return top, parse_suite(top, file.where)
    if not isinstance(extends, str):
        raise UserError(
            f"{file.where}: suite.extends: wanted the name of a suite, or the path of its TOML file"
        )
    extended, tables = _read(_find(extends, file.base), (*extending, file.where))
    if isinstance(suite["name"], str) and canonical(suite["name"]) == canonical(tables.name):
        raise UserError(
            f"{file.where}: suite name '{tables.name}' is that of the suite that it extends; give it a name of its own"
        )
    own = _completed(own, file, known=tables.pairs)
    top = _merged(extended, own)
    if "pairs" in suite:
        top["pairs"] = {pair: top["pairs"][pair] for pair in dict.fromkeys([*suite["pairs"], *own["pairs"]])}
    return top, parse_suite(top, file.where)


def _completed(top: Tables, file: _SuiteFile, known: Collection[str]) -> Tables:
    """Complete the tables of a suite: read pairs from their own files, and resolve relative folders.

    Args:
        top: the tables of the suite's file.
        file: the suite's file.
        known: pairs of the extended suite, which need no table.
    """
    pairs = dict(sub_table(top, "pairs", file.where, {}))
    order = strings(top["suite"].get("pairs", list(pairs)), f"{file.where}: suite.pairs")
    sources = {pair: f"{file.where}: pairs.{pair}" for pair in pairs}
    for pair in order:
        check_pair_name(pair, f"{file.where}: suite.pairs")
        if pair not in pairs and pair not in known:
            pairs[pair] = file.read(f"{pair}.toml")
            sources[pair] = str(Path(file.where).with_name(f"{pair}.toml"))
    in_order = [pair for pair in dict.fromkeys([*order, *pairs]) if pair in pairs]
    completed = {**top, "pairs": {pair: _pair(pairs[pair], sources[pair]) for pair in in_order}}
    if isinstance(top.get("encoder"), dict):
        completed["encoder"] = _encoder(top["encoder"], file.base)
    based: Tables = {
        key: _based(completed[key], file.base) for key in ("source", "pairs") if key in completed
    }
    return {**completed, **based}


def _encoder(table: Tables, base: Path | None) -> Tables:
    """Return the encoder's table; a folder that is relative to the suite's file, or begins with `~`, is resolved."""
    name = table.get("name")
    if not isinstance(name, str):
        return table
    if name.startswith("~"):
        return {**table, "name": str(expanded(name))}
    return {**table, "name": str(base / name)} if base is not None and (base / name).is_dir() else table


def _pair(table: Any, where: str) -> Tables:
    """Add the source file to a pair's table, and a name to a single parallel text, so that others can be added."""
    if not isinstance(table, dict):
        raise UserError(f"{where}: wanted a table")
    texts = table.get("parallel")
    named = {"parallel": {"parallel": texts}} if isinstance(texts, dict) and is_resource(texts) else {}
    return {**table, WHERE: where, **named}


def _based(table: Any, base: Path | None) -> Any:
    """Return the same tables, with each resource's table as a `ResourceTable` that has the folder `base`."""
    if not isinstance(table, dict):
        return table
    copied: Tables = ResourceTable(base) if is_resource(table) else {}
    copied.update({key: _based(value, base) for key, value in table.items()})
    return copied


def _merged(extended: Any, own: Any) -> Any:
    """Merge tables key by key; a value that is not a table, or a resource with a path, replaces the old one."""
    if not (isinstance(extended, dict) and isinstance(own, dict)) or is_resource(own):
        return own
    merged: Tables = ResourceTable(extended.base) if isinstance(extended, ResourceTable) else {}
    merged.update(extended)
    merged.update({key: _merged(extended.get(key), value) for key, value in own.items()})
    return merged
