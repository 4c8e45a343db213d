"""Panels two in a row, each with its own scales, with one label for all axes of a direction and one key."""

from dataclasses import dataclass
from typing import Any

from wcabench.reports.plots.sheet import EDGE, LINE, WIDTH, Key, Sheet, key_height, wrap

COLUMNS = 2
HEIGHT, ALONE = 1.15, 1.8  # inches: of one panel among others, and of the only one
TICKS_LEFT, TICKS_BELOW = 0.31, 0.16
AXIS_LABEL = 0.13
RIGHT = 0.1  # for the half of the last tick's number that is right of its panel
GAP = 0.04


@dataclass(frozen=True)
class Frame:
    """The text around the panels.

    Attributes:
        titles: one a panel, at least one.
        across: label of the horizontal axes.
        upward: label of the vertical axes; empty where the titles say what they show.
        key: what colours and shapes mean.
        notes: sentences below.
    """

    titles: tuple[str, ...]
    across: str
    upward: str
    key: tuple[Key, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A figure with its empty panels, in the order of their titles; all have one size, in inches."""

    figure: Any
    axes: tuple[Any, ...]
    width: float
    height: float


def make_grid(frame: Frame) -> Grid:
    """The figure, its panels empty."""
    columns = min(COLUMNS, len(frame.titles))
    left = EDGE + (AXIS_LABEL if frame.upward else 0)
    cell = (WIDTH - left - EDGE) / columns
    width = cell - TICKS_LEFT - RIGHT
    titles = [wrap(title, cell - TICKS_LEFT) for title in frame.titles]
    head = max(title.count("\n") + 1 for title in titles) * LINE + GAP
    height = HEIGHT if columns > 1 else ALONE
    row = head + height + TICKS_BELOW
    body = -(-len(titles) // columns) * row
    notes = [wrap(note, WIDTH - 2 * EDGE) for note in frame.notes]
    note_lines = sum(note.count("\n") + 1 for note in notes)
    sheet = Sheet(body + LINE + GAP + key_height(frame.key) + note_lines * LINE + EDGE + GAP)
    axes = []
    for at, title in enumerate(titles):
        down, across = divmod(at, columns)
        x, top = left + across * cell + TICKS_LEFT, down * row
        sheet.text(x, top + head - GAP, title, weight="bold", va="baseline")
        axes.append(sheet.axes(x, top + head, width, height))
    if frame.upward:
        sheet.text(EDGE + LINE / 2, body / 2, frame.upward, rotation=90, ha="center", va="center")
    sheet.text(left + (WIDTH - left) / 2, body + LINE / 2, frame.across, ha="center")
    below = body + LINE + GAP
    sheet.key(below, frame.key)
    below += key_height(frame.key) + GAP
    for note in notes:
        sheet.text(EDGE, below, note, va="top")
        below += (note.count("\n") + 1) * LINE
    return Grid(sheet.figure, tuple(axes), width, height)
