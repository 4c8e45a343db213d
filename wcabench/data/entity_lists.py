"""Reads lists of entities: `type TAB phrase`, or `type TAB phrase TAB language`."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from wcabench.data.rows import rows_of
from wcabench.data.slot_items import ListedEntity
from wcabench.data.text_files import read_lines
from wcabench.data.tokenise import tokenise
from wcabench.errors import UserError

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class EntityColumns:
    """The columns of an entity list.

    Attributes:
        type: number of the column of the entity type, from 0; negative numbers count from the end. If both `type` and
            `phrase` are None, they are the first two columns, and only a language column may follow.
        phrase: number of the column of the phrase.
        language: number of the column of its language. None: the third column, if there are three and no column is
            given.
    """

    type: int | None = None
    phrase: int | None = None
    language: int | None = None

    def named(self, width: int, where: str) -> tuple[int, int, int | None]:
        """Return the numbers of the type, phrase and language columns in rows of `width` columns.

        Raises:
            UserError: a column is missing, one is named for two things, or there are more columns than are named.
        """
        by_default = self.type is None and self.phrase is None
        language = 2 if by_default and self.language is None and width == 3 else self.language
        chosen = (0 if self.type is None else self.type, 1 if self.phrase is None else self.phrase, language)
        given = [column for column in chosen if column is not None]
        for column in given:
            if not -width <= column < width:
                raise UserError(
                    f"{where}: no column {column}: the line has {width} column(s), counted from 0 and parted by tabs; "
                    "wanted a type and a phrase"
                )
        if len({column % width for column in given}) < len(given):
            raise UserError(f"{where}: one column is named for two things; name another for one of them")
        if by_default and width > len(given):
            raise UserError(
                f"{where}: {width} columns; wanted type, phrase and, if there is one, language: name the columns "
                "(type_column, phrase_column, language_column)"
            )
        return chosen


def read_entities(
    path: Path,
    columns: EntityColumns,
    *,
    types: Collection[str] | None = None,
    renamed: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> tuple[list[ListedEntity], dict[str, int]]:
    """Read a list; return the distinct entities in the file's order, and the number of skipped lines by reason.

    Columns are separated by tabs, the words of a phrase by spaces.

    Args:
        path: the file; a gzipped one is unpacked.
        columns: the columns of type, phrase and language.
        types: the entity types that may occur; None allows any.
        renamed: type in the file -> type of the suite; lines whose type becomes the empty string are left out.
        encoding: see `read_lines`.

    Raises:
        UserError: the file cannot be read or holds no entity, a line has another number of columns than the others, a
            cell is empty, a type is unknown, or a language is malformed. File and line are named.
    """
    named = [c for c in (columns.type, columns.phrase, columns.language) if c is not None]
    rows = rows_of(path, read_lines(path, encoding), tabs=True, least=max(named, default=0) + 1)
    if not rows:
        raise UserError(f"{path}: no entity in it; wanted a type, a tab and a phrase a line")
    chosen = columns.named(len(rows[0].cells), f"{path}:{rows[0].number}")
    entities: dict[ListedEntity, None] = {}
    skipped: Counter[str] = Counter()
    for row in rows:
        kind, phrase, language = (None if c is None else row.cells[c] for c in chosen)
        where = f"{path}:{row.number}"
        if not kind or not phrase:
            raise UserError(f"{where}: an empty {'phrase' if kind else 'type'}; complete the line")
        kind = (renamed or {}).get(kind, kind)
        if not kind:
            skipped["other type"] += 1
            continue
        _check(kind, types, language, where)
        entity = ListedEntity(kind, tokenise(phrase), language or None)
        skipped["repeated"] += entity in entities
        entities[entity] = None
    if not entities:
        raise UserError(f"{path}: no entity in it of a type that is kept")
    return list(entities), {why: count for why, count in skipped.items() if count}


def _check(kind: str, types: Collection[str] | None, language: str | None, where: str) -> None:
    if types is not None and kind not in types:
        raise UserError(
            f"{where}: type '{kind}' is none of the suite's ({', '.join(sorted(types))}); correct it, or rename it "
            '(rename_types = ["city=LOC"]; "city=" leaves such lines out)'
        )
    if language and not _LANGUAGE.fullmatch(language):
        raise UserError(
            f"{where}: '{language[:40]}' is no language, such as en or pt-BR; if the third column holds something "
            "else, name type_column and phrase_column"
        )
