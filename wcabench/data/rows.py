"""Lines as rows of columns, parted by tabs or by spaces; every row of a file must have as many as the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.errors import UserError


@dataclass(slots=True)
class Row:
    """One line that holds columns.

    Attributes:
        number: of the line in its file, from 1.
        cells: its columns; `squared` may cut them.
    """

    number: int
    cells: list[str]


def cells_of(line: str, tabs: bool) -> list[str]:
    """The columns of a line; none for a blank one.

    Args:
        line: without its end.
        tabs: columns are parted by one tab each, and spaces around them are no part of them; else by any number of
            spaces. No other Unicode space parts columns.
    """
    if not tabs:
        return [cell for cell in line.split(" ") if cell]
    cells = line.split("\t")
    if " " in line:
        cells = [cell.strip(" ") for cell in cells]
    return cells if any(cells) else []


def is_blank(line: str) -> bool:
    """Whether there is nothing but spaces and tabs in a line."""
    return not line or not line.strip(" \t")


def rows_of(path: Path, lines: Iterable[str], *, tabs: bool | None = None, least: int = 1) -> list[Row]:
    """The rows of a file in which every line that is not blank is one (a word list, parallel text).

    Args:
        path: the file, for errors.
        lines: of the file.
        tabs: columns are parted by tabs; False: by spaces; None: by tabs if the first row has one.
        least: see `squared`.

    Raises:
        UserError: a row with a tab among rows that are parted by spaces, or another number of columns.
    """
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if is_blank(line):
            continue
        if tabs is None:
            tabs = "\t" in line
        refuse_mixed(path, number, line, tabs)
        rows.append(Row(number, cells_of(line, tabs)))
    squared(path, rows, least)
    return rows


def refuse_mixed(path: Path, number: int, line: str, tabs: bool) -> None:
    """Raise a `UserError` for a line with tabs in a file whose first row parts its columns by spaces."""
    if not tabs and "\t" in line:
        raise UserError(
            f"{path}:{number}: a tab, but the lines before it part their columns by spaces; part all by tabs, or all "
            "by spaces"
        )


def squared(path: Path, rows: Sequence[Row], least: int = 1) -> int:
    """Check that all rows have equally many columns, and return how many.

    Columns that are empty in every row (a tab at the end of each line) are taken off, and so are empty ones beyond the
    others' number.

    Args:
        path: the file, for errors.
        rows: of the file.
        least: so many columns are kept, though they be empty: some are named.

    Raises:
        UserError: a row with fewer or more columns than most have.
    """
    width = _width(rows)
    for row in rows:
        if len(row.cells) != width:
            surplus = row.cells[width:]
            if len(row.cells) < width or any(surplus):
                raise other_width(path, row.number, len(row.cells), width)
            row.cells = row.cells[:width]
    while width > max(least, 1) and not any(row.cells[-1] for row in rows):
        width -= 1
        for row in rows:
            row.cells = row.cells[:width]
    return width


def other_width(path: Path, number: int, found: int, wanted: int) -> UserError:
    """The error for a row with another number of columns than the rest of its file."""
    return UserError(
        f"{path}:{number}: {found} column(s), but {wanted} in the rest of the file; complete the line, or take out "
        "what is too much (columns are parted by tabs where a file has any, else by spaces)"
    )


def pick(cells: Sequence[str], column: int) -> str | None:
    """A cell by its number, from 0, or from the end where it is negative; None where there is no such column."""
    return cells[column] if -len(cells) <= column < len(cells) else None


def _width(rows: Sequence[Row]) -> int:
    widths = {len(row.cells) for row in rows}
    if len(widths) == 1:
        return widths.pop()
    filled = Counter(_filled(row.cells) for row in rows)
    return filled.most_common(1)[0][0] if filled else 0


def _filled(cells: Sequence[str]) -> int:
    """Number of columns up to the last that is not empty."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return width
