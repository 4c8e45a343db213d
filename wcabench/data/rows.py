"""Splits lines into columns, and checks that all rows of a file have equally many."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.errors import UserError


@dataclass(slots=True)
class FileRow:
    """One line that holds columns.

    Attributes:
        number: number of the line in its file, from 1.
        cells: the columns; `squared` may remove empty ones at the end.
    """

    number: int
    cells: list[str]


def cells_of(line: str, tabs: bool) -> list[str]:
    """Return the columns of a line; empty for a blank line.

    Args:
        line: the line without its end.
        tabs: True: columns are separated by single tabs, and spaces around them are removed. False: columns are
            separated by one or more spaces. Other Unicode spaces separate nothing.
    """
    if not tabs:
        return [cell for cell in line.split(" ") if cell]
    cells = line.split("\t")
    if " " in line:
        cells = [cell.strip(" ") for cell in cells]
    return cells if any(cells) else []


def is_blank(line: str) -> bool:
    """Whether a line has only spaces and tabs."""
    return not line or not line.strip(" \t")


def rows_of(path: Path, lines: Iterable[str], *, tabs: bool | None = None, least: int = 1) -> list[FileRow]:
    """Return the rows of a file in which every line that is not blank is a row (a word list, parallel text).

    Args:
        path: the file, for errors.
        lines: the file's lines.
        tabs: whether columns are separated by tabs (else by spaces); None: by tabs if the first row has one.
        least: see `squared`.

    Raises:
        UserError: a row has a tab where columns are separated by spaces, or another number of columns than the rest.
    """
    rows: list[FileRow] = []
    for number, line in enumerate(lines, start=1):
        if is_blank(line):
            continue
        if tabs is None:
            tabs = "\t" in line
        refuse_mixed(path, number, line, tabs)
        rows.append(FileRow(number, cells_of(line, tabs)))
    squared(path, rows, least)
    return rows


def refuse_mixed(path: Path, number: int, line: str, tabs: bool) -> None:
    """Raise a `UserError` for a line with tabs in a file whose columns are separated by spaces."""
    if not tabs and "\t" in line:
        raise UserError(
            f"{path}:{number}: a tab, but the lines before it part their columns by spaces; part all by tabs, or all "
            "by spaces"
        )


def squared(path: Path, rows: Sequence[FileRow], least: int = 1) -> int:
    """Check that all rows have equally many columns, and return that number.

    Last columns that are empty in every row (from a tab at the end of each line) are removed, and so are empty cells
    beyond the number of columns of the other rows.

    Args:
        path: the file, for errors.
        rows: the file's rows.
        least: number of columns that are kept even if they are empty, because they are used by number.

    Raises:
        UserError: a row has fewer or more columns than most rows, or the only tabs are at the line ends, and what
            stands before them may be columns that are separated by spaces.
    """
    width = widest = _width(rows)
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
    if width == 1 < widest and all(" " in row.cells[0] for row in rows):
        raise UserError(
            f"{path}:{rows[0].number}: the only tab is at the end of the line, and spaces part what stands before it; "
            "take the tabs at the line ends out, or part the columns by tabs"
        )
    return width


def other_width(path: Path, number: int, columns: int, wanted: int) -> UserError:
    """Return the error for a row with another number of columns than the rest of its file."""
    return UserError(
        f"{path}:{number}: {columns} column(s), but {wanted} in the rest of the file; complete the line, or take out "
        "what is too much (columns are parted by tabs where a file has any, else by spaces)"
    )


def pick(cells: Sequence[str], column: int) -> str | None:
    """Return a cell by its number, from 0 (negative numbers count from the end); None if there is no such column."""
    return cells[column] if -len(cells) <= column < len(cells) else None


def plain_numbers(cells: Sequence[str]) -> list[float]:
    """Return cells as numbers, written in ASCII digits; NaN and infinite ones included.

    Raises:
        ValueError: a cell is no number, or written as only Python reads it ("1_0", other scripts' digits).
    """
    joined = " ".join(cells)
    if "_" in joined or not joined.isascii():
        wrong = next(cell for cell in cells if "_" in cell or not cell.isascii())
        raise ValueError(f"could not convert string to float: '{wrong[:40]}'")
    return [float(cell) for cell in cells]


def _width(rows: Sequence[FileRow]) -> int:
    widths = {len(row.cells) for row in rows}
    if len(widths) == 1:
        return widths.pop()
    filled = Counter(_filled(row.cells) for row in rows)
    return filled.most_common(1)[0][0] if filled else 0


def _filled(cells: Sequence[str]) -> int:
    """Return the number of columns up to the last one that is not empty."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return width
