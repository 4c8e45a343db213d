"""A report on a terminal: rich tables, in several blocks of columns where they are too wide for it."""

from itertools import groupby
from typing import TYPE_CHECKING

from wcabench.printable import printable
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
    printer = _Printer(console)
    for number, section in enumerate(report.sections):
        if number:
            console.print()
        console.print(printer.text(section.heading, "bold reverse"))
        for table in section.tables:
            printer.print_table(table)


class _Printer:
    """Prints tables on one console."""

    def __init__(self, console: "Console") -> None:
        self.console = console

    def text(self, text: str, style: str = "") -> "Text":
        """Text as the console's encoding can say it, and as it does not obey it."""
        from rich.text import Text

        return Text(printable(text, self.console.encoding), style=style)

    def print_table(self, table: ReportTable) -> None:
        """Title, table, findings, caption and footnotes."""
        console = self.console
        console.print()
        console.print(self.text(table.title, "bold"))
        for columns in self._blocks(table):
            console.print()
            self._print_block(table, columns)
        console.print()
        for finding in table.findings:
            console.print(hanging("-", self.text(finding)))
        if table.findings:
            console.print()
        for sentence in table.caption:
            console.print(self.text(sentence, "dim"))
        for note in table.footnotes():
            mark = self.text(raised(table.marks((note,)))).plain
            console.print(hanging(mark, self.text(note, "dim")))

    def _blocks(self, table: ReportTable) -> list[list[int]]:
        """Indices of the columns of each block, which fit side by side beside the labels at their narrowest."""
        blocks: list[list[int]] = [[]]
        left = self.console.width - NARROWEST_LABEL
        for column in range(len(table.columns)):
            needed = self._width(table, column) + GAP
            if needed > left and blocks[-1]:
                blocks.append([])
                left = self.console.width - NARROWEST_LABEL
            blocks[-1].append(column)
            left -= needed
        return blocks

    def _width(self, table: ReportTable, column: int) -> int:
        """Width of a column: of its numbers, and of its heading, which is folded where the console is narrower."""
        from rich.cells import cell_len

        padding = table.padding(column)
        texts = [
            self._entry(row.entries[column], padding[at], table).plain for at, row in enumerate(table.rows)
        ]
        numbers = max((cell_len(line) for text in texts for line in text.split("\n")), default=1)
        room = max(self.console.width - NARROWEST_LABEL - GAP, 1)
        return max(numbers, min(cell_len(self.text(table.columns[column]).plain), room))

    def _print_block(self, table: ReportTable, columns: list[int]) -> None:
        """Print one rich table a section, all of the same widths: a heading between them may be wider than a column."""
        from rich.cells import cell_len

        console = self.console
        widths = {column: self._width(table, column) for column in columns}
        longest = max((cell_len(self._label(row, table).plain) for row in table.rows), default=0)
        room = max(console.width - sum(widths.values()) - GAP * len(columns), NARROWEST_LABEL)
        padding = {column: table.padding(column) for column in columns}
        for section, rows in groupby(enumerate(table.rows), key=lambda item: item[1].section):
            if section:
                console.print()
                console.print(self.text(section, "italic"))
            label_width = max(min(longest, room), len(METHOD_COLUMN))
            rich = self._rich_table(table, widths, label_width, header=not section)
            for at, row in rows:
                entries = [self._entry(row.entries[c], padding[c][at], table) for c in columns]
                rich.add_row(self._label(row, table), *entries)
            # Without a crop, numbers that need more than the console's width go on in the next line, whole.
            console.print(
                rich,
                crop=False,
                width=max(console.width, label_width + sum(widths.values()) + GAP * len(columns)),
            )

    def _rich_table(
        self, table: ReportTable, widths: dict[int, int], label_width: int, *, header: bool
    ) -> "RichTable":
        from rich.box import SIMPLE_HEAD
        from rich.table import Table as RichTable

        rich = RichTable(
            box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_header=header
        )
        rich.add_column(METHOD_COLUMN, overflow="fold", width=label_width)
        for column, width in widths.items():
            rich.add_column(self.text(table.columns[column]), overflow="fold", width=width)
        return rich

    def _label(self, row: Row, table: ReportTable) -> "Text":
        marks = raised(table.marks(row.footnotes))
        return self.text(row.label + marks, "dim" if row.kind == "published" else "")

    def _entry(self, entry: TableEntry, padding: int, table: ReportTable) -> "Text":
        text = self.text(" " * padding)
        text.append(self.text(entry.lines[0], STYLES[entry.mark]))
        text.append(self.text(raised(table.marks(entry.footnotes))))
        for line in entry.lines[1:]:
            text.append("\n")
            text.append(self.text(line, "dim"))
        return text


def hanging(lead: str, text: "Text") -> "RenderableType":
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
