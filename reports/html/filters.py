"""The controls that narrow the page: by what a method may see, by pair, by entity type."""

from collections.abc import Iterable, Sequence

from wcabench.reports.html.markup import Markup, element
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.table import TYPES
from wcabench.reports.tiers import TEXT, TIERS


def render_filters(page_sections: Sequence[PageSection]) -> Markup:
    """A form of checkboxes, all checked; hidden until the script runs that reads it."""
    rows = [
        (page_section, row) for page_section in page_sections for row in page_section.tables["scores"].rows
    ]
    tiers = {page_section.tier(row) for page_section, row in rows}
    pairs = dict.fromkeys(pair for page_section in page_sections for pair in page_section.pairs)
    types = dict.fromkeys(
        column
        for page_section in page_sections
        for table in page_section.section.tables
        if table.name.startswith(TYPES)
        for column in table.columns
    )
    published = any(row.kind == "published" for _, row in rows)
    kinds = [("ours", "run here"), ("published", "copied from print")] if published else []
    groups = (
        _group("A method may see", "sees", [(tier, TEXT[tier]) for tier in TIERS if tier in tiers]),
        _group("Rows", "kind", kinds),
        _group("Pair", "pair", [(pair, pair) for pair in pairs]),
        _group("Entity type", "type", [(kind, kind) for kind in types]),
    )
    return element(
        "form",
        *groups,
        element(
            "p",
            element("button", "Show all", type="reset"),
            element("output", id="shown", aria_live="polite"),
        ),
        id="filters",
        aria_label="Filters",
        hidden=True,
    )


def _group(legend: str, name: str, choices: Iterable[tuple[str, str]]) -> Markup | None:
    """One fieldset; none where there is nothing to choose."""
    boxes = [
        element(
            "label",
            element("input", type="checkbox", name=name, value=value, checked=True, autocomplete="off"),
            f" {text}",
        )
        for value, text in choices
    ]
    return element("fieldset", element("legend", legend), *boxes) if len(boxes) > 1 else None
