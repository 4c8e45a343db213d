"""The published rows: where each number stands, how far it was verified, what is wrong with it, and its protocol."""

from collections.abc import Iterable

from wcabench.reports.html.markup import Markup, element
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.html.tables import heading_cell, label_cell, scrolling, tier_cell
from wcabench.reports.published import PROTOCOL, VERIFICATION, load_published
from wcabench.reports.table import DASH, Row

WRONG, VERIFIED, SOURCE = "what is wrong", "verified", "source"
SOURCES = {"system": "text", "sees": "order", WRONG: "text", VERIFIED: "text", SOURCE: "text"}


def render_published(place: PageSection) -> Markup | None:
    """What must be known of the copied rows; None where none is shown."""
    scores = place.tables["scores"]
    rows = [row for row in scores.rows if row.kind == "published"]
    if not rows:
        return None
    sources = _table(SOURCES, (_source(row, scores.columns, place) for row in rows))
    return element(
        "section",
        element("h3", "The published rows, and what is wrong with them", id=place.id("published")),
        element("ul", *(element("li", doubt) for doubt in load_published().doubts), class_="doubts"),
        element(
            "details",
            element("summary", "Each row: its source, how far it was verified, what is wrong with it"),
            scrolling(sources, "Sources of the published rows"),
        ),
        _protocols(rows, place),
        class_="table",
        data_kind="published",
    )


def _table(columns: dict[str, str], rows: Iterable[Markup]) -> Markup:
    head = element("tr", *(heading_cell(name, kind) for name, kind in columns.items()))
    return element("table", element("thead", head), element("tbody", *rows), class_="sortable prose")


def _source(row: Row, pairs: tuple[str, ...], place: PageSection) -> Markup:
    tier, verification = place.tier(row), str(row.more["verification"])
    remarks = [str(row.more["remark"])] if row.more["remark"] else []
    remarks += [
        f"{pair}: {note}" for pair, entry in zip(pairs, row.entries, strict=True) for note in entry.footnotes
    ]
    verified = element("b", verification), f": {VERIFICATION[verification]}"
    return element(
        "tr",
        label_cell(row.label),
        tier_cell(tier),
        element("td", *(element("p", one) for one in remarks or [DASH]), class_="long", data_name=WRONG),
        element("td", *verified, data_value=verification, data_name=VERIFIED),
        element("td", str(row.more["source"]), data_name=SOURCE),
        id=place.id("source", row.label),
        data_sees=tier,
    )


def _protocols(rows: list[Row], place: PageSection) -> Markup | None:
    """How each row was trained and scored, as far as that could be read; None where nothing could."""
    lines = [_protocol(row, place) for row in rows if row.more["protocol"]]
    if not lines:
        return None
    columns = {"system": "text", **dict.fromkeys(PROTOCOL.values(), "text")}
    return element(
        "details",
        element("summary", "How each was trained and scored: they are not one experiment"),
        scrolling(_table(columns, lines), "Protocols of the published rows"),
    )


def _protocol(row: Row, place: PageSection) -> Markup:
    facts = (
        element("td", row.more["protocol"].get(name, "not said"), data_name=heading)
        for name, heading in PROTOCOL.items()
    )
    return element("tr", label_cell(row.label), *facts, data_sees=place.tier(row))
