"""F1 against another number of the same cells: a small mark for each cell, a large one for each method's mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from wcabench.reports.collect import Group
from wcabench.reports.plots.grid import Frame, make_grid
from wcabench.reports.plots.sheet import Key
from wcabench.reports.plots.styles import looks, method_style
from wcabench.reports.plots.ticks import set_scale
from wcabench.runs.cells import Cell

SIZES = "Small: a seed. Large: the mean over seeds."
UPWARD = "F1 on the target test (%)"
Value = Callable[[Cell], float | None]


@dataclass(frozen=True)
class Point:
    """One cell."""

    seed: int
    x: float
    f1: float
    cell: str


@dataclass(frozen=True)
class Cloud:
    """One method on one pair: its cells, and their means.

    Attributes:
        label: the method.
        look: number of its colour and shape; see `styles.method_style`.
        x: mean of what is drawn across; None where the values are not comparable.
        f1: mean F1 in percent of the same cells.
        points: the cells, by ascending seed.
    """

    label: str
    look: int
    x: float | None
    f1: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class ScatterPanel:
    """One pair; `across` says what x is."""

    pair: str
    across: str
    clouds: tuple[Cloud, ...]


def scatter_panels(
    group: Group, across: str, value: Value, *, averaged: bool = True
) -> tuple[ScatterPanel, ...]:
    """A panel for each pair on which a cell has the value.

    Args:
        group: the cells.
        across: what the value is, with its unit.
        value: of a cell; None where it has none.
        averaged: draw the mean of each method.
    """
    panels = []
    for pair in group.pairs:
        clouds = tuple(
            _cloud(row.label, look, points, averaged)
            for look, row in zip(looks(group), group.rows, strict=True)
            if (points := _points(row.samples[pair].done, value))
        )
        panels += [ScatterPanel(pair, across, clouds)] if clouds else []
    return tuple(panels)


def draw(panels: Sequence[ScatterPanel], notes: Sequence[str]) -> Any:
    """The figure.

    Args:
        panels: at least one.
        notes: sentences below.
    """
    labels = {cloud.look: cloud.label for panel in panels for cloud in panel.clouds}
    frame = Frame(
        titles=tuple(panel.pair for panel in panels),
        across=panels[0].across,
        upward=UPWARD,
        key=tuple(Key(labels[look], _mean(look)) for look in sorted(labels)),
        notes=tuple(notes),
    )
    grid = make_grid(frame)
    for axis, panel in zip(grid.axes, panels, strict=True):
        for cloud in panel.clouds:
            _draw_cloud(axis, cloud)
        points = [point for cloud in panel.clouds for point in cloud.points]
        set_scale(axis, "x", [point.x for point in points], grid.width, logarithmic=True)
        set_scale(axis, "y", [point.f1 for point in points], grid.height)
    return grid.figure


def _points(cells: Sequence[Cell], value: Value) -> tuple[Point, ...]:
    known = [(cell, number) for cell in cells if (number := value(cell)) is not None]
    return tuple(Point(cell.seed, number, cell.f1 or 0.0, cell.key) for cell, number in known)


def _cloud(label: str, look: int, points: tuple[Point, ...], averaged: bool) -> Cloud:
    x = fmean(p.x for p in points) if averaged else None
    return Cloud(label, look, x, fmean(p.f1 for p in points), points)


def _mean(look: int) -> dict[str, Any]:
    """The style of a method's mean."""
    return {**method_style(look), "markersize": 5.5, "markeredgewidth": 0.5, "linestyle": "none"}


def _draw_cloud(axis: Any, cloud: Cloud) -> None:
    mean = _mean(cloud.look)
    small = {**mean, "markersize": 2.6, "markeredgewidth": 0.2, "alpha": 0.7}
    axis.plot([p.x for p in cloud.points], [p.f1 for p in cloud.points], zorder=2, **small)
    if cloud.x is not None:
        axis.plot([cloud.x], [cloud.f1], zorder=3, **mean)
