"""How a method looks: colour and shape together, so that neither is needed alone."""

from typing import Any

from wcabench.reports.collect import PAPER_ORDER, Group

# Okabe & Ito 2008 (jfly.uni-koeln.de/color): told apart with any colour vision; yellow last, for it is faint on white.
COLOURS = ("#000000", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#f0e442")
SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*")
REAL_ABOVE, REAL_BELOW, NOT_REAL = "#0072b2", "#d55e00", "#565d64"


def method_style(place: int) -> dict[str, Any]:
    """Colour and shape of the method of that place; the first 64 differ."""
    turn = place // len(COLOURS)
    return {
        "color": COLOURS[place % len(COLOURS)],
        "marker": SHAPES[(place + turn) % len(SHAPES)],
        "markeredgecolor": "black",
    }


def places(group: Group) -> tuple[int, ...]:
    """A place for each row: the paper's methods have their own in every figure, all others follow in their order."""
    free = iter(range(len(PAPER_ORDER), len(PAPER_ORDER) + len(group.rows)))
    taken: set[str] = set()
    found = []
    for row in group.rows:
        own = row.method in PAPER_ORDER and row.method not in taken
        taken.add(row.method)
        found.append(PAPER_ORDER.index(row.method) if own else next(free))
    return tuple(found)
