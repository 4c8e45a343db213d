"""The numbers of a table: aligned by their decimal points, each a link to the cells or the test behind it."""

from collections.abc import Iterator
from typing import Any

from wcabench.reports.html.markup import Markup, element, join
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.table import TYPES, ReportTable, Row, TableEntry

BETWEEN = " ± "
WIDEST = 6  # characters of a deviation, with its point, for which the style has a width


def number_cell(table: ReportTable, row: Row, column: int, page: PageSection) -> Markup:
    """The entry of a row in a column."""
    entry, name = row.entries[column], table.columns[column]
    mean, _, deviation = entry.lines[0].partition(BETWEEN)
    marked = {"best": element("b", mean), "second": element("u", mean), "": mean}[entry.mark]
    links = dict(_opens(entry, row, name, table, page)) if entry.value is not None else {}
    return element(
        "td",
        element("a", marked, class_="opens", **links) if links else marked,
        note_marks(entry.footnotes, table, page),
        _deviation(deviation, _digits(table, column)),
        *(element("small", line) for line in entry.lines[1:]),
        class_="number",
        data_value=entry.value,
        **column_filters(name, table, page),
    )


def column_filters(name: str, table: ReportTable, page: PageSection) -> dict[str, Any]:
    """The attributes by which the filters know a column."""
    if table.name.startswith(TYPES):
        return {"data_type": name}
    return {"data_pair": name} if name in page.pairs else {}


def note_marks(footnotes: tuple[str, ...], table: ReportTable, page: PageSection) -> Markup | None:
    """The marks of these footnotes, each a link to its text."""
    if not footnotes:
        return None
    marks = table.marks(footnotes).split(",")
    links = [element("a", mark, href=f"#{page.id(table.name, 'note', mark)}") for mark in marks]
    return element("sup", join(links, ","))


def _digits(table: ReportTable, column: int) -> int:
    """Length of the column's longest deviation; 0 if no row has one."""
    return max(len(row.entries[column].lines[0].partition(BETWEEN)[2]) for row in table.rows)


def _deviation(deviation: str, digits: int) -> Markup | None:
    """A deviation, or an empty space of its width if only other rows have one; None if no row has one."""
    text = f"{BETWEEN}{deviation}" if deviation else ""
    return element("i", text, class_=f"d{min(digits, WIDEST)}") if digits else None


def _opens(
    entry: TableEntry, row: Row, name: str, table: ReportTable, page: PageSection
) -> Iterator[tuple[str, str]]:
    """Attributes of a number's link: its target without the script, and the data that the script shows in a dialog."""
    detail = ""
    if row.kind == "published":
        detail = page.id("source", row.label)
    elif table.name == "comparison":
        detail = page.id("test", row.label, name)
    if not entry.cells and not detail:
        return
    yield "href", f"#{detail or f'cell-{entry.cells[0]}'}"
    yield "data_title", f"{row.label}, {name}: {' '.join(entry.lines)}"
    yield "data_what", table.title
    if detail:
        yield "data_detail", detail
    if entry.cells:
        yield "data_cells", " ".join(entry.cells)
