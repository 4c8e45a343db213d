"""Loss curves: each term of the training loss against steps, a thin line a seed and a thick one for their mean."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Any

from wcabench.errors import UserError
from wcabench.reports.collect import Group
from wcabench.reports.plots.grid import Frame, make_grid
from wcabench.reports.plots.plot import Plot, caption, left_out
from wcabench.reports.plots.sheet import Key
from wcabench.reports.plots.styles import method_style, places
from wcabench.reports.plots.ticks import set_scale
from wcabench.reports.table import listed
from wcabench.runs.cells import Cell

POINTS = 40  # of a curve: one step alone is mostly noise, and so many lines of hundreds of steps are a blot
TOTAL = "total"  # the weighted sum of the terms
NAMES = {"cross_entropy": "tagging loss", "alignment": "alignment loss"}
MARKS = 4  # shapes along a curve
AXIS = "training step"


@dataclass(frozen=True)
class Curve:
    """One method: each point of a line is the mean of a window of steps.

    Attributes:
        label: the method.
        place: which look it has.
        steps: the middle of each window, from 1.
        mean: over the seeds, as far as all of them go.
        seeds: seed -> its points.
        cells: keys of the cells, by ascending seed.
    """

    label: str
    place: int
    steps: tuple[float, ...]
    mean: tuple[float, ...]
    seeds: dict[int, tuple[float, ...]]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class LossPanel:
    """One term of the loss on one pair; a window is this many steps."""

    pair: str
    term: str
    window: int
    curves: tuple[Curve, ...]


def read(group: Group) -> Plot:
    """The loss curves of a group.

    Raises:
        UserError: no cell holds its losses.
    """
    traces = {cell.key: found for cell in group.cells if (found := _trace(cell))}
    if not traces:
        raise UserError(
            f"none of the {len(group.cells)} selected cells holds the losses of its training: another version or a "
            "method with a training of its own wrote them; run them again into a new folder with --results"
        )
    terms = dict.fromkeys(term for term in (*NAMES, *(name for one in traces.values() for name in one)))
    panels = [
        panel for pair in group.pairs for term in terms if (panel := _panel(group, pair, term, traces)).curves
    ]
    notes = left_out("losses", [cell for cell in group.cells if cell.key not in traces])
    windows = sorted({panel.window for panel in panels})
    said = (
        "Training losses against steps, each term before its weight. A thin line is a seed, the thick one the mean "
        f"over seeds; each point is the mean of {listed([str(window) for window in windows])} steps. "
        "A scale that spans a decade or more is logarithmic."
    )
    return Plot("loss", tuple(panels), caption(group, [said], notes), partial(draw, panels))


def draw(panels: Sequence[LossPanel]) -> Any:
    """The figure: the terms of a pair side by side."""
    several = len({panel.pair for panel in panels}) > 1
    labels = {curve.place: curve.label for panel in panels for curve in panel.curves}
    frame = Frame(
        titles=tuple(_title(panel, several) for panel in panels),
        across=AXIS,
        upward="",
        key=tuple(Key(labels[place], _line(place)) for place in sorted(labels)),
    )
    grid = make_grid(frame)
    for axis, panel in zip(grid.axes, panels, strict=True):
        for at, curve in enumerate(panel.curves):
            _draw_curve(axis, curve, at / max(len(panel.curves), 1))
        steps = [step for curve in panel.curves for step in curve.steps]
        losses = [value for curve in panel.curves for one in curve.seeds.values() for value in one]
        set_scale(axis, "x", steps, grid.width)
        set_scale(axis, "y", losses, grid.height, logarithmic=True)
    return grid.figure


def _title(panel: LossPanel, several: bool) -> str:
    name = NAMES.get(panel.term, f"{panel.term} loss")
    return f"{panel.pair}: {name}" if several else name


def _line(place: int) -> dict[str, Any]:
    return {**method_style(place), "linewidth": 1.1, "markersize": 3.2, "markeredgewidth": 0.3}


def _draw_curve(axis: Any, curve: Curve, shift: float) -> None:
    style = _line(curve.place)
    for values in curve.seeds.values():
        axis.plot(_steps(curve, values), values, color=style["color"], linewidth=0.35, alpha=0.45, zorder=2)
    every = max(1, len(curve.mean) // MARKS)
    # Shapes of different methods stand at different steps, or they would hide each other.
    axis.plot(_steps(curve, curve.mean), curve.mean, markevery=(int(shift * every), every), zorder=3, **style)


def _steps(curve: Curve, values: Sequence[float]) -> Sequence[float]:
    return curve.steps[: len(values)]


def _trace(cell: Cell) -> dict[str, list[float]]:
    """The losses of a cell by term, without their total; nothing where it has none."""
    loss = cell.record.get("training", {}).get("loss")
    if not isinstance(loss, Mapping):
        return {}
    return {
        str(name): [float(value) for value in values]
        for name, values in loss.items()
        if name != TOTAL and isinstance(values, list) and values and all(map(_is_number, values))
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _panel(group: Group, pair: str, term: str, traces: Mapping[str, Mapping[str, list[float]]]) -> LossPanel:
    found = [
        (
            place,
            row.label,
            {cell: traces[cell][term] for cell in row.samples[pair].keys if term in traces.get(cell, {})},
        )
        for place, row in zip(places(group), group.rows, strict=True)
    ]
    seeds = {cell.key: cell.seed for cell in group.cells}
    longest = max((len(values) for _, _, own in found for values in own.values()), default=1)
    window = -(-longest // POINTS)
    curves = tuple(_curve(place, label, own, seeds, window) for place, label, own in found if own)
    return LossPanel(pair, term, window, curves)


def _curve(
    place: int, label: str, traces: Mapping[str, list[float]], seeds: Mapping[str, int], window: int
) -> Curve:
    lines = {seeds[cell]: _windows(values, window) for cell, values in traces.items()}
    longest = max(map(len, traces.values()))
    starts = range(0, longest, window)
    return Curve(
        label=label,
        place=place,
        steps=tuple((start + 1 + min(start + window, longest)) / 2 for start in starts),
        mean=tuple(fmean(values) for values in zip(*lines.values(), strict=False)),
        seeds=lines,
        cells=tuple(traces),
    )


def _windows(values: Sequence[float], window: int) -> tuple[float, ...]:
    return tuple(fmean(values[start : start + window]) for start in range(0, len(values), window))
