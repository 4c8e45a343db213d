"""The files of a suite as one table: pairs in files of their own, and suites that extend another.

`extends = "paper"` (or a path to a TOML file, relative to this one) in `[suite]` begins with the tables of that suite.
Tables are merged key by key, so that a table of this file adds to that of the other or replaces single values; a
resource that names a `path` replaces the other's whole, for its pins would not be those of the new file.
`suite.pairs`, where it is given, chooses among the pairs of both. A suite that extends another has a name of its own.
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
    """One suite's own files.

    Attributes:
        where: of the suite's file, for errors.
        read: gives the tables of a file beside it, by name.
        name: of the suite's file, for `read`.
        base: folder that paths are relative to; None for a packaged suite without a corpus.
    """

    where: str
    read: Callable[[str], Tables]
    name: str
    base: Path | None


def read_suite(name_or_path: str) -> SuiteTables:
    """The tables of a packaged suite by name, or of a user's own by the path of its TOML file.

    Raises:
        UserError: there is no such suite or file, or it is wrong; the file and the key are named.
    """
    return _read(_find(name_or_path, None), ())[1]


def suite_names() -> list[str]:
    """The packaged suites."""
    root = importlib.resources.files(PACKAGE)
    return sorted(
        folder.name for folder in root.iterdir() if folder.is_dir() and folder.joinpath(FILE).is_file()
    )


def _find(name_or_path: str, beside: Path | None) -> _SuiteFile:
    """The file of a suite; a path is relative to `beside`, if it is given."""
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

    # An embedded corpus lies beside its suite's file; other suites have nothing there to look for.
    base = Path(str(folder)) if folder.joinpath(CORPUS).is_dir() else None
    return _SuiteFile(f"tasks/{folder.name}/{FILE}", read, FILE, base)


def _read_own(path: Path) -> Tables:
    if not is_file(path):
        raise UserError(f"suite {path}: cannot be read: No such file or directory")
    return read_toml(path)


def _read(file: _SuiteFile, extending: tuple[str, ...]) -> tuple[Tables, SuiteTables]:
    """The tables of a suite, merged and parsed; `extending` are the files of the suites that extend it."""
    if file.where in extending or len(extending) > _MOST_EXTENDED:
        raise UserError(
            f"{file.where}: suites extend one another in a circle, or {_MOST_EXTENDED} times over"
        )
    own = file.read(file.name)
    suite = own["suite"] = dict(sub_table(own, "suite", file.where))
    suite.setdefault("name", Path(file.where).stem)
    extends = suite.pop("extends", None)
    if extends is None:
        top = _placed(own, file, known=())
        return top, parse_suite(top, file.where)
    if not isinstance(extends, str):
        raise UserError(
            f"{file.where}: suite.extends: wanted the name of a suite, or the path of its TOML file"
        )
    other, tables = _read(_find(extends, file.base), (*extending, file.where))
    if isinstance(suite["name"], str) and canonical(suite["name"]) == canonical(tables.name):
        raise UserError(
            f"{file.where}: suite name '{tables.name}' is that of the suite that it extends; give it a name of its own"
        )
    own = _placed(own, file, known=tables.pairs)
    top = _merged(other, own)
    if "pairs" in suite:
        top["pairs"] = {pair: top["pairs"][pair] for pair in dict.fromkeys([*suite["pairs"], *own["pairs"]])}
    return top, parse_suite(top, file.where)


def _placed(top: Tables, file: _SuiteFile, known: Collection[str]) -> Tables:
    """The tables with every pair in its place, every resource with its folder, and the encoder's folder found.

    Args:
        top: the tables of the suite's file.
        file: that they stand in.
        known: pairs of the suite that is extended, which need no table.
    """
    pairs = dict(sub_table(top, "pairs", file.where, {}))
    order = strings(top["suite"].get("pairs", list(pairs)), f"{file.where}: suite.pairs")
    places = {pair: f"{file.where}: pairs.{pair}" for pair in pairs}
    for pair in order:
        check_pair_name(pair, f"{file.where}: suite.pairs")
        if pair not in pairs and pair not in known:
            pairs[pair] = file.read(f"{pair}.toml")
            places[pair] = str(Path(file.where).with_name(f"{pair}.toml"))
    in_order = [pair for pair in dict.fromkeys([*order, *pairs]) if pair in pairs]
    made = {**top, "pairs": {pair: _pair(pairs[pair], places[pair]) for pair in in_order}}
    if isinstance(top.get("encoder"), dict):
        made["encoder"] = _encoder(top["encoder"], file.base)
    return {**made, **{key: _based(made[key], file.base) for key in ("source", "pairs") if key in made}}


def _encoder(table: Tables, base: Path | None) -> Tables:
    """The table of the encoder; a folder may be given relative to the suite's file, or by `~`."""
    name = table.get("name")
    if not isinstance(name, str):
        return table
    if name.startswith("~"):
        return {**table, "name": str(expanded(name))}
    return {**table, "name": str(base / name)} if base is not None and (base / name).is_dir() else table


def _pair(table: Any, where: str) -> Tables:
    """The table of a pair with its place, and a name for an only parallel text, so that others can be added to it."""
    if not isinstance(table, dict):
        raise UserError(f"{where}: wanted a table")
    texts = table.get("parallel")
    named = {"parallel": {"parallel": texts}} if isinstance(texts, dict) and is_resource(texts) else {}
    return {**table, WHERE: where, **named}


def _based(table: Any, base: Path | None) -> Any:
    """The same tables; each of a resource knows the folder of its file."""
    if not isinstance(table, dict):
        return table
    made: Tables = ResourceTable(base) if is_resource(table) else {}
    made.update({key: _based(value, base) for key, value in table.items()})
    return made


def _merged(other: Any, own: Any) -> Any:
    """Tables merged key by key; what is no table, and a resource with a path of its own, replaces what was there."""
    if not (isinstance(other, dict) and isinstance(own, dict)) or is_resource(own):
        return own
    made: Tables = ResourceTable(other.base) if isinstance(other, ResourceTable) else {}
    made.update(other)
    made.update({key: _merged(other.get(key), value) for key, value in own.items()})
    return made
