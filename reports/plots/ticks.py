"""Ticks whose numbers do not touch: round, without an exponent, and as many as there is room for."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from wcabench.reports.plots.sheet import RULE, text_width

DECADE = 10
MOST = 5
APART = 0.06  # inches between two numbers
CORNER, OUT = (
    0.05,
    0.1,
)  # inches: from the lower end of a vertical axis, and that a number reaches beyond its axis
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
    from matplotlib.ticker import (
        FixedLocator,
        FuncFormatter,
        LogLocator,
        MaxNLocator,
        NullLocator,
        ScalarFormatter,
    )

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
        places = _inside(axis, which, low, high, width)
        texts = one.get_major_formatter().format_ticks(list(places))
        if which == "y" or _apart(list(places.values()), texts):
            break
    one.set_major_locator(FixedLocator(list(places)))
    axis.grid(axis=which, color=RULE, linewidth=0.4)
    axis.set_axisbelow(True)


def _inside(axis: Any, which: str, low: float, high: float, width: float) -> dict[float, float]:
    """The ticks that have room for their numbers, each with its distance in inches from the axis's beginning."""
    one = getattr(axis, f"{which}axis")
    ticks = [float(tick) for tick in one.get_majorticklocs() if low <= tick <= high]
    texts = one.get_major_formatter().format_ticks(ticks)
    return {
        tick: place
        for tick, text in zip(ticks, texts, strict=True)
        if _has_room(place := _share(axis, which, tick) * width, text, which, width)
    }


def _has_room(place: float, text: str, which: str, width: float) -> bool:
    """Not in the corner where both axes have numbers, nor further out than there is paper."""
    if which == "y":
        return place >= CORNER
    half = text_width(text) / 2
    return half - place <= OUT and place + half - width <= OUT


def _share(axis: Any, which: str, tick: float) -> float:
    """Where a tick stands: 0 at the beginning of its axis, 1 at its end."""
    point = (tick, axis.get_ylim()[0]) if which == "x" else (axis.get_xlim()[0], tick)
    shares = axis.transAxes.inverted().transform(axis.transData.transform(point))
    return float(shares["xy".index(which)])


def _apart(places: Sequence[float], texts: Sequence[str]) -> bool:
    """Whether horizontal numbers stand apart."""
    halves = [text_width(text) / 2 for text in texts]
    ends = [(place - half, place + half) for place, half in zip(places, halves, strict=True)]
    return all(right + APART <= left for (_, right), (left, _) in pairwise(ends))
