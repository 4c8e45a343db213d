"""F1 against the alignment error rate of the couplings: do better word links make a better tagger?"""

import math
from functools import partial

from wcabench.errors import UserError
from wcabench.reports.collect import Group
from wcabench.reports.plots.plot import Plot, caption, left_out
from wcabench.reports.plots.scatter import SIZES, draw, scatter_panels
from wcabench.runs.cells import Cell

DIAGNOSTIC = "alignment_error_rate"  # a fraction; absent where the pair has no gold links
ACROSS = "alignment error rate (%)"


def read(group: Group) -> Plot:
    """F1 against AER, of a group.

    Raises:
        UserError: no cell holds an alignment error rate.
    """
    panels = scatter_panels(group, ACROSS, error_rate)
    if not panels:
        raise UserError(
            f"none of the {len(group.cells)} selected cells holds an alignment error rate: it is kept by this version, "
            "for methods with a coupling on pairs with gold links (suite mini); run them again into a new folder, "
            "e.g. `wcabench run --suite mini --method all --pair en-nl --seeds 5 --results NEW`"
        )
    without = [cell for cell in group.cells if error_rate(cell) is None]
    notes = left_out("an alignment error rate (no coupling, or no gold links)", without)
    description = (
        "F1 on the target test against the alignment error rate (Och & Ney 2003) of the word links that the coupling "
        "of the same cell makes on the pair's gold links: less is better. A small mark is a cell, a large one a "
        "method's mean over seeds."
    )
    return Plot("aer", panels, caption(group, [description], notes), partial(draw, panels, [SIZES]))


def error_rate(cell: Cell) -> float | None:
    """In percent, or None where the cell has none."""
    value = cell.diagnostics.get(DIAGNOSTIC)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return 100 * float(value)
