"""Ticks at round numbers without exponents, as many as there is room for without the numbers touching."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from wcabench.reports.plots.sheet import RULE, text_width

DECADE = 10
MOST = 5
APART = 0.06  # inches between two numbers
CORNER = 0.05  # inches above the lower end of a vertical axis in which no number is put
OUT = 0.1  # inches that a number may reach beyond the end of its axis
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
        logarithmic: make the axis so where the values span a decade or more and all are above 0.
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
    """Set the limits of an axis, with ticks and a grid at them. On "x" the numbers must not touch each other."""
    from matplotlib.ticker import (
        FixedLocator,
        FuncFormatter,
        LogLocator,
        MaxNLocator,
        NullLocator,
        ScalarFormatter,
    )

    of_axis = getattr(axis, f"{which}axis")
    getattr(axis, f"set_{which}lim")(low, high)
    if logarithmic:
        locators: list[Any] = [LogLocator(subs=steps, numticks=MOST + 2) for steps in LOG_STEPS]
        of_axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        of_axis.set_minor_locator(NullLocator())
    else:
        locators = [
            MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2) for most in range(MOST, 1, -1)
        ]
        numbers = ScalarFormatter(useOffset=False, useMathText=False)
        numbers.set_scientific(False)
        of_axis.set_major_formatter(numbers)
    for locator in locators:
        of_axis.set_major_locator(locator)
        distances = _inside(axis, which, low, high, width)
        texts = of_axis.get_major_formatter().format_ticks(list(distances))
        if which == "y" or _apart(list(distances.values()), texts):
            break
    of_axis.set_major_locator(FixedLocator(list(distances)))
    axis.grid(axis=which, color=RULE, linewidth=0.4)
    axis.set_axisbelow(True)


def _inside(axis: Any, which: str, low: float, high: float, width: float) -> dict[float, float]:
    """The ticks that have room for their numbers, each with its distance in inches from the axis's beginning."""
    of_axis = getattr(axis, f"{which}axis")
    ticks = [float(tick) for tick in of_axis.get_majorticklocs() if low <= tick <= high]
    texts = of_axis.get_major_formatter().format_ticks(ticks)
    return {
        tick: distance
        for tick, text in zip(ticks, texts, strict=True)
        if _has_room(distance := _share(axis, which, tick) * width, text, which, width)
    }


def _has_room(distance: float, text: str, which: str, width: float) -> bool:
    """Whether a number is outside the corner, where both axes have numbers, and within the figure."""
    if which == "y":
        return distance >= CORNER
    half = text_width(text) / 2
    return half - distance <= OUT and distance + half - width <= OUT


def _share(axis: Any, which: str, tick: float) -> float:
    """Where a tick stands: 0 at the beginning of its axis, 1 at its end."""
    point = (tick, axis.get_ylim()[0]) if which == "x" else (axis.get_xlim()[0], tick)
    shares = axis.transAxes.inverted().transform(axis.transData.transform(point))
    return float(shares["xy".index(which)])


def _apart(distances: Sequence[float], texts: Sequence[str]) -> bool:
    """Whether numbers side by side do not touch."""
    halves = [text_width(text) / 2 for text in texts]
    ends = [(middle - half, middle + half) for middle, half in zip(distances, halves, strict=True)]
    return all(right + APART <= left for (_, right), (left, _) in pairwise(ends))
