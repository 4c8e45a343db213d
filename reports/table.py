"""The tables of a report before any format prints them: numbers with their cells, marks, footnotes and a caption."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell

Kind = Literal["ours", "published"]
Mark = Literal["", "best", "second"]

DASH = "–"
ALPHABET = "abcdefghijklmnoprstuvwxyz"  # without q, which has no superscript
TYPES = "types "  # how the name of a table by entity type begins; each pair has one such table: "types en-nl"
MINUS = "−"


@dataclass(frozen=True)
class TableEntry:
    """The entry of one row in one column.

    Attributes:
        lines: what is printed; the first is the number ("58.31 ± 0.42"), the others are printed under it.
        mark: "best" is printed bold, "second" underlined; the caption says what that means.
        footnotes: what must be known about this number alone.
        value: the number at full precision; None where there is none.
        std: standard deviation over seeds (n - 1); None for fewer than two.
        n: number of cells (seeds) behind the number; 0 for a published one.
        cells: keys of those cells, in the order of their seeds.
        more: further facts for JSON, CSV and HTML (the bounds of an interval, p-values).
    """

    lines: tuple[str, ...] = (DASH,)
    mark: Mark = ""
    footnotes: tuple[str, ...] = ()
    value: float | None = None
    std: float | None = None
    n: int = 0
    cells: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Value, deviation, n and further facts by name; an interval `bca` becomes `bca_low` and `bca_high`."""
        facts: dict[str, Any] = {"value": self.value, "std": self.std, "n": self.n}
        for name, fact in self.more.items():
            if isinstance(fact, list | tuple):
                facts |= dict(zip((f"{name}_low", f"{name}_high"), fact, strict=True))
            else:
                facts[name] = fact
        return facts


@dataclass(frozen=True)
class Row:
    """One method.

    Attributes:
        label: the method, with the options that are not its defaults.
        entries: one a column.
        kind: "ours" was run with wcabench, "published" was copied from print.
        section: heading printed above this row; rows of one section follow each other.
        footnotes: what must be known about all its numbers.
        more: further facts for JSON (the source of a published row).
    """

    label: str
    entries: tuple[TableEntry, ...]
    kind: Kind = "ours"
    section: str = ""
    footnotes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportTable:
    """Rows by columns, ready to be printed.

    Attributes:
        name: what it holds ("scores", "comparison", "source", "lenient", "types en-nl", "cost"): unique within
            a section.
        title: one line.
        columns: headings, without that of the methods' column.
        rows: ours first.
        caption: sentences that together say all that is needed to read the numbers.
        findings: sentences that say what the table shows.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    def footnotes(self) -> tuple[str, ...]:
        """All footnotes, each once, in the order in which the table refers to them."""
        footnotes: dict[str, None] = {}
        for row in self.rows:
            footnotes |= dict.fromkeys(row.footnotes)
            for entry in row.entries:
                footnotes |= dict.fromkeys(entry.footnotes)
        return tuple(footnotes)

    def marks(self, footnotes: tuple[str, ...]) -> str:
        """The letters of these footnotes in this table ("a,c"); empty for none."""
        in_order = self.footnotes()
        return ",".join(letters(in_order.index(text)) for text in footnotes)

    def padding(self, column: int) -> tuple[int, ...]:
        """By row, how many characters its number is to be moved to the right so that decimal points are aligned."""
        lengths = [
            len(entry.lines[0].split(".")[0]) if entry.value is not None else None
            for entry in (row.entries[column] for row in self.rows)
        ]
        longest = max((length for length in lengths if length is not None), default=0)
        return tuple(0 if length is None else longest - length for length in lengths)


@dataclass(frozen=True)
class Section:
    """The tables of one group of cells that are comparable with each other.

    Attributes:
        heading: suite and encoder.
        facts: what all its cells share (suite, encoder, recipe, data), and what each method may see: for JSON.
        tables: the scores first.
        cells: the finished cells behind the tables, for formats that show them.
    """

    heading: str
    facts: Mapping[str, Any]
    tables: tuple[ReportTable, ...]
    cells: tuple["Cell", ...] = ()


@dataclass(frozen=True)
class ResultsReport:
    """A report on results, ready to be printed in any format.

    Attributes:
        sections: one a group of cells.
        left_out: (path, reason) of each cell that could not be used.
        options: what was asked for, as `options.stored_options` gives it, so that the report can be made again.
    """

    sections: tuple[Section, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def letters(index: int) -> str:
    """Mark of the footnote with this index: 0 -> "a", 24 -> "z", 25 -> "aa"."""
    mark = ""
    left = index + 1
    while left:
        left, digit = divmod(left - 1, len(ALPHABET))
        mark = ALPHABET[digit] + mark
    return mark


def signed(value: float) -> str:
    """A difference with its sign, two decimals: "+1.20", "−0.30", "0.00"."""
    text = f"{abs(value):.2f}"
    if text == "0.00":
        return text
    return ("+" if value > 0 else MINUS) + text


def number(value: float) -> str:
    """Two decimals with a true minus sign; never "−0.00"."""
    return signed(value).removeprefix("+")


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def as_sentence(text: str) -> str:
    """The text with a full stop, unless it ends as a sentence does."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
