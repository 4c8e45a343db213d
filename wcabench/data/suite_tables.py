"""The TOML form of a suite, read into frozen dataclasses. Packaged suites and users' own share the tables.

```toml
[suite]                       # name, summary, caption, types, pairs
[encoder] [recipe] [data]     # settings that differ from the defaults
[source]                      # resources: train, dev (optional), test
[pairs.en-nl]                 # types, notes, dictionary and aligned (resources)
[pairs.en-nl.target]          # resources: test, dev (optional), text (unlabelled; else that of parallel)
[pairs.en-nl.parallel]        # a resource; or one a translation, [pairs.en-nl.parallel.deepl], default first
```
A pair that `suite.pairs` names and that has no table here stands in a file of its own beside this one,
`en-nl.toml`, with `types`, `[target]` and so on at its top. Keys of a resource: those of `Resource` and of
its format. `aligned` is parallel text with word alignments made by hand: the diagnostics read it, methods do not,
and it is in no cell's key.
"""

import dataclasses
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig, build
from wcabench.data.formats import Columns, Dictionary, Parallel, Text
from wcabench.data.resource_tables import ResourceReader, Table, check_keys, strings, sub_table
from wcabench.data.resources import Resource
from wcabench.errors import UserError

_PAIR = re.compile(r"[A-Za-z0-9_]+-[A-Za-z0-9_]+")


@dataclass(frozen=True)
class PairTable:
    """One language pair of a suite.

    Attributes:
        types: entity types of the target's labels; None: the suite's, or those that its labels hold.
        test: labelled target sentences that are scored.
        dev: labelled target sentences, for selection on the target.
        text: unlabelled target sentences.
        translations: parallel text by name; the first is the default.
        dictionary: bilingual word list.
        aligned: sentence pairs with gold word alignments, for the diagnostics.
        notes: what every table of this pair must say.
    """

    types: tuple[str, ...] | None
    test: Resource
    dev: Resource | None
    text: Resource | None
    translations: dict[str, Resource]
    dictionary: Resource | None
    aligned: Resource | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SuiteTables:
    """All that a suite's file says; see `wcabench.data.suites.Suite` for the fields."""

    name: str
    summary: str
    caption: str
    types: tuple[str, ...] | None
    encoder: EncoderConfig
    recipe: RecipeConfig
    data: DataConfig
    train: Resource
    source_dev: Resource | None
    source_test: Resource
    pairs: dict[str, PairTable]


