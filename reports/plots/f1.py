"""F1 by seed: a dot for every cell, and the means with their intervals as the report prints them."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from wcabench.reports.collect import Group, MethodRow
from wcabench.reports.plots.plot import Plot, caption
from wcabench.reports.plots.rows import PlotRow, RowPanel, draw_rows
from wcabench.reports.plots.sheet import INK, Key
from wcabench.reports.plots.styles import REAL_ABOVE
from wcabench.reports.scores import score_table
from wcabench.reports.table import TableEntry

# Inches: between seeds, from the first seed to the last at the most, above and below them.
LANE, TALLEST, MARGIN = 0.022, 0.14, 0.05
DOT = {
    "marker": "o", "markersize": 2.6, "color": REAL_ABOVE, "markeredgecolor": "white",
    "markeredgewidth": 0.3, "linestyle": "none",
}  # fmt: skip
MEAN = {"marker": "|", "markersize": 8, "color": INK, "markeredgewidth": 1.1, "linestyle": "none"}
BAR = {"color": "#b9bec3", "linewidth": 3.5, "solid_capstyle": "butt"}
AXIS = "F1 on the target test (%)"


@dataclass(frozen=True)
class Seed:
    """One cell."""

    seed: int
    f1: float
    cell: str


@dataclass(frozen=True)
class SeedRow:
    """One method on one pair: its seeds, their mean and deviation, and the 95% interval of the mean."""

    label: str
    text: str
    seeds: tuple[Seed, ...]
    mean: float
    std: float | None
    low: float
    high: float


@dataclass(frozen=True)
class SeedPanel:
    """One pair."""

    pair: str
    rows: tuple[SeedRow, ...]


def read(group: Group) -> Plot:
    """F1 by seed of every method and pair of a group."""
    table = score_table(group, published=False, details=True, sources=False)
    panels, notes = [], []
    for column, pair in enumerate(table.columns):
        rows = []
        for method, row in zip(group.rows, table.rows, strict=True):
            entry = row.entries[column]
            notes += [f"{row.label}, {pair}: {note}" for note in entry.footnotes]
            rows += [_row(method, pair, entry)] if method.samples[pair].done else []
        panels += [SeedPanel(pair, tuple(rows))] if rows else []
    description = (
        "F1 on the target test by seed, entities by strict IOB2, micro F1 in percent. A dot is a cell; where a pair "
        "has several, the same seed stands at the same height in each of its rows. The upright line is the mean, the "
        "bar its 95% interval, Student's t over seeds x sentences; at the right the mean ± standard deviation over "
        "seeds (n − 1). Each pair has a scale of its own, which does not begin at 0."
    )
    return Plot("f1", tuple(panels), caption(group, [description], notes), partial(draw, panels))


def draw(panels: list[SeedPanel]) -> Any:
    """The figure."""
    drawn = []
    for panel in panels:
        seeds = sorted({dot.seed for row in panel.rows for dot in row.seeds})
        drawn.append(RowPanel(panel.pair, tuple(_plot_row(row, seeds) for row in panel.rows)))
    key = [Key("one seed", DOT), Key("mean", MEAN), Key("95% interval of the mean", BAR)]
    return draw_rows(drawn, AXIS, key, one_scale=False)


def _row(method: MethodRow, pair: str, entry: TableEntry) -> SeedRow:
    cells = method.samples[pair].done
    return SeedRow(
        label=method.label,
        text=entry.lines[0],
        seeds=tuple(Seed(cell.seed, cell.f1 or 0.0, cell.key) for cell in cells),
        mean=float(entry.value or 0.0),
        std=entry.std,
        low=float(entry.more["low"]),
        high=float(entry.more["high"]),
    )


def _plot_row(row: SeedRow, seeds: list[int]) -> PlotRow:
    step = min(LANE, TALLEST / max(len(seeds) - 1, 1))
    height = step * (len(seeds) - 1)
    lanes = {seed: step * at - height / 2 for at, seed in enumerate(seeds)}

    def marks(axis: Any, middle: float) -> None:
        axis.plot([row.low, row.high], [middle, middle], zorder=2, **BAR)
        axis.plot([row.mean], [middle], zorder=3, **MEAN)
        heights = [middle + lanes[dot.seed] for dot in row.seeds]
        axis.plot([dot.f1 for dot in row.seeds], heights, zorder=4, **DOT)

    values = (row.low, row.high, *(dot.f1 for dot in row.seeds))
    return PlotRow(row.label, row.text, values, marks, height=height + 2 * MARGIN)
