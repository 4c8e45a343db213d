"""The differences to the baseline: in words, as a forest plot, and with every number of every test."""

import math
from collections.abc import Iterator
from typing import Any

from wcabench.reports.html.markup import Markup, element, join
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.html.plots import Line, line, panel, spot
from wcabench.reports.html.scale import Scale
from wcabench.reports.html.tables import heading_cell, label_cell, scrolling
from wcabench.reports.table import DASH, ReportTable, Row, TableEntry, listed, number

SIGNS = {"above": "▲ above", "below": "▼ below"}  # the verdicts that call a difference real
SHOWN_FINDINGS = 12
HEIGHT = 26  # pixels
# Facts of a comparison that are the same in every row, or have a column of their own.
ELSEWHERE = ("baseline", "family", "verdict", "std")
HEADINGS = {
    "value": "difference",
    "n": "seeds",
    "low": "from",
    "high": "to",
    "p_t": "p, over seeds and sentences",
    "p_randomisation": "p, over sentences",
    "p_holm": "p, Holm",
    "holm_over": "comparisons",
    "p_benjamini_hochberg": "p, Benjamini-Hochberg",
    "p_seeds": "p, over seeds",
    "attainable_p": "least p over seeds",
    "std_seeds": "deviation over seeds",
    "d_z": "d",
    "d_z_hedges": "d, Hedges",
    "power": "seeds needed",
}

Compared = tuple[Row, str, TableEntry]


def compared(table: ReportTable) -> list[Compared]:
    """Every comparison of the table as (row, pair, entry), pair by pair."""
    return [
        (row, pair, row.entries[column])
        for column, pair in enumerate(table.columns)
        for row in table.rows
        if row.entries[column].value is not None
    ]


def render_findings(table: ReportTable) -> Markup:
    """Which differences are real, counted and in words."""
    entries = [entry for _, _, entry in compared(table)]
    verdicts = [entry.more.get("verdict") for entry in entries]
    real = sum(verdict in SIGNS for verdict in verdicts)
    of_all = f"{real} of {len(verdicts)} difference{'s' if len(verdicts) > 1 else ''}"
    baseline = listed(list(dict.fromkeys(str(entry.more.get("baseline")) for entry in entries)))
    words = element("ul", *(element("li", finding) for finding in table.findings))
    return element(
        "details",
        element(
            "summary",
            f"In words: {of_all} to {baseline} {'is' if 1 in (real, len(verdicts)) else 'are'} real",
        ),
        words,
        class_="findings",
        open=len(verdicts) <= SHOWN_FINDINGS,
    )


def render_forest(table: ReportTable, page: PageSection) -> Markup:
    """Differences with their intervals, one panel a pair, all on one scale."""
    comparisons = compared(table)
    scale = _scale([entry for _, _, entry in comparisons])
    panels = []
    for pair in table.columns:
        lines = [_line(row, entry, scale, page) for row, of_pair, entry in comparisons if of_pair == pair]
        panels += [panel(pair, lines, scale, zero=True)] if lines else []
    return element(
        "figure",
        element(
            "figcaption",
            element("b", "The differences with their intervals. "),
            "A filled square is a difference that is called real, an open circle one that is not; "
            "the bar is the 95% interval that the table prints.",
        ),
        *panels,
        class_="plot forest",
    )


def render_tests(table: ReportTable, page: PageSection) -> Markup:
    """Every number of every test, one row for each comparison; the links of the differences lead to these rows."""
    rows = compared(table)
    facts = [entry.facts() for _, _, entry in rows]
    names = [
        name
        for name in dict.fromkeys(name for of_row in facts for name in of_row)
        if name not in ELSEWHERE and any(of_row.get(name) is not None for of_row in facts)
    ]
    kinds = {
        name: "text" if any(isinstance(of_row.get(name), str) for of_row in facts) else "number"
        for name in names
    }
    head = element(
        "tr",
        *(heading_cell(name, "text") for name in ("method", "pair", "verdict")),
        *(_heading(name, kinds[name]) for name in names),
    )
    lines = (
        _test(row, pair, entry, [of_row.get(name) for name in names], page)
        for (row, pair, entry), of_row in zip(rows, facts, strict=True)
    )
    grid = element("table", element("thead", head), element("tbody", *lines), class_="sortable tests")
    return element(
        "details",
        element("summary", "Every test"),
        scrolling(grid, f"Tests: {page.title(table)}"),
        class_="tests",
    )


def _test(row: Row, pair: str, entry: TableEntry, facts: list[Any], page: PageSection) -> Markup:
    verdict = str(entry.more.get("verdict", DASH))
    return element(
        "tr",
        label_cell(row.label),
        element("td", pair),
        element("td", SIGNS.get(verdict, verdict), class_=f"verdict {_kind(entry)}"),
        *map(_fact, facts),
        id=page.id("test", row.label, pair),
        data_pair=pair,
        data_sees=page.tier(row),
    )


def _heading(name: str, kind: str) -> Markup:
    text = HEADINGS.get(name, name.replace("_", " "))
    return heading_cell(text, kind, sentence=kind == "text")


def _fact(value: Any) -> Markup:
    if isinstance(value, str):
        return element("td", value, class_="sentence")
    if isinstance(value, float) and math.isfinite(value):
        text = number(value) if abs(value) >= 1 or value == 0 else f"{value:.3g}"
        return element("td", text, data_value=value, class_="number")
    return element("td", str(value) if isinstance(value, int) else DASH, data_value=value, class_="number")


def _scale(entries: list[TableEntry]) -> Scale:
    """Zero and every interval of the table."""
    bounds = (bound for entry in entries for bound in (_value(entry), *(_interval(entry) or ())))
    return Scale.over([0.0, *bounds])


def _line(row: Row, entry: TableEntry, scale: Scale, page: PageSection) -> Line:
    marks = join(_bar(entry, scale))
    middle = scale.at(_value(entry))
    shape = spot(middle, HEIGHT / 2, "square" if _kind(entry) != "none" else "circle", f"mark {_kind(entry)}")
    verdict = SIGNS.get(str(entry.more.get("verdict")), "")
    text = " ".join(filter(None, [*entry.lines, verdict]))
    return Line(row.label, join([marks, shape]), text, page.tier(row), HEIGHT)


def _bar(entry: TableEntry, scale: Scale) -> Iterator[Markup]:
    if bounds := _interval(entry):
        low, high = map(scale.at, bounds)
        yield line(low, high, HEIGHT / 2, f"bar {_kind(entry)}")


def _interval(entry: TableEntry) -> tuple[float, float] | None:
    return _finite(entry.more.get("low"), entry.more.get("high"))


def _finite(low: Any, high: Any) -> tuple[float, float] | None:
    known = all(isinstance(bound, float) and math.isfinite(bound) for bound in (low, high))
    return (low, high) if known else None


def _value(entry: TableEntry) -> float:
    return entry.value or 0.0


def _kind(entry: TableEntry) -> str:
    """The class of a difference's mark: its verdict where that is a real difference, else "none"."""
    verdict = str(entry.more.get("verdict"))
    return verdict if verdict in SIGNS else "none"
