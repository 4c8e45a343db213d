"""HTML elements as text. Everything that is not markup already is escaped, so that no label can become an element."""

from collections.abc import Iterable
from html import escape
from typing import Any

from wcabench.printable import printable

VOID = ("br", "col", "input", "meta")  # elements without content or an end tag
Child = str | None


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """One element.

    Args:
        name: its tag.
        children: text, which is escaped, and markup, which is not; None is left out.
        attributes: `class_` stands for class, `data_pair` for data-pair; an attribute of None or False is left out,
            one of True is written without a value.
    """
    start = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Markup(start if name in VOID else f"{start}{join(children)}</{name}>")


def join(parts: Iterable[Child], between: str = "") -> Markup:
    """The parts one after the other; text among them is escaped."""
    return Markup(_escaped(between).join(_escaped(part) for part in parts if part is not None))


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(printable(value))}"'


def _escaped(text: str) -> str:
    return text if isinstance(text, Markup) else escape(printable(text))
