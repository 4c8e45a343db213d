"""Panels of rows: a method a row, its label at the left, its numbers at the right, and marks on a scale between."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wcabench.reports.html.scale import Scale
from wcabench.reports.plots.sheet import (
    EDGE,
    LINE,
    RULE,
    SOFT,
    WIDTH,
    Key,
    Sheet,
    key_height,
    text_width,
    wrap,
)
from wcabench.reports.plots.ticks import set_ticks

LABELS = 0.34 * WIDTH  # the most that labels take; longer ones are broken
GAP = 0.08
ROW = 0.15  # inches, at the least
TITLE = 0.15
TICKS = 0.14
BETWEEN = 0.04


@dataclass(frozen=True)
class PlotRow:
    """One method.

    Attributes:
        label: its name with its options.
        text: the numbers that are drawn, so that nobody has to read them off the scale.
        bold: whether these are printed bold.
        values: what the scale must hold.
        draw: draws the marks on an axis, centred on a height in inches, which grows downwards.
        height: that the marks take, in inches.
    """

    label: str
    text: str
    values: tuple[float, ...]
    draw: Callable[[Any, float], None]
    bold: bool = False
    height: float = ROW


@dataclass(frozen=True)
class RowPanel:
    """The rows of one pair."""

    title: str
    rows: tuple[PlotRow, ...]


def draw_rows(panels: Sequence[RowPanel], axis_label: str, key: Sequence[Key], *, one_scale: bool) -> Any:
    """The panels below each other.

    Args:
        panels: at least one.
        axis_label: of the horizontal axis.
        key: what the marks mean.
        one_scale: all panels have one scale, with a line at 0; else each has its own.
    """
    rows = [row for panel in panels for row in panel.rows]
    columns = _Columns(rows)
    heights = [TITLE + columns.height(panel.rows) + TICKS + BETWEEN for panel in panels]
    sheet = Sheet(sum(heights) + LINE + BETWEEN + key_height(key) + EDGE)
    shared = _scale(rows) if one_scale else None
    top = 0.0
    for panel, height in zip(panels, heights, strict=True):
        sheet.text(columns.left, top + TITLE / 2, panel.title, weight="bold")
        _panel(sheet, panel, columns, top + TITLE, shared)
        top += height
    sheet.text(columns.left + columns.width / 2, top + LINE / 2, axis_label, ha="center")
    sheet.key(top + LINE + BETWEEN, key)
    return sheet.figure


class _Columns:
    """The horizontal positions of labels, marks and numbers, and the heights of rows."""

    def __init__(self, rows: Sequence[PlotRow]) -> None:
        # Labels are broken into lines first, so that their column is no wider than the longest line.
        self.labels = {row.label: wrap(row.label, LABELS) for row in rows}
        widest = max(text_width(line) for label in self.labels.values() for line in label.split("\n"))
        numbers = max(text_width(row.text, "bold") for row in rows)
        self.left = EDGE + widest + GAP
        self.right = WIDTH - EDGE - numbers
        self.width = self.right - GAP - self.left

    def row_height(self, row: PlotRow) -> float:
        return max(row.height, (self.labels[row.label].count("\n") + 1) * LINE + 0.03)

    def height(self, rows: Iterable[PlotRow]) -> float:
        return sum(map(self.row_height, rows))


def _panel(sheet: Sheet, panel: RowPanel, columns: _Columns, top: float, shared: Scale | None) -> None:
    height = columns.height(panel.rows)
    axis = sheet.axes(columns.left, top, columns.width, height)
    scale = shared or _scale(panel.rows)
    set_ticks(axis, "x", scale.low, scale.high, columns.width)
    axis.set_ylim(height, 0)
    axis.set_yticks([])
    axis.spines[["left", "right", "top"]].set_visible(False)
    if shared:
        axis.axvline(0, color=SOFT, linewidth=0.6, zorder=1)
    y = 0.0
    for row in panel.rows:
        own = columns.row_height(row)
        if y:
            axis.axhline(y, color=RULE, linewidth=0.3, zorder=0)
        row.draw(axis, y + own / 2)
        middle = top + y + own / 2
        sheet.text(columns.left - GAP, middle, columns.labels[row.label], ha="right", multialignment="right")
        sheet.text(columns.right, middle, row.text, weight="bold" if row.bold else "normal")
        y += own


def _scale(rows: Iterable[PlotRow]) -> Scale:
    return Scale.over(value for row in rows for value in row.values if math.isfinite(value))
