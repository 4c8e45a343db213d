"""A plot of F1 by seed: a dot for every cell of the scores, at one height for each seed, and the mean."""

from wcabench.reports.html.markup import Markup, element, join
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.html.plots import Line, dot, panel, upright
from wcabench.reports.html.scale import Scale
from wcabench.reports.table import TableEntry, number

LANE, MARGIN, RADIUS = 7, 6, 3.5  # pixels: between seeds, above and below them, of a dot
TALLEST = 30  # pixels from the first seed to the last; many seeds stand closer


def render_seeds(page: PageSection) -> Markup | None:
    """One panel a pair, each on a scale of its own; none for a pair where no method has two seeds."""
    scores = page.tables["scores"]
    ours = [row for row in scores.rows if row.kind == "ours"]
    panels = []
    for column, pair in enumerate(scores.columns):
        shown = [(row, row.entries[column]) for row in ours if page.behind(row.entries[column])]
        if not any(entry.n > 1 for _, entry in shown):
            continue
        seeds = sorted({cell.seed for _, entry in shown for cell in page.behind(entry)})
        scale = Scale.over(cell.f1 or 0.0 for _, entry in shown for cell in page.behind(entry))
        lines = [_line(row.label, entry, page.tier(row), seeds, scale, page) for row, entry in shown]
        panels.append(panel(pair, lines, scale))
    if not panels:
        return None
    return element(
        "figure",
        element(
            "figcaption",
            element("b", "F1 on the target test by seed. "),
            "A dot is a cell, and the same seed stands at the same height in every row of a pair; "
            "the upright line is the mean. Each pair has a scale of its own, which does not begin at 0.",
        ),
        *panels,
        class_="plot seeds",
    )


def _line(
    label: str, entry: TableEntry, tier: str, seeds: list[int], scale: Scale, page: PageSection
) -> Line:
    step = min(LANE, TALLEST / max(len(seeds) - 1, 1))
    height = round(2 * MARGIN + step * (len(seeds) - 1) + 2)
    dots = [
        dot(
            scale.at(cell.f1 or 0.0),
            round(MARGIN + 1 + step * seeds.index(cell.seed), 1),
            RADIUS,
            "seed",
            f"{label}, seed {cell.seed}: {number(cell.f1 or 0.0)}",
        )
        for cell in page.behind(entry)
    ]
    mean = [upright(scale.at(entry.value), 1, height - 1, "mean")] if entry.value is not None else []
    return Line(label, join([*mean, *dots]), entry.lines[0], tier, max(height, 20))
