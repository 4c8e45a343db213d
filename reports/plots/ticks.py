"""Ticks whose numbers do not touch: round, without an exponent, and as many as there is room for."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from wcabench.reports.plots.sheet import RULE, text_width

DECADE = 10
MOST = 5
APART = 0.06  # inches between two numbers
LOG_STEPS = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))  # within a decade, from many to few


def set_scale(
    axis: Any, which: str, values: Sequence[float], width: float, *, logarithmic: bool = False
) -> None:
    """Limits and ticks of one axis that holds all values.

    Args:
        axis: a panel.
        which: "x" or "y".
        values: what is drawn, finite, at least one.
        width: of the axis in inches.
        logarithmic: be so where the values span a decade or more and none is 0 or less.
    """
    low, high = min(values), max(values)
    if logarithmic and low > 0 and high / low >= DECADE:
        room = (high / low) ** 0.06
        getattr(axis, f"set_{which}scale")("log")
        set_ticks(axis, which, low / room, high * room, width, logarithmic=True)
    else:
        room = max(0.06 * (high - low), 0.01 * abs(high)) or 0.5
        set_ticks(axis, which, low - room, high + room, width)


def set_ticks(
    axis: Any, which: str, low: float, high: float, width: float, *, logarithmic: bool = False
) -> None:
    """Limits of an axis, with ticks and a grid at them; numbers stand side by side on "x" only."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, ScalarFormatter

    one = getattr(axis, f"{which}axis")
    getattr(axis, f"set_{which}lim")(low, high)
    if logarithmic:
        locators: list[Any] = [LogLocator(subs=steps, numticks=MOST + 2) for steps in LOG_STEPS]
        one.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        one.set_minor_locator(NullLocator())
    else:
        locators = [
            MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2) for most in range(MOST, 1, -1)
        ]
        numbers = ScalarFormatter(useOffset=False, useMathText=False)
        numbers.set_scientific(False)
        one.set_major_formatter(numbers)
    for locator in locators:
        one.set_major_locator(locator)
        ticks = [tick for tick in one.get_majorticklocs() if low <= tick <= high]
        if which == "y" or _fit(one.get_major_formatter().format_ticks(ticks), ticks, width, axis):
            break
    axis.grid(axis=which, color=RULE, linewidth=0.4)
    axis.set_axisbelow(True)


def _fit(texts: Sequence[str], ticks: Sequence[float], width: float, axis: Any) -> bool:
    """Whether the numbers of horizontal ticks stand apart."""
    places = [axis.transAxes.inverted().transform(axis.transData.transform((tick, 0.5)))[0] for tick in ticks]
    ends = [
        (place * width - text_width(text) / 2, place * width + text_width(text) / 2)
        for place, text in zip(places, texts, strict=True)
    ]
    return all(right + APART <= left for (_, right), (left, _) in pairwise(ends))
