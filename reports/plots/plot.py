"""A plot: the numbers of one group of cells, a caption, and the figure made from them."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wcabench.reports import captions
from wcabench.reports.collect import Group
from wcabench.reports.labels import method_label
from wcabench.reports.provenance import provenance
from wcabench.reports.table import listed
from wcabench.runs.cells import Cell


@dataclass(frozen=True)
class Plot:
    """A plot before it is drawn.

    Attributes:
        kind: "f1", "loss", "differences", "cost" or "aer".
        panels: dataclasses with every number that is drawn, one a panel.
        caption: sentences that together say all that is needed to read the figure.
        draw: makes a figure of matplotlib's; raises a `UserError` where that is missing.
    """

    kind: str
    panels: tuple[Any, ...]
    caption: tuple[str, ...]
    draw: Callable[[], Any]

    def facts(self) -> dict[str, Any]:
        """The plot as JSON has it."""
        return {
            "kind": self.kind,
            "panels": [dataclasses.asdict(panel) for panel in self.panels],
            "caption": list(self.caption),
        }


def caption(group: Group, own: Sequence[str], notes: Sequence[str] = ()) -> tuple[str, ...]:
    """The sentences under a figure: its own, then what was run, then what must be known about single numbers."""
    return (
        *own,
        *captions.what_was_run(group),
        *captions.cell_notes(group),
        *notes,
        *provenance(group),
    )


def left_out(what: str, cells: Sequence[Cell]) -> list[str]:
    """The sentence that names the cells that lack what is drawn; none where there are no such cells."""
    seeds: dict[str, list[str]] = {}
    for cell in cells:
        seeds.setdefault(f"{method_label(cell)} on {cell.pair}", []).append(str(cell.seed))
    each = [f"{name} (seed{'s' if len(own) > 1 else ''} {listed(own)})" for name, own in seeds.items()]
    return [f"Without {what}, and left out: {'; '.join(each)}."] if each else []
