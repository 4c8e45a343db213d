"""F1 against its cost: the seconds of training, and the machines that these were measured on."""

import math
from collections import Counter
from functools import partial

from wcabench.errors import UserError
from wcabench.reports.collect import Group
from wcabench.reports.plots.plot import Plot, caption, left_out
from wcabench.reports.plots.scatter import SIZES, draw, scatter_panels
from wcabench.runs.cells import Cell

ACROSS = "seconds of training"


def read(group: Group) -> Plot:
    """F1 against seconds of training, of a group.

    Raises:
        UserError: no cell holds its timings.
    """
    timed = [cell for cell in group.cells if seconds(cell) is not None]
    if not timed:
        raise UserError(
            f"none of the {len(group.cells)} selected cells holds the time of its training; "
            "run them again into a new folder with --results"
        )
    counted = Counter(map(_machine, timed))
    alike = len(counted) == 1
    panels = scatter_panels(group, ACROSS, seconds, averaged=alike)
    where = _machines(counted)
    notes = left_out("a time", [cell for cell in group.cells if seconds(cell) is None])
    marks = (
        "A small mark is a cell, a large one a method's mean over seeds." if alike else "A mark is a cell."
    )
    description = (
        "F1 on the target test against the seconds of training of the same cells' models, with what a method prepares "
        "for it (word alignments) and with the models that it builds on, also where cells share a model; predicting is "
        "not counted. "
        f"{marks} A scale that spans a decade or more is logarithmic."
    )
    below = [SIZES, where] if alike else [where]
    return Plot("cost", panels, caption(group, [description, where], notes), partial(draw, panels, below))


def seconds(cell: Cell) -> float | None:
    """Seconds of training, or None where the cell does not say."""
    value = cell.training_seconds
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _machines(counted: Counter[str]) -> str:
    """The machine that the times were measured on; several ones each with its number of cells."""
    if len(counted) == 1:
        return f"All on {next(iter(counted))}."
    each = [f"{where} ({n} cell{'s' if n > 1 else ''})" for where, n in sorted(counted.items())]
    return f"Times of different machines, not to be compared, and without means: {'; '.join(each)}."


def _machine(cell: Cell) -> str:
    environment = cell.environment
    threads = environment.get("threads")
    parts = [environment.get("processor") or "a machine that is not recorded", environment.get("device")]
    parts.append(f"{threads} thread{'s' if threads != 1 else ''}" if threads else None)
    return ", ".join(str(part) for part in parts if part)
