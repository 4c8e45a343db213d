"""One section of the page: its findings, tables and plots, and the cells behind them."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from wcabench.reports.html.cells import render_cells
from wcabench.reports.html.differences import render_findings, render_forest, render_tests
from wcabench.reports.html.markup import Markup, element
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.html.published import render_published
from wcabench.reports.html.seeds import render_seeds
from wcabench.reports.html.tables import render_table
from wcabench.reports.table import TYPES, ReportTable


def render_section(page: PageSection) -> Markup:
    """Everything of one group of cells."""
    section = page.section
    return element(
        "section",
        element("h2", section.heading),
        render_findings(page.tables["comparison"]) if "comparison" in page.tables else None,
        *_parts(page),
        element("details", element("summary", "Encoder, recipe and data in full"), _facts(section.facts)),
        render_cells(page),
        id=page.id("section"),
        class_="group",
    )


def _parts(page: PageSection) -> Iterator[Markup | None]:
    """The tables in the report's order, each with its plot; those by entity type side by side."""
    for by_type, tables in groupby(page.section.tables, key=lambda table: table.name.startswith(TYPES)):
        if by_type:
            yield element("div", *(render_table(table, page) for table in tables), class_="side-by-side")
        else:
            for table in tables:
                yield from _table(table, page)


def _table(table: ReportTable, page: PageSection) -> Iterator[Markup | None]:
    yield render_table(table, page)
    if table.name == "scores":
        yield render_seeds(page)
        yield render_published(page)
    elif table.name == "comparison":
        yield render_forest(table, page)
        yield render_tests(table, page)


def _facts(facts: Mapping[str, Any]) -> Markup:
    """What all cells of the section share, one line a fact."""
    lines = [
        part
        for name in ("encoder", "recipe", "data")
        for key, value in _flat(facts[name], f"{name}.")
        for part in (element("dt", key), element("dd", element("code", value)))
    ]
    return element("dl", *lines, class_="facts")


def _flat(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield (
                f"{prefix}{key}",
                str(value).lower() if value is None or isinstance(value, bool) else str(value),
            )
