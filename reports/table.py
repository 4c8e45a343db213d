"""The one table that every format prints: numbers with their cells, marks, footnotes and a caption."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell

Kind = Literal["ours", "published"]
Mark = Literal["", "best", "second"]

DASH = "–"
ALPHABET = "abcdefghijklmnoprstuvwxyz"  # without q, which has no superscript
TYPES = "types "  # begins the name of a table by entity type, of which each pair has one: "types en-nl"
MINUS = "−"


@dataclass(frozen=True)
class Entry:
    """One place of a table.

    Attributes:
        lines: what is printed; the first is the number ("58.31 ± 0.42"), further ones stand under it.
        mark: "best" is printed bold, "second" underlined; the caption says what that means.
        footnotes: what must be known about this number alone.
        value: the number at full precision; None where there is none.
        std: standard deviation over seeds (n - 1); None for fewer than two.
        n: number of cells (seeds) behind the number; 0 for a published one.
        cells: keys of those cells, in the order of their seeds.
        more: further facts for the JSON table (the bounds of an interval, p-values).
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
        """Value, deviation, n and further facts; the bounds of an interval apart, as `bca_low` and `bca_high`."""
        found: dict[str, Any] = {"value": self.value, "std": self.std, "n": self.n}
        for name, fact in self.more.items():
            if isinstance(fact, list | tuple):
                found |= dict(zip((f"{name}_low", f"{name}_high"), fact, strict=True))
            else:
                found[name] = fact
        return found


@dataclass(frozen=True)
class Row:
    """One method.

    Attributes:
        label: the method, with the options that are not its defaults.
        entries: one for each column.
        kind: "ours" was run here, "published" was copied.
        section: heading that this row stands under; rows of one section follow each other.
        footnotes: what must be known about all its numbers.
        more: further facts for the JSON table (the source of a published row).
    """

    label: str
    entries: tuple[Entry, ...]
    kind: Kind = "ours"
    section: str = ""
    footnotes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows by columns, ready to be printed.

    Attributes:
        name: what it holds ("scores", "comparison", "source", "lenient", "types en-nl", "cost"): unique within
            a section.
        title: one line.
        columns: headings, the first column (the methods) left out.
        rows: ours first.
        caption: sentences; together they say all that is needed to read the numbers.
        findings: what the table says, in words.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    def footnotes(self) -> tuple[str, ...]:
        """All footnotes in the order in which a reader meets them, each once."""
        found: dict[str, None] = {}
        for row in self.rows:
            found |= dict.fromkeys(row.footnotes)
            for entry in row.entries:
                found |= dict.fromkeys(entry.footnotes)
        return tuple(found)

    def marks(self, footnotes: tuple[str, ...]) -> str:
        """The letters of these footnotes in this table ("a,c"); empty for none."""
        all_of_them = self.footnotes()
        return ",".join(letters(all_of_them.index(text)) for text in footnotes)

    def padding(self, column: int) -> tuple[int, ...]:
        """How many digits each row's number lacks before its decimal point, so that points can be aligned."""
        whole = [
            len(entry.lines[0].split(".")[0]) if entry.value is not None else None
            for entry in (row.entries[column] for row in self.rows)
        ]
        widest = max((w for w in whole if w is not None), default=0)
        return tuple(0 if w is None else widest - w for w in whole)


@dataclass(frozen=True)
class Section:
    """The tables of one group of cells that may stand side by side.

    Attributes:
        heading: suite and encoder.
        facts: what all its cells share (suite, encoder, recipe, data), and what each method may see: for JSON.
        tables: the scores first.
        cells: the finished cells behind the tables, for a format that shows them.
    """

    heading: str
    facts: Mapping[str, Any]
    tables: tuple[Table, ...]
    cells: tuple["Cell", ...] = ()


@dataclass(frozen=True)
class Report:
    """What is printed.

    Attributes:
        sections: one a group of cells.
        left_out: the cells that could not be used, with the reason for each: (path, reason).
        options: what was asked for, as `stored_options` has it, so that the report can be made again.
    """

    sections: tuple[Section, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def letters(index: int) -> str:
    """Name of a footnote: 0 -> "a", 24 -> "z", 25 -> "aa"."""
    name = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, len(ALPHABET))
        name = ALPHABET[digit] + name
    return name


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
