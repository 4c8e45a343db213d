"""Loss curves: each term of the training loss against steps, a thin line for each seed and a thick one for the mean."""

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
from wcabench.reports.plots.styles import looks, method_style
from wcabench.reports.plots.ticks import set_scale
from wcabench.reports.table import listed
from wcabench.runs.cells import Cell

POINTS = (
    40  # of a curve: single steps are mostly noise, and many lines of hundreds of points cannot be told apart
)
TOTAL = "total"  # the weighted sum of the terms
NAMES = {"cross_entropy": "tagging loss", "alignment": "alignment loss"}
MARKS = 4  # shapes along a curve
AXIS = "training step"


@dataclass(frozen=True)
class Curve:
    """One method, with the losses averaged over windows of steps.

    Attributes:
        label: the method.
        look: number of its colour and shape; see `styles.method_style`.
        steps: the middle of each window, from 1.
        mean: over the seeds, up to the last window that all of them have.
        seeds: seed -> its losses by window.
        cells: keys of the cells, by ascending seed.
    """

    label: str
    look: int
    steps: tuple[float, ...]
    mean: tuple[float, ...]
    seeds: dict[int, tuple[float, ...]]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class LossPanel:
    """One term of the loss on one pair; `window` is the number of steps of a window."""

    pair: str
    term: str
    window: int
    curves: tuple[Curve, ...]


def read(group: Group) -> Plot:
    """The loss curves of a group.

    Raises:
        UserError: no cell holds its losses.
    """
    traces = {cell.key: losses for cell in group.cells if (losses := _losses(cell))}
    if not traces:
        raise UserError(
            f"none of the {len(group.cells)} selected cells holds the losses of its training: another version or a "
            "method with a training of its own wrote them; run them again into a new folder with --results"
        )
    terms = dict.fromkeys([*NAMES, *(term for losses in traces.values() for term in losses)])
    panels = [
        panel for pair in group.pairs for term in terms if (panel := _panel(group, pair, term, traces)).curves
    ]
    notes = left_out("losses", [cell for cell in group.cells if cell.key not in traces])
    windows = sorted({panel.window for panel in panels})
    description = (
        "Training losses against steps, each term before its weight. A thin line is a seed, the thick one the mean "
        f"over seeds; each point is the mean of {listed([str(window) for window in windows])} steps. "
        "A scale that spans a decade or more is logarithmic."
    )
    return Plot("loss", tuple(panels), caption(group, [description], notes), partial(draw, panels))


def draw(panels: Sequence[LossPanel]) -> Any:
    """The figure: the terms of a pair side by side."""
    several = len({panel.pair for panel in panels}) > 1
    labels = {curve.look: curve.label for panel in panels for curve in panel.curves}
    frame = Frame(
        titles=tuple(_title(panel, several) for panel in panels),
        across=AXIS,
        upward="",
        key=tuple(Key(labels[look], _line(look)) for look in sorted(labels)),
    )
    grid = make_grid(frame)
    for axis, panel in zip(grid.axes, panels, strict=True):
        for at, curve in enumerate(panel.curves):
            _draw_curve(axis, curve, at / max(len(panel.curves), 1))
        steps = [step for curve in panel.curves for step in curve.steps]
        losses = [value for curve in panel.curves for values in curve.seeds.values() for value in values]
        set_scale(axis, "x", steps, grid.width)
        set_scale(axis, "y", losses, grid.height, logarithmic=True)
    return grid.figure


def _title(panel: LossPanel, several: bool) -> str:
    stage, _, term = panel.term.rpartition(": ")
    name = f"{stage}: {NAMES.get(term, f'{term} loss')}" if stage else NAMES.get(term, f"{term} loss")
    return f"{panel.pair}: {name}" if several else name


def _line(look: int) -> dict[str, Any]:
    return {**method_style(look), "linewidth": 1.1, "markersize": 3.2, "markeredgewidth": 0.3}


def _draw_curve(axis: Any, curve: Curve, shift: float) -> None:
    style = _line(curve.look)
    for values in curve.seeds.values():
        axis.plot(_steps(curve, values), values, color=style["color"], linewidth=0.35, alpha=0.45, zorder=2)
    every = max(1, len(curve.mean) // MARKS)
    # The shapes of different methods are drawn at different steps, so that none hides another.
    axis.plot(_steps(curve, curve.mean), curve.mean, markevery=(int(shift * every), every), zorder=3, **style)


def _steps(curve: Curve, values: Sequence[float]) -> Sequence[float]:
    return curve.steps[: len(values)]


def _losses(cell: Cell) -> dict[str, list[float]]:
    """The losses of a cell by term; with several stages, by "stage: term". Empty where it has none."""
    stages = {str(stage.get("name")): _terms(stage.get("loss")) for stage in cell.stages}
    by_stage = {
        name: terms for name, terms in stages.items() if terms
    }  # another method's model has its own cell
    if not by_stage:
        return _terms(cell.record.get("training", {}).get("loss"))
    if len(by_stage) == 1:
        return next(iter(by_stage.values()))
    return {f"{stage}: {term}": values for stage, terms in by_stage.items() for term, values in terms.items()}


def _terms(loss: Any) -> dict[str, list[float]]:
    """The losses by term, without their total."""
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
    rows = [
        (
            look,
            row.label,
            {cell: traces[cell][term] for cell in row.samples[pair].keys if term in traces.get(cell, {})},
        )
        for look, row in zip(looks(group), group.rows, strict=True)
    ]
    seeds = {cell.key: cell.seed for cell in group.cells}
    longest = max((len(values) for _, _, own in rows for values in own.values()), default=1)
    window = -(-longest // POINTS)
    curves = tuple(_curve(look, label, own, seeds, window) for look, label, own in rows if own)
    return LossPanel(pair, term, window, curves)


def _curve(
    look: int, label: str, traces: Mapping[str, list[float]], seeds: Mapping[str, int], window: int
) -> Curve:
    lines = {seeds[cell]: _windows(values, window) for cell, values in traces.items()}
    longest = max(map(len, traces.values()))
    starts = range(0, longest, window)
    return Curve(
        label=label,
        look=look,
        steps=tuple((start + 1 + min(start + window, longest)) / 2 for start in starts),
        mean=tuple(fmean(values) for values in zip(*lines.values(), strict=False)),
        seeds=lines,
        cells=tuple(traces),
    )


def _windows(values: Sequence[float], window: int) -> tuple[float, ...]:
    return tuple(fmean(values[start : start + window]) for start in range(0, len(values), window))
