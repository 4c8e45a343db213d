"""HTML elements as text: whatever is not markup already is escaped, so no label can become one."""

from collections.abc import Iterable
from html import escape
from typing import Any

VOID = ("br", "col", "input", "meta")  # elements without content or an end tag
Child = str | None


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """One element.

    Args:
        name: its tag.
        children: text, which is escaped, and markup, which is not; None is passed over.
        attributes: `class_` stands for class, `data_pair` for data-pair; None and False leave an attribute out,
            True writes it without a value.
    """
    start = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Markup(start if name in VOID else f"{start}{join(children)}</{name}>")


def join(parts: Iterable[Child], between: str = "") -> Markup:
    """Parts one after the other, text among them escaped."""
    return Markup(_escaped(between).join(_escaped(part) for part in parts if part is not None))


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _escaped(text: str) -> str:
    return text if isinstance(text, Markup) else escape(text)
