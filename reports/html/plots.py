"""Plots as inline SVG: a row a method with its label and number as text; x is in percent, so that any width fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from wcabench.reports.html.markup import Markup, element, join
from wcabench.reports.html.scale import Scale
from wcabench.reports.table import MINUS

SPOT = 5  # half the width of a mark in pixels


@dataclass(frozen=True)
class Line:
    """One row of a plot.

    Attributes:
        label: the method.
        marks: SVG elements.
        text: the numbers that are drawn, so that nobody has to read them off the scale.
        tier: what the method may see, for the filters.
        height: of the drawing in pixels.
    """

    label: str
    marks: Markup
    text: str
    tier: str
    height: int = 24


def panel(pair: str, lines: Sequence[Line], scale: Scale, *, zero: bool = False) -> Markup:
    """The rows of one pair above one axis.

    Args:
        pair: its name, the heading.
        lines: its rows.
        scale: of the axis.
        zero: draw the line of no difference.
    """
    grid = [_vertical(scale, tick, "tick") for tick in scale.ticks()]
    grid += [_vertical(scale, 0.0, "zero")] if zero and scale.holds(0.0) else []
    rows = (
        element(
            "li",
            element("span", line.label, class_="name"),
            _drawing(join([*grid, line.marks]), line.height),
            element("span", line.text, class_="value"),
            data_sees=line.tier,
        )
        for line in lines
    )
    return element(
        "div",
        element("h4", pair),
        element("ul", *rows),
        element(
            "div",
            element("span", class_="name"),
            _axis(scale),
            element("span", class_="value"),
            class_="axis",
        ),
        class_="panel",
        data_pair=pair,
    )


def line(x1: float, x2: float, y: float, kind: str) -> Markup:
    """A horizontal line; x in percent."""
    return element("line", x1=f"{x1}%", x2=f"{x2}%", y1=y, y2=y, class_=kind)


def upright(x: float, y1: float, y2: float, kind: str) -> Markup:
    """A vertical line; x in percent."""
    return element("line", x1=f"{x}%", x2=f"{x}%", y1=y1, y2=y2, class_=kind)


def dot(x: float, y: float, radius: float, kind: str, title: str) -> Markup:
    """A dot that says what it is when pointed at; x in percent."""
    return element("circle", element("title", title), cx=f"{x}%", cy=y, r=radius, class_=kind)


def spot(x: float, y: float, shape: str, kind: str) -> Markup:
    """A square or a circle; x in percent."""
    if shape == "circle":
        return element("circle", cx=f"{x}%", cy=y, r=SPOT, class_=kind)
    # A rectangle is placed by its left corner: moving it by half its width centres it on x.
    centred = f"translate(-{SPOT} 0)"
    return element(
        "rect", x=f"{x}%", y=y - SPOT, width=2 * SPOT, height=2 * SPOT, transform=centred, class_=kind
    )


def _vertical(scale: Scale, value: float, kind: str) -> Markup:
    return element("line", x1=f"{scale.at(value)}%", x2=f"{scale.at(value)}%", y1="0", y2="100%", class_=kind)


def _axis(scale: Scale) -> Markup:
    digits = scale.decimals()
    texts = (
        element("text", f"{tick:.{digits}f}".replace("-", MINUS), x=f"{scale.at(tick)}%", y="14")
        for tick in scale.ticks()
    )
    return _drawing(join(texts), 20)


def _drawing(marks: Markup, height: int) -> Markup:
    """An SVG of the full width; screen readers skip it, for its numbers are printed beside it."""
    return element("svg", marks, height=height, aria_hidden="true", focusable="false")
