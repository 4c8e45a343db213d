"""A report on a terminal: rich tables, in several blocks of columns where they are too wide for it."""

from itertools import groupby
from typing import TYPE_CHECKING

from wcabench.reports.table import ALPHABET, ReportTable, ResultsReport, Row, TableEntry

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table as RichTable
    from rich.text import Text

RAISED = str.maketrans(f"{ALPHABET},", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ’")
STYLES = {"best": "bold", "second": "underline", "": ""}
METHOD_COLUMN = "method"
NARROWEST_LABEL = 16
GAP = 2  # between columns: one of padding, one that the box draws


def print_terminal(report: ResultsReport, console: "Console") -> None:
    """Print all sections, each table with its findings, caption and footnotes."""
    from rich.text import Text

    for number, section in enumerate(report.sections):
        if number:
            console.print()
        console.print(Text(section.heading, style="bold reverse"))
        for table in section.tables:
            _print_table(table, console)


def _print_table(table: ReportTable, console: "Console") -> None:
    from rich.text import Text

    console.print()
    console.print(Text(table.title, style="bold"))
    for columns in _blocks(table, console.width):
        console.print()
        _print_block(table, columns, console)
    console.print()
    for finding in table.findings:
        console.print(_hanging("-", Text(finding)))
    if table.findings:
        console.print()
    for sentence in table.caption:
        console.print(Text(sentence, style="dim"))
    for note in table.footnotes():
        console.print(_hanging(raised(table.marks((note,))), Text(note, style="dim")))


def _blocks(table: ReportTable, width: int) -> list[list[int]]:
    """Indices of the columns of each block, which fit side by side beside the labels at their narrowest."""
    blocks: list[list[int]] = [[]]
    left = width - NARROWEST_LABEL
    for column in range(len(table.columns)):
        needed = _width(table, column) + GAP
        if needed > left and blocks[-1]:
            blocks.append([])
            left = width - NARROWEST_LABEL
        blocks[-1].append(column)
        left -= needed
    return blocks


def _width(table: ReportTable, column: int) -> int:
    from rich.cells import cell_len

    padding = table.padding(column)
    texts = [_entry(row.entries[column], padding[at], table).plain for at, row in enumerate(table.rows)]
    return max(cell_len(line) for text in [table.columns[column], *texts] for line in text.split("\n"))


def _print_block(table: ReportTable, columns: list[int], console: "Console") -> None:
    """One rich table a section, all of the same widths, so that headings between them may be wider than a column."""
    from rich.cells import cell_len
    from rich.text import Text

    widths = {column: _width(table, column) for column in columns}
    longest = max(cell_len(_label(row, table).plain) for row in table.rows)
    room = max(console.width - sum(widths.values()) - GAP * len(columns), NARROWEST_LABEL)
    padding = {column: table.padding(column) for column in columns}
    for section, rows in groupby(enumerate(table.rows), key=lambda item: item[1].section):
        if section:
            console.print()
            console.print(Text(section, style="italic"))
        rich = _rich_table(table, widths, max(min(longest, room), len(METHOD_COLUMN)), header=not section)
        for at, row in rows:
            rich.add_row(
                _label(row, table), *[_entry(row.entries[c], padding[c][at], table) for c in columns]
            )
        console.print(rich)


def _rich_table(table: ReportTable, widths: dict[int, int], label_width: int, *, header: bool) -> "RichTable":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    rich = RichTable(
        box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_header=header
    )
    rich.add_column(METHOD_COLUMN, overflow="fold", width=label_width)
    for column, width in widths.items():
        rich.add_column(Text(table.columns[column]), no_wrap=True, width=width)
    return rich


def _label(row: Row, table: ReportTable) -> "Text":
    from rich.text import Text

    marks = raised(table.marks(row.footnotes))
    return Text(row.label + marks, style="dim" if row.kind == "published" else "")


def _entry(entry: TableEntry, padding: int, table: ReportTable) -> "Text":
    from rich.text import Text

    text = Text(" " * padding)
    text.append(entry.lines[0], style=STYLES[entry.mark])
    text.append(raised(table.marks(entry.footnotes)))
    for line in entry.lines[1:]:
        text.append(f"\n{line}", style="dim")
    return text


def _hanging(lead: str, text: "Text") -> "RenderableType":
    """Text behind a mark; its further lines are indented as its first word is."""
    from rich.table import Table as RichTable

    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(lead, text)
    return grid


def raised(marks: str) -> str:
    """Letters as superscripts."""
    return marks.translate(RAISED)
