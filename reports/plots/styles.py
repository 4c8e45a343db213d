"""The look of each method: a colour and a shape, either of which tells it from the others."""

from typing import Any

from wcabench.reports.collect import PAPER_ORDER, Group

# Okabe & Ito 2008 (jfly.uni-koeln.de/color): told apart with any colour vision; yellow last, for it is faint on white.
COLOURS = ("#000000", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#f0e442")
SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*")
REAL_ABOVE, REAL_BELOW, NOT_REAL = "#0072b2", "#d55e00", "#565d64"


def method_style(look: int) -> dict[str, Any]:
    """Colour and shape of the look with this number, for matplotlib; the first 64 differ."""
    turn = look // len(COLOURS)
    return {
        "color": COLOURS[look % len(COLOURS)],
        "marker": SHAPES[(look + turn) % len(SHAPES)],
        "markeredgecolor": "black",
    }


def looks(group: Group) -> tuple[int, ...]:
    """The number of each row's look: the paper's methods have the same in every figure, the others follow in order."""
    free = iter(range(len(PAPER_ORDER), len(PAPER_ORDER) + len(group.rows)))
    seen: set[str] = set()
    numbers = []
    for row in group.rows:
        has_own = row.method in PAPER_ORDER and row.method not in seen
        seen.add(row.method)
        numbers.append(PAPER_ORDER.index(row.method) if has_own else next(free))
    return tuple(numbers)
