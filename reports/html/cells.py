"""The table of all cells of a section, to which the link of every number leads."""

from typing import TYPE_CHECKING, Any

from wcabench.reports.captions import short_identity
from wcabench.reports.entries import score_at
from wcabench.reports.html.markup import Markup, element
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.html.tables import heading_cell, label_cell, scrolling
from wcabench.reports.table import DASH, number
from wcabench.scoring.scorer import OTHER_SCORERS

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell

COLUMNS = {
    "method": "text",
    "pair": "text",
    "seed": "number",
    "F1": "number",
    "precision": "number",
    "recall": "number",
    "encoder revision": "text",
    "key": "text",
    "source F1": "number",
    **{f"{scorer.name} F1": "number" for scorer in OTHER_SCORERS},
    "seconds": "number",
    "wcabench": "text",
    "finished": "text",
}
SCORES = tuple(("target-test", "micro", name) for name in ("f1", "precision", "recall"))
OTHER_SCORES = (
    ("source-test", "micro", "f1"),
    *(("target-test", scorer.name, "f1") for scorer in OTHER_SCORERS),
)


def render_cells(page: PageSection) -> Markup | None:
    """All finished cells in the order of the scores, folded up at first; None if the report has no cell."""
    scores = page.tables["scores"]
    rows = [
        _row(cell, row.label, page.tier(row))
        for row in scores.rows
        for entry in row.entries
        for cell in page.behind(entry)
    ]
    if not rows:
        return None
    head = element("tr", *(heading_cell(name, kind) for name, kind in COLUMNS.items()))
    table = element("table", element("thead", head), element("tbody", *rows), class_="sortable cells")
    return element(
        "details",
        element("summary", f"All {len(rows)} cells" if len(rows) > 1 else "The one cell"),
        element("p", "One run each; ", element("code", "wcabench store show KEY"), " prints all of it."),
        scrolling(table, "Cells"),
    )


def _row(cell: "Cell", label: str, tier: str) -> Markup:
    return element(
        "tr",
        label_cell(label),
        element("td", cell.pair, data_value=cell.pair),
        element("td", str(cell.seed), data_value=cell.seed, class_="number"),
        *(_number(score_at(cell, *names)) for names in SCORES),
        _text(short_identity(cell.encoder_identity)),
        element("td", element("code", cell.key), data_value=cell.key),
        *(_number(score_at(cell, *names)) for names in OTHER_SCORES),
        _number(cell.seconds),
        _text(cell.environment.get("wcabench")),
        _text(cell.record.get("finished")),
        id=f"cell-{cell.key}",
        data_pair=cell.pair,
        data_sees=tier,
    )


def _number(value: float | None) -> Markup:
    return element("td", DASH if value is None else number(value), data_value=value, class_="number")


def _text(value: Any) -> Markup:
    return element("td", str(value or DASH), data_value=value)
