"""The published rows: their sources, how far each was verified, what is wrong with it, and its protocol."""

from collections.abc import Iterable

from wcabench.reports.html.markup import Markup, element
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.html.tables import heading_cell, label_cell, scrolling, tier_cell
from wcabench.reports.published import PROTOCOL, VERIFICATION, load_published
from wcabench.reports.table import DASH, Row

WRONG, VERIFIED, SOURCE = "what is wrong", "verified", "source"
SOURCES = {"system": "text", "sees": "order", WRONG: "text", VERIFIED: "text", SOURCE: "text"}


def render_published(page: PageSection) -> Markup | None:
    """Doubts, sources and protocols of the published rows; None where none is shown."""
    scores = page.tables["scores"]
    rows = [row for row in scores.rows if row.kind == "published"]
    if not rows:
        return None
    sources = _table(SOURCES, (_source(row, scores.columns, page) for row in rows))
    return element(
        "section",
        element("h3", "The published rows, and what is wrong with them", id=page.id("published")),
        element("ul", *(element("li", doubt) for doubt in load_published().doubts), class_="doubts"),
        element(
            "details",
            element("summary", "Each row: its source, how far it was verified, what is wrong with it"),
            scrolling(sources, "Sources of the published rows"),
        ),
        _protocols(rows, page),
        class_="table",
        data_kind="published",
    )


def _table(columns: dict[str, str], rows: Iterable[Markup]) -> Markup:
    head = element("tr", *(heading_cell(name, kind) for name, kind in columns.items()))
    return element("table", element("thead", head), element("tbody", *rows), class_="sortable prose")


def _source(row: Row, pairs: tuple[str, ...], page: PageSection) -> Markup:
    tier, verification = page.tier(row), str(row.more["verification"])
    remarks = [str(row.more["remark"])] if row.more["remark"] else []
    remarks += [
        f"{pair}: {note}" for pair, entry in zip(pairs, row.entries, strict=True) for note in entry.footnotes
    ]
    verified = element("b", verification), f": {VERIFICATION[verification]}"
    return element(
        "tr",
        label_cell(row.label),
        tier_cell(tier),
        element(
            "td", *(element("p", remark) for remark in remarks or [DASH]), class_="long", data_name=WRONG
        ),
        element("td", *verified, data_value=verification, data_name=VERIFIED),
        element("td", str(row.more["source"]), data_name=SOURCE),
        id=page.id("source", row.label),
        data_sees=tier,
    )


def _protocols(rows: list[Row], page: PageSection) -> Markup | None:
    """How each published row was trained and scored, if its paper says so; None if no paper does."""
    lines = [_protocol(row, page) for row in rows if row.more["protocol"]]
    if not lines:
        return None
    columns = {"system": "text", **dict.fromkeys(PROTOCOL.values(), "text")}
    return element(
        "details",
        element("summary", "How each was trained and scored: they are not one experiment"),
        scrolling(_table(columns, lines), "Protocols of the published rows"),
    )


def _protocol(row: Row, page: PageSection) -> Markup:
    facts = (
        element("td", row.more["protocol"].get(name, "not said"), data_name=heading)
        for name, heading in PROTOCOL.items()
    )
    return element("tr", label_cell(row.label), *facts, data_sees=page.tier(row))
