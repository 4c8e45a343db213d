"""Draws plots of a store for tests, and lists the visible texts of a figure."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wcabench.reports.plots import aer, cost, differences, f1, loss
from wcabench.reports.plots.choose import choose_group
from wcabench.reports.plots.plot import Plot
from wcabench.reports.report import read_cells
from wcabench.reports.selection import CellSelection

KINDS = ("f1", "loss", "differences", "cost", "aer")


def read(root: Path, kind: str, selection: CellSelection | None = None, baseline: str | None = None) -> Plot:
    cells, _ = read_cells(root)
    group = choose_group(cells, selection or CellSelection(), None)
    if kind == "differences":
        return differences.read(group, baseline, 200)
    return {"f1": f1, "loss": loss, "cost": cost, "aer": aer}[kind].read(group)  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True)
class Drawn:
    """A plot of the large store, its figure, and the texts in it."""

    plot: Plot
    figure: Any
    texts: list[tuple[str, Any]]


def texts(figure: Any) -> list[tuple[str, Any]]:
    """Return every visible text of a figure with its matplotlib object."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    FigureCanvasAgg(figure).draw()
    hidden = set()
    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, sorted(axes.get_ylim()))):
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            hidden |= {
                label
                for tick in ticks
                for label in (tick.label1, tick.label2)
                if not low <= tick.get_loc() <= high or not axes.axison
            }
    return [
        (text.get_text(), text)
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in hidden
    ]
