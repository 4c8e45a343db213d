"""A table of the report as an HTML table that the script sorts and filters, with its caption and footnotes."""

import dataclasses
from itertools import groupby
from typing import Any

from wcabench.reports.html.markup import Markup, element
from wcabench.reports.html.numbers import column_filters, note_marks, number_cell
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.provenance import MIXED, SIGNATURE
from wcabench.reports.table import TYPES, ReportTable, Row
from wcabench.reports.tiers import TEXT, TIERS, ShownTier


def render_table(table: ReportTable, page: PageSection) -> Markup:
    """Title, table, caption and footnotes, without those of published rows, whose sources have a table of their own."""
    table = dataclasses.replace(table, rows=tuple(map(_without_sources, table.rows)))
    return element(
        "section",
        element("h3", page.title(table), id=page.id(table.name)),
        scrolling(_table(table, page), page.title(table)),
        element("div", *map(_sentence, table.caption), class_="caption"),
        _notes(table, page),
        class_="table",
        data_pair=table.name.removeprefix(TYPES) if table.name.startswith(TYPES) else None,
    )


def scrolling(table: Markup, label: str) -> Markup:
    """A table in a box that scrolls where the page is too narrow, and that the keyboard reaches."""
    return element("div", table, class_="scroll", role="region", aria_label=label, tabindex="0")


def heading_cell(text: str, kind: str, *, sentence: bool = False, **attributes: Any) -> Markup:
    """A column's heading; the script makes it sort its table.

    Args:
        text: what it says.
        kind: how the column is sorted: "text"; "number", the largest first; "order", numbers that stand for words.
        sentence: whether the column holds whole sentences, which are not printed on paper.
        attributes: of the element.
    """
    looks = "sentence" if sentence else "number" if kind == "number" else None
    return element("th", text, scope="col", data_sort=kind, class_=looks, **attributes)


def label_cell(label: str, marks: Markup | None = None) -> Markup:
    """A row's heading."""
    return element("th", label, marks, scope="row", data_value=label)


def tier_cell(tier: ShownTier) -> Markup:
    """What a method may see; sorted from the least to the most."""
    tag = element("span", TEXT[tier], class_=f"tier {tier}")
    return element("td", tag, data_value=TIERS.index(tier), data_name="sees")


def _without_sources(row: Row) -> Row:
    return dataclasses.replace(row, footnotes=()) if row.kind == "published" else row


def _sentence(text: str) -> Markup:
    """A sentence of the caption: one on mixed cells is a warning, the signature is code."""
    if text.startswith(SIGNATURE):
        return element("p", SIGNATURE, element("code", text.removeprefix(SIGNATURE)), class_="signature")
    return element("p", text, class_="warning" if text.startswith(MIXED) else None)


def _table(table: ReportTable, page: PageSection) -> Markup:
    columns = (heading_cell(name, "number", **column_filters(name, table, page)) for name in table.columns)
    sees = heading_cell("sees", "order") if table.name == "scores" else None
    head = element("thead", element("tr", heading_cell("method", "text"), *columns, sees))
    bodies = (
        _body(section, list(rows), table, page)
        for section, rows in groupby(table.rows, key=lambda row: row.section)
    )
    return element("table", head, *bodies, class_=f"sortable {table.name.split()[0]}")


def _body(section: str, rows: list[Row], table: ReportTable, page: PageSection) -> Markup:
    """The rows of one section, which are sorted among each other, under its heading."""
    width = len(table.columns) + 2
    heading = element("tr", element("th", section, colspan=width, scope="rowgroup")) if section else None
    return element("tbody", heading, *(_row(row, table, page) for row in rows), data_kind=rows[0].kind)


def _row(row: Row, table: ReportTable, page: PageSection) -> Markup:
    tier = page.tier(row)
    return element(
        "tr",
        label_cell(row.label, note_marks(row.footnotes, table, page)),
        *(number_cell(table, row, column, page) for column in range(len(table.columns))),
        tier_cell(tier) if table.name == "scores" else None,
        data_sees=tier,
    )


def _notes(table: ReportTable, page: PageSection) -> Markup | None:
    notes = [
        element("li", element("sup", mark), " ", note, id=page.id(table.name, "note", mark))
        for note in table.footnotes()
        for mark in [table.marks((note,))]
    ]
    return element("ul", *notes, class_="notes") if notes else None
