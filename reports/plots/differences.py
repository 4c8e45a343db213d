"""The differences to a baseline with their intervals: a forest plot of the comparison that the report prints."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

from wcabench.errors import UserError
from wcabench.reports.collect import Group, MethodRow
from wcabench.reports.comparison import comparison_table, find_baseline
from wcabench.reports.comparison_caption import REAL_IS_BOLD
from wcabench.reports.plots.plot import Plot, caption
from wcabench.reports.plots.rows import PlotRow, RowPanel, draw_rows
from wcabench.reports.plots.sheet import INK, Key
from wcabench.reports.plots.styles import NOT_REAL, REAL_ABOVE, REAL_BELOW
from wcabench.reports.table import ReportTable, TableEntry

COLOURS = {"above": REAL_ABOVE, "below": REAL_BELOW}  # of the verdicts that call a difference real
REAL = {"marker": "s", "markersize": 4.2, "linestyle": "none"}
OPEN = {
    "marker": "o", "markersize": 4, "color": INK, "markerfacecolor": "white", "markeredgewidth": 0.7,
    "linestyle": "none",
}  # fmt: skip


@dataclass(frozen=True)
class DifferenceRow:
    """One method against the baseline, with the numbers and the verdict of the report."""

    label: str
    text: str
    difference: float
    low: float
    high: float
    p_holm: float
    verdict: str
    seeds: int
    cells: tuple[str, ...]

    @property
    def real(self) -> bool:
        """Whether the report calls the difference real."""
        return self.verdict in COLOURS


@dataclass(frozen=True)
class DifferencePanel:
    """One pair."""

    pair: str
    baseline: str
    rows: tuple[DifferenceRow, ...]


def read(group: Group, name: str | None, resamples: int) -> Plot:
    """The differences of a group to the method of that name (None: `none`).

    Raises:
        UserError: the group has no such method, or nothing that could be compared with it.
    """
    baseline = _baseline(group, name)
    table = comparison_table(group, baseline, resamples=resamples)
    if table is None:
        raise UserError(
            f"nothing to compare with {baseline.label}: no other selected method has a pair and seed in common with it"
        )
    panels = [panel for pair in table.columns if (panel := _panel(table, pair, baseline)).rows]
    notes = [
        f"{row.label}, {pair}: {note}"
        for row in table.rows
        for pair, entry in zip(table.columns, row.entries, strict=True)
        for note in entry.footnotes
    ]
    sentences = [sentence.replace(REAL_IS_BOLD, "these are filled squares") for sentence in table.caption]
    own = [*sentences, "An open circle is a difference that is not called real.", *table.findings]
    return Plot("differences", tuple(panels), caption(group, own, notes), partial(draw, panels))


def draw(panels: list[DifferencePanel]) -> Any:
    """The figure: squares for what is real, open circles for what is not, and one scale for all."""
    drawn = [RowPanel(panel.pair, tuple(map(_plot_row, panel.rows))) for panel in panels]
    rows = [row for panel in panels for row in panel.rows]
    verdicts = {row.verdict for row in rows}
    key = [
        Key(f"real, {verdict}", {**REAL, "color": colour})
        for verdict, colour in COLOURS.items()
        if verdict in verdicts
    ]
    key += [Key("not called real", OPEN)] if not all(row.real for row in rows) else []
    key.append(Key("95% interval", _bar(NOT_REAL)))
    return draw_rows(drawn, f"F1 minus that of {panels[0].baseline} (points)", key, one_scale=True)


def _baseline(group: Group, name: str | None) -> MethodRow:
    row = find_baseline(group, name)
    if row is None:
        labels = ", ".join(row.label for row in group.rows)
        wanted = f"--baseline {name}: not among the selected methods" if name else (
            "no method 'none' to compare with: choose with --baseline"
        )  # fmt: skip
        raise UserError(f"{wanted}: {labels}")
    return row


def _panel(table: ReportTable, pair: str, baseline: MethodRow) -> DifferencePanel:
    column = table.columns.index(pair)
    rows = [(row.label, row.entries[column]) for row in table.rows]
    return DifferencePanel(
        pair, baseline.label, tuple(_row(label, entry) for label, entry in rows if entry.value is not None)
    )


def _row(label: str, entry: TableEntry) -> DifferenceRow:
    more = entry.more
    return DifferenceRow(
        label=label,
        text=" ".join(entry.lines),
        difference=float(entry.value or 0.0),
        low=float(more["low"]),
        high=float(more["high"]),
        p_holm=float(more["p_holm"]),
        verdict=str(more["verdict"]),
        seeds=entry.n,
        cells=entry.cells,
    )


def _bar(colour: str) -> dict[str, Any]:
    return {"color": colour, "linewidth": 1.2, "solid_capstyle": "butt"}


def _plot_row(row: DifferenceRow) -> PlotRow:
    colour = COLOURS.get(row.verdict, NOT_REAL)

    def marks(axis: Any, middle: float) -> None:
        if math.isfinite(row.low) and math.isfinite(row.high):
            axis.plot([row.low, row.high], [middle, middle], zorder=2, **_bar(colour))
        style = {**REAL, "color": colour} if row.real else OPEN
        axis.plot([row.difference], [middle], zorder=3, **style)

    return PlotRow(row.label, row.text, (0.0, row.difference, row.low, row.high), marks, bold=row.real)
