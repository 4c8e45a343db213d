"""How a method looks: colour and shape together, so that neither is needed alone."""

from typing import Any

# Okabe & Ito 2008 (jfly.uni-koeln.de/color): told apart with any colour vision; yellow last, for it is faint on white.
COLOURS = ("#000000", "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#f0e442")
SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*")
REAL_ABOVE, REAL_BELOW, NOT_REAL = "#0072b2", "#d55e00", "#565d64"


def method_style(place: int) -> dict[str, Any]:
    """Colour and shape of the method in that row of the tables; the first 64 differ."""
    turn = place // len(COLOURS)
    return {
        "color": COLOURS[place % len(COLOURS)],
        "marker": SHAPES[(place + turn) % len(SHAPES)],
        "markeredgecolor": "black",
    }
