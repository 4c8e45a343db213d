"""Reads bilingual word lists: one entry a line, with source word, target word and optionally a weight."""

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from wcabench.data.line_pairs import PairColumns
from wcabench.data.rows import pick, plain_numbers, rows_of
from wcabench.data.slot_items import DictionaryEntry
from wcabench.data.text_files import read_lines
from wcabench.errors import UserError


@dataclass(frozen=True)
class WordList:
    """The entries of a word list, and the number of lines that were left out.

    Attributes:
        entries: the distinct entries, in the file's order.
        skipped: number of lines by reason: "empty" for an empty side, "repeated" for an entry that occurred before.
    """

    entries: list[DictionaryEntry]
    skipped: dict[str, int]


def read_dictionary(
    path: Path, columns: PairColumns, weight_column: int | None = None, encoding: str | None = None
) -> WordList:
    """Read a word list; columns are separated by tabs if the first line has one, else by spaces.

    Args:
        path: the file; a gzipped one is unpacked.
        columns: columns of source and target. If neither is given, they are the first two, and the file may have no
            other column except the weights'.
        weight_column: number of the column of the weights, which must not be negative; None: all entries have weight 1.
        encoding: see `read_lines`.

    Raises:
        UserError: the file cannot be read or holds no entry, a line has another number of columns than the others, a
            column is missing, or a weight is not a number of 0 or more.
    """
    named = [c for c in (columns.source, columns.target, weight_column) if c is not None]
    rows = rows_of(path, read_lines(path, encoding), least=max(named, default=0) + 1)
    if not rows:
        raise _no_entry(path)
    where = f"{path}:{rows[0].number}"
    source, target = _named(columns, len(rows[0].cells), weight_column, where)
    weights: dict[tuple[str, str], float] = {}
    skipped: Counter[str] = Counter()
    for row in rows:
        entry = row.cells[source], row.cells[target]
        weight = 1.0 if weight_column is None else _weight(path, row.number, row.cells[weight_column])
        if not all(entry):
            skipped["empty"] += 1
        elif entry in weights:
            _check_same(path, row.number, entry, weights[entry], weight)
            skipped["repeated"] += 1
        else:
            weights[entry] = weight
    if not weights:
        raise _no_entry(path)
    return WordList([DictionaryEntry(*entry, weight) for entry, weight in weights.items()], dict(skipped))


def _named(columns: PairColumns, width: int, weight_column: int | None, where: str) -> tuple[int, int]:
    if weight_column is not None and pick([""] * width, weight_column) is None:
        raise UserError(f"{where}: no column {weight_column}: the line has {width} column(s), counted from 0")
    given = weight_column is not None
    if columns.source is None and columns.target is None and width == 2 + given:
        columns = PairColumns(0, 1)
    chosen = columns.named(width, where)
    if weight_column is not None and weight_column % width in [column % width for column in chosen]:
        raise UserError(f"{where}: column {weight_column} is named for the weight and for a word")
    return chosen


def _weight(path: Path, number: int, text: str) -> float:
    try:
        (weight,) = plain_numbers([text])
    except ValueError:
        weight = math.nan
    if not 0 <= weight < math.inf:
        raise UserError(f"{path}:{number}: weight '{text[:40]}'; wanted a number that is not negative")
    return weight


def _check_same(path: Path, number: int, entry: tuple[str, str], before: float, weight: float) -> None:
    if weight != before:
        raise UserError(
            f"{path}:{number}: '{entry[0]}' - '{entry[1]}' again, with the weight {weight:g} instead of {before:g}; "
            "keep one of them"
        )


def _no_entry(path: Path) -> UserError:
    return UserError(f"{path}: no entry in it; wanted a source word and a target word a line")
