"""F1 against another number of the same cells: a small mark a cell, a large one for each method's mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from wcabench.reports.collect import Group
from wcabench.reports.plots.grid import Frame, make_grid
from wcabench.reports.plots.sheet import Key
from wcabench.reports.plots.styles import method_style
from wcabench.reports.plots.ticks import set_scale
from wcabench.runs.cells import Cell

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
        place: of its row in the tables.
        x: mean of what is drawn across.
        f1: mean F1 in percent of the same cells.
        points: the cells, by ascending seed.
    """

    label: str
    place: int
    x: float
    f1: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class ScatterPanel:
    """One pair; `across` says what x is."""

    pair: str
    across: str
    clouds: tuple[Cloud, ...]


def scatter_panels(group: Group, across: str, value: Value) -> tuple[ScatterPanel, ...]:
    """A panel for each pair on which a cell has the value."""
    panels = []
    for pair in group.pairs:
        clouds = tuple(
            _cloud(row.label, place, points)
            for place, row in enumerate(group.rows)
            if (points := _points(row.samples[pair].done, value))
        )
        panels += [ScatterPanel(pair, across, clouds)] if clouds else []
    return tuple(panels)


def without(group: Group, value: Value) -> list[Cell]:
    """The cells that have no such value."""
    return [cell for cell in group.cells if value(cell) is None]


def draw(panels: Sequence[ScatterPanel], notes: Sequence[str]) -> Any:
    """The figure.

    Args:
        panels: at least one.
        notes: sentences below.
    """
    labels = {cloud.place: cloud.label for panel in panels for cloud in panel.clouds}
    frame = Frame(
        titles=tuple(panel.pair for panel in panels),
        across=panels[0].across,
        upward=UPWARD,
        key=tuple(Key(labels[place], _mean(place)) for place in sorted(labels)),
        notes=("Small: a seed. Large: the mean over seeds.", *notes),
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
    return tuple(Point(cell.seed, number, float(cell.record["f1"]), cell.key) for cell, number in known)


def _cloud(label: str, place: int, points: tuple[Point, ...]) -> Cloud:
    return Cloud(label, place, fmean(p.x for p in points), fmean(p.f1 for p in points), points)


def _mean(place: int) -> dict[str, Any]:
    return {**method_style(place), "markersize": 5.5, "markeredgewidth": 0.5, "linestyle": "none"}


def _draw_cloud(axis: Any, cloud: Cloud) -> None:
    mean = _mean(cloud.place)
    small = {**mean, "markersize": 2.6, "markeredgewidth": 0.2, "alpha": 0.7}
    axis.plot([p.x for p in cloud.points], [p.f1 for p in cloud.points], zorder=2, **small)
    axis.plot([cloud.x], [cloud.f1], zorder=3, **mean)