def parse_suite(
    text: str, where: str, neighbour: Callable[[str], str], base: Path | None = None
) -> SuiteTables:
    """The tables of a suite.

    Args:
        text: the TOML file.
        where: its name, for errors.
        neighbour: gives the text of a file beside it by name.
        base: folder that the paths in it are relative to, beside the data folder.

    Raises:
        UserError: no TOML, a missing or unknown key, or a value of the wrong type; file and table are named.
    """
    top = parse_toml(text, where)
    check_keys(top, ("suite", "encoder", "recipe", "data", "source", "pairs"), where)
    suite = sub_table(top, "suite", where)
    check_keys(suite, ("name", "summary", "caption", "types", "pairs"), f"{where}: suite")
    tables = dict(sub_table(top, "pairs", where)) if "pairs" in top else {}
    order = strings(suite.get("pairs", list(tables)), f"{where}: suite.pairs")
    places = {pair: f"{where}: pairs.{pair}" for pair in tables}
    for pair in order:
        if pair not in tables:
            places[pair] = str(Path(where).with_name(f"{pair}.toml"))
            tables[pair] = parse_toml(neighbour(f"{pair}.toml"), places[pair])
    language = _source_language(tables, where)
    source = sub_table(top, "source", where)
    check_keys(source, ("train", "dev", "test"), f"{where}: source")
    types = _types(suite, f"{where}: suite")
    resources = ResourceReader(base, f"{where}: source", source, types)
    return SuiteTables(
        name=_name(suite.get("name") or Path(where).stem, where),
        summary=_string(suite, "summary", where),
        caption=_string(suite, "caption", where),
        types=types,
        encoder=_encoder(sub_table(top, "encoder", where, {}), f"{where}: encoder", base),
        recipe=build(RecipeConfig, sub_table(top, "recipe", where, {}), f"{where}: recipe"),
        data=build(DataConfig, sub_table(top, "data", where, {}), f"{where}: data"),
        train=resources.required("train", f"{language}-train", Columns),
        source_dev=resources.optional("dev", f"{language}-dev", Columns),
        source_test=resources.required("test", f"{language}-test", Columns),
        pairs={
            pair: _pair(pair, tables[pair], places[pair], base, types)
            for pair in dict.fromkeys([*order, *tables])
        },
    )


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """A TOML file, or a `UserError` that names it and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{where}: no TOML: {error}") from None


def _pair(
    pair: str, table: Any, where: str, base: Path | None, suite_types: tuple[str, ...] | None
) -> PairTable:
    if not isinstance(table, dict):
        raise UserError(f"{where}: wanted a table")
    check_keys(table, ("types", "notes", "target", "parallel", "dictionary", "aligned"), where)
    target = sub_table(table, "target", where)
    check_keys(target, ("test", "dev", "text"), f"{where}: target")
    language = pair.partition("-")[2]
    texts = sub_table(table, "parallel", where, {})
    if "path" in texts:  # a single translation needs no name
        texts = {"parallel": texts}
    translations = ResourceReader(base, f"{where}: parallel", texts)
    types = _types(table, where)
    foreign = [kind for kind in types or () if suite_types is not None and kind not in suite_types]
    if foreign:
        raise UserError(
            f"{where}: types: {', '.join(foreign)} not among those of the suite; declare it there"
        )
    sides = ResourceReader(base, f"{where}: target", target, types or suite_types)
    own = ResourceReader(base, where, table)
    return PairTable(
        types=types,
        test=sides.required("test", f"{language}-test", Columns),
        dev=sides.optional("dev", f"{language}-dev", Columns),
        text=sides.optional("text", f"{language}-text", Text),
        translations={name: translations.required(name, f"{pair}-{name}", Parallel) for name in texts},
        dictionary=own.optional("dictionary", f"{pair}-dictionary", Dictionary),
        aligned=_with_links(own.optional("aligned", f"{pair}-aligned", Parallel), where),
        notes=strings(table.get("notes", []), f"{where}: notes"),
    )


def _with_links(aligned: Resource | None, where: str) -> Resource | None:
    """Gold word alignments, which must say where their links are."""
    if aligned is not None and isinstance(aligned.format, Parallel):
        has_links = bool(aligned.format.links_path) or aligned.format.links_column is not None
        if not has_links:
            raise UserError(
                f"{where}: aligned: no links; name their file by links_path, or their links_column"
            )
    return aligned


def _source_language(pairs: Table, where: str) -> str:
    if not pairs:
        raise UserError(f"{where}: no pair; add a table such as [pairs.en-nl]")
    for pair in pairs:
        if not _PAIR.fullmatch(pair) or len(set(pair.split("-"))) < 2:
            raise UserError(f"{where}: '{pair}' is no pair; wanted SOURCE-TARGET, such as en-nl")
    languages = sorted({pair.partition("-")[0] for pair in pairs})
    if len(languages) > 1:
        raise UserError(
            f"{where}: pairs with several source languages: {', '.join(languages)}; make a suite of each"
        )
    return languages[0]


def _encoder(table: Table, where: str, base: Path | None) -> EncoderConfig:
    """The suite's encoder; a folder may be given relative to the suite's file."""
    encoder = build(EncoderConfig, table, where)
    if base is not None and (base / encoder.name).is_dir():
        encoder = dataclasses.replace(encoder, name=str(base / encoder.name))
    return encoder


def _types(table: Table, where: str) -> tuple[str, ...] | None:
    return tuple(sorted(strings(table["types"], f"{where}: types"))) if "types" in table else None


def _string(table: Table, key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise UserError(f"{where}: suite.{key}: wanted a string")
    return value


def _name(name: Any, where: str) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UserError(f"{where}: suite name '{name}': wanted letters, digits, '.', '_' and '-' alone")
    return name
