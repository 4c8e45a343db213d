"""The sheet that every plot is drawn on: a column wide, with text of six points; positions are in inches."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from wcabench.printable import printable
from wcabench.reports.figure_files import new_figure, require_matplotlib

WIDTH = 8.5 / 2.54  # inches: a column of two
POINTS = 6
LINE = 1.3 * POINTS / 72  # height of a line of text
SMALL_LETTER = 0.65 * POINTS / 72  # between the heights of an "x" and of an "l"
EDGE = 0.02
LINE_HANDLE, MARK_HANDLE = 0.2, 0.1  # widths of the line or mark before a word of the key
SPACE = 0.06
INK, SOFT, RULE = "#1c2024", "#565d64", "#dcdcd4"


@dataclass(frozen=True)
class Key:
    """One word of a key.

    Attributes:
        label: the word.
        style: of matplotlib's Line2D; its marker is drawn once, in the middle.
    """

    label: str
    style: dict[str, Any] = field(default_factory=dict)

    @property
    def handle(self) -> float:
        """Width of the line or mark before the word."""
        return MARK_HANDLE if self.style.get("linestyle") == "none" else LINE_HANDLE


class Sheet:
    """A figure with positions in inches from its top left corner."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = new_figure(WIDTH, height)

    def axes(self, left: float, top: float, width: float, height: float) -> Any:
        """An empty panel with thin lines and small ticks."""
        bottom = self.height - top - height
        axis = self.figure.add_axes((left / WIDTH, bottom / self.height, width / WIDTH, height / self.height))
        axis.tick_params(labelsize=POINTS, length=2, width=0.4, pad=1.5, colors=INK)
        for spine in axis.spines.values():
            spine.set_linewidth(0.4)
        return axis

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """A text that begins at `x`, with its small letters centred on `y`, unless `style` says otherwise."""
        defaults = {
            "ha": "left",
            "va": "center",
            "fontsize": POINTS,
            "color": INK,
            "linespacing": 1.1,
            "parse_math": False,
        }
        if "va" not in style and "\n" not in text:
            # Centred as a whole, a word with a "g" in it would be higher than its neighbour without one.
            defaults["va"] = "baseline"
            y += 0.5 * SMALL_LETTER
        shown = "\n".join(map(printable, text.split("\n")))
        self.figure.text(x / WIDTH, 1 - y / self.height, shown, **{**defaults, **style})

    def key(self, top: float, words: Sequence[Key]) -> None:
        """What the marks mean, in as many lines as are needed; see `key_height`."""
        height = key_height(words)
        if not height:
            return
        axis = self.axes(0, top, WIDTH, height)
        axis.set_axis_off()
        axis.set(xlim=(0, WIDTH), ylim=(height, 0))
        for at, line in enumerate(_flow(words)):
            y = (at + 0.5) * LINE
            for x, text, word in line:
                if word is not None:
                    axis.plot([x, x + word.handle / 2, x + word.handle], [y] * 3, markevery=[1], **word.style)
                self.text(x + (word.handle + SPACE / 2 if word else 0), top + y, text)


def key_height(words: Sequence[Key]) -> float:
    """Inches that a key takes."""
    return len(_flow(words)) * LINE


def _flow(words: Sequence[Key]) -> list[list[tuple[float, str, Key | None]]]:
    """The key as lines of (left end, text, word); of a word longer than a line, the further lines have no word."""
    lines: list[list[tuple[float, str, Key | None]]] = []
    x = WIDTH
    for word in words:
        text, *rest = wrap(word.label, WIDTH - 2 * EDGE - word.handle - 2 * SPACE).split("\n")
        width = word.handle + text_width(text) + 2 * SPACE
        if x + width > WIDTH:
            lines.append([])
            x = EDGE
        lines[-1].append((x, text, word))
        x += width
        lines += [[(EDGE + word.handle + SPACE / 2, more, None)] for more in rest]
        x = WIDTH if rest else x
    return lines


@cache
def text_width(text: str, weight: str = "normal", points: float = POINTS) -> float:
    """Inches that a line of text takes.

    Raises:
        UserError: matplotlib is missing.
    """
    require_matplotlib()
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    if not text:
        return 0.0
    width, _, _ = TextToPath().get_text_width_height_descent(
        text, FontProperties(size=points, weight=weight), ismath=False
    )
    return float(width) / 72


def wrap(text: str, width: float) -> str:
    """The text in lines that are no wider than `width` inches, printable.

    A line ends at a space; within a word only where that is wider than a line, then behind one of -=_/ if it can.
    """
    lines = [""]
    for word in printable(text).split(" "):
        if text_width(f"{lines[-1]} {word}".lstrip()) <= width:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
            continue
        lines += [""] if lines[-1] else []
        for part in _parts(word, width):
            if lines[-1] and text_width(lines[-1] + part) > width:
                lines.append("")
            lines[-1] += part
    return "\n".join(lines)


def _parts(word: str, width: float) -> list[str]:
    """What a word may be broken into: itself, where it fits a line."""
    if text_width(word) <= width:
        return [word]
    parts = re.findall(r"[^-=_/]*[-=_/]+|[^-=_/]+", word)
    return [piece for part in parts for piece in ([part] if text_width(part) <= width else part)]
