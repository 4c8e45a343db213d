"""Parses the tables of a suite's TOML file into frozen dataclasses; packaged and users' suites have the same form.

```toml
[suite]                       # name, summary, caption, types, pairs, extends
[encoder] [recipe] [data]     # settings that differ from the defaults
[source]                      # resources: train, test, dev (optional), monolingual (unlabelled; optional)
[pairs.en-nl]                 # types, notes; resources, all optional:
                              #   dictionary  a word list: source, target, a weight if there is one
                              #   translated  the training sentences, machine-translated into the target
                              #   embeddings  static word vectors: path (source) and target_path
                              #   entities    an entity list: type, phrase, language if there is one
                              #   aligned     parallel text with gold word alignments
[pairs.en-nl.target]          # resources: test, dev (optional), text (unlabelled; else that of parallel)
[pairs.en-nl.parallel]        # a resource; or one a translation, [pairs.en-nl.parallel.deepl], default first
```
A pair that `suite.pairs` names and that has no table in this file is read from a file of its own in the same folder,
`en-nl.toml`, with `types`, `[target]` and so on at its top. The keys of a resource are those of `Resource` and of its
format (`formats`, `slot_formats`); paths may begin with `~`, and files may be gzipped. `aligned` is only for the
diagnostics: methods do not see it, and it is in no cell's key. `suite_files` explains `extends`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig, build
from wcabench.data.formats import Columns, Parallel, Text
from wcabench.data.resource_tables import ResourceReader, Table, check_keys, strings, sub_table
from wcabench.data.resources import Resource
from wcabench.data.slot_formats import Dictionary, EmbeddingFiles, EntityList, Translated
from wcabench.errors import UserError
from wcabench.output_files import LONGEST_NAME

# Key of a pair's table that holds its source file, for errors. No key in a file can have a NUL.
WHERE = "\0where"
_LONGEST_TEXT = 10_000  # letters of a caption, which every cell keeps and every table shows
_SUITE_KEYS = ("name", "summary", "caption", "types", "pairs")
_PAIR_KEYS = (
    "types",
    "notes",
    "target",
    "parallel",
    "dictionary",
    "translated",
    "embeddings",
    "entities",
    "aligned",
)
_PAIR = re.compile(r"[A-Za-z0-9_]+-[A-Za-z0-9_]+")


@dataclass(frozen=True)
class PairTable:
    """One language pair of a suite.

    Attributes:
        types: entity types of the target's labels; None: the suite's, or those of its labels.
        test: labelled target sentences for scoring.
        dev: labelled target sentences for selection on the target.
        text: unlabelled target sentences.
        translations: parallel text by name; the first is the default.
        dictionary: bilingual word list.
        translated: machine translations of the labelled training sentences.
        embeddings: static word vectors of both languages.
        entities: entity list.
        aligned: sentence pairs with gold word alignments, for the diagnostics.
        notes: notes that every table of this pair must show.
    """

    types: tuple[str, ...] | None
    test: Resource
    dev: Resource | None
    text: Resource | None
    translations: dict[str, Resource]
    dictionary: Resource | None
    translated: Resource | None
    embeddings: Resource | None
    entities: Resource | None
    aligned: Resource | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SuiteTables:
    """The parsed tables of a suite; `wcabench.data.suites.Suite` explains the fields."""

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
    monolingual: Resource | None
    pairs: dict[str, PairTable]


def parse_suite(top: Table, where: str) -> SuiteTables:
    """Parse the tables of a suite.

    Args:
        top: the tables as `suite_files` completes them: every pair has a table, every parallel text a name, every
            resource its folder.
        where: the suite's file, for errors.

    Raises:
        UserError: a key is missing or unknown, or a value has the wrong type; file and table are named.
    """
    check_keys(top, ("suite", "encoder", "recipe", "data", "source", "pairs"), where)
    suite = sub_table(top, "suite", where)
    check_keys(suite, _SUITE_KEYS, f"{where}: suite")
    pairs = sub_table(top, "pairs", where, {})
    language = _source_language(pairs, where)
    source = sub_table(top, "source", where)
    check_keys(source, ("train", "dev", "test", "monolingual"), f"{where}: source")
    types = _types(suite, f"{where}: suite")
    resources = ResourceReader(f"{where}: source", source, types)
    return SuiteTables(
        name=_name(suite["name"], where),
        summary=_string(suite, "summary", where),
        caption=_string(suite, "caption", where),
        types=types,
        encoder=build(EncoderConfig, sub_table(top, "encoder", where, {}), f"{where}: encoder"),
        recipe=build(RecipeConfig, sub_table(top, "recipe", where, {}), f"{where}: recipe"),
        data=build(DataConfig, sub_table(top, "data", where, {}), f"{where}: data"),
        train=resources.required("train", f"{language}-train", Columns),
        source_dev=resources.optional("dev", f"{language}-dev", Columns),
        source_test=resources.required("test", f"{language}-test", Columns),
        monolingual=resources.optional("monolingual", f"{language}-monolingual", Text),
        pairs={pair: _pair(pair, pairs[pair], f"{where}: pairs.{pair}", types) for pair in pairs},
    )


def check_pair_name(pair: Any, where: str) -> None:
    """Refuse an invalid name of a language pair; the name becomes part of file names."""
    if not isinstance(pair, str) or not _PAIR.fullmatch(pair) or len(set(pair.split("-"))) < 2:
        raise UserError(f"{where}: '{str(pair)[:60]}' is no pair; wanted SOURCE-TARGET, such as en-nl")
    _check_length(pair, where)


def _pair(pair: str, table: Any, where: str, suite_types: tuple[str, ...] | None) -> PairTable:
    if not isinstance(table, dict):
        raise UserError(f"{where}: wanted a table")
    where = table.get(WHERE, where)
    check_keys([key for key in table if key != WHERE], _PAIR_KEYS, where)
    target = sub_table(table, "target", where)
    check_keys(target, ("test", "dev", "text"), f"{where}: target")
    language = pair.partition("-")[2]
    texts = sub_table(table, "parallel", where, {})
    for name in texts:
        _name(name, f"{where}: parallel", "translation")
    translations = ResourceReader(f"{where}: parallel", texts)
    types = _types(table, where)
    foreign = [kind for kind in types or () if suite_types is not None and kind not in suite_types]
    if foreign:
        raise UserError(
            f"{where}: types: {', '.join(foreign)} not among those of the suite; declare it there"
        )
    sides = ResourceReader(f"{where}: target", target, types or suite_types)
    own = ResourceReader(where, table)
    return PairTable(
        types=types,
        test=sides.required("test", f"{language}-test", Columns),
        dev=sides.optional("dev", f"{language}-dev", Columns),
        text=sides.optional("text", f"{language}-text", Text),
        translations={name: translations.required(name, f"{pair}-{name}", Parallel) for name in texts},
        dictionary=own.optional("dictionary", f"{pair}-dictionary", Dictionary),
        translated=own.optional("translated", f"{pair}-translated", Translated),
        embeddings=own.optional("embeddings", f"{pair}-embeddings", EmbeddingFiles),
        entities=ResourceReader(where, table, suite_types).optional(
            "entities", f"{pair}-entities", EntityList
        ),
        aligned=_with_links(own.optional("aligned", f"{pair}-aligned", Parallel), where),
        notes=strings(table.get("notes", []), f"{where}: notes"),
    )


def _with_links(aligned: Resource | None, where: str) -> Resource | None:
    """Return the resource of gold word alignments; refuse one without links."""
    if aligned is not None and isinstance(aligned.format, Parallel) and not aligned.format.has_links:
        raise UserError(f"{where}: aligned: no links; name their file by links_path, or their links_column")
    return aligned


def _source_language(pairs: Table, where: str) -> str:
    if not pairs:
        raise UserError(f"{where}: no pair; add a table such as [pairs.en-nl]")
    for pair in pairs:
        check_pair_name(pair, where)
    languages = sorted({pair.partition("-")[0] for pair in pairs})
    if len(languages) > 1:
        raise UserError(
            f"{where}: pairs with several source languages: {', '.join(languages)}; make a suite of each"
        )
    return languages[0]


def _types(table: Table, where: str) -> tuple[str, ...] | None:
    if "types" not in table:
        return None
    types: Sequence[str] = strings(table["types"], f"{where}: types")
    for kind in types:
        if not re.fullmatch(r"\S+", kind) or not kind.isprintable():
            raise UserError(
                f"{where}: types: '{kind}' is no entity type; wanted a name without spaces, such as PER"
            )
    return tuple(sorted(types))


def _string(table: Table, key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise UserError(f"{where}: suite.{key}: wanted a string")
    if len(value) > _LONGEST_TEXT:
        raise UserError(f"{where}: suite.{key}: {len(value):,} letters; wanted {_LONGEST_TEXT:,} at most")
    return value


def _name(name: Any, where: str, kind: str = "suite") -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UserError(
            f"{where}: {kind} name '{str(name)[:60]}': wanted letters, digits, '.', '_' and '-' alone"
        )
    _check_length(name, where)
    return name


def _check_length(name: str, where: str) -> None:
    """Refuse a name that no cell could be kept under."""
    if len(name.encode()) > LONGEST_NAME:
        raise UserError(
            f"{where}: '{name[:60]}...' has {len(name.encode())} bytes; wanted {LONGEST_NAME} at most"
        )
