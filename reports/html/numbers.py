"""One place of a table: the number, with its decimal point under that of its neighbours, opens what is behind it."""

from collections.abc import Iterator
from typing import Any

from wcabench.reports.html.markup import Markup, element, join
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.table import TYPES, ReportTable, Row, TableEntry

BETWEEN = " ± "
WIDEST = 6  # digits of a deviation, its point among them, that the style has room for


def number_cell(table: ReportTable, row: Row, column: int, place: PageSection) -> Markup:
    """The entry of a row in a column."""
    entry, name = row.entries[column], table.columns[column]
    mean, _, deviation = entry.lines[0].partition(BETWEEN)
    marked = {"best": element("b", mean), "second": element("u", mean), "": mean}[entry.mark]
    links = dict(_opens(entry, row, name, table, place)) if entry.value is not None else {}
    return element(
        "td",
        element("a", marked, class_="opens", **links) if links else marked,
        note_marks(entry.footnotes, table, place),
        _deviation(deviation, _digits(table, column)),
        *(element("small", line) for line in entry.lines[1:]),
        class_="number",
        data_value=entry.value,
        **column_filters(name, table, place),
    )


def column_filters(name: str, table: ReportTable, place: PageSection) -> dict[str, Any]:
    """The attributes by which the filters know a column."""
    if table.name.startswith(TYPES):
        return {"data_type": name}
    return {"data_pair": name} if name in place.pairs else {}


def note_marks(footnotes: tuple[str, ...], table: ReportTable, place: PageSection) -> Markup | None:
    """The letters of some footnotes, each a link to its text."""
    if not footnotes:
        return None
    marks = table.marks(footnotes).split(",")
    links = [element("a", mark, href=f"#{place.id(table.name, 'note', mark)}") for mark in marks]
    return element("sup", join(links, ","))


def _digits(table: ReportTable, column: int) -> int:
    """Length of the column's longest deviation; 0 where it has none."""
    return max(len(row.entries[column].lines[0].partition(BETWEEN)[2]) for row in table.rows)


def _deviation(deviation: str, digits: int) -> Markup | None:
    """A deviation, or its room where only its neighbours have one; None in a column without."""
    text = f"{BETWEEN}{deviation}" if deviation else ""
    return element("i", text, class_=f"d{min(digits, WIDEST)}") if digits else None


def _opens(
    entry: TableEntry, row: Row, name: str, table: ReportTable, place: PageSection
) -> Iterator[tuple[str, str]]:
    """The attributes of a number's link: where it leads without a script, and what the script shows of it."""
    detail = ""
    if row.kind == "published":
        detail = place.id("source", row.label)
    elif table.name == "comparison":
        detail = place.id("test", row.label, name)
    if not entry.cells and not detail:
        return
    yield "href", f"#{detail or f'cell-{entry.cells[0]}'}"
    yield "data_title", f"{row.label}, {name}: {' '.join(entry.lines)}"
    yield "data_what", table.title
    if detail:
        yield "data_detail", detail
    if entry.cells:
        yield "data_cells", " ".join(entry.cells)
