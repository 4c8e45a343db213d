"""Checks of JSON values against a schema that is written as tables of Python objects.

A schema is built from the classes below. Each of them has a method `problem`, which says in words what is wrong with a
value, or gives an empty text where nothing is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from wcabench.output_files import LONGEST_NAME

MOST_LEVELS = 50  # of lists and tables inside each other
LARGEST_INTEGER = 2**63 - 1
LONGEST_TEXT = 1 << 20  # characters
LARGEST_COUNT = 2**53


class Kind(Protocol):
    """A set of JSON values."""

    def problem(self, value: Any, name: str) -> str:
        """What keeps a value from being of this kind; empty for nothing.

        Args:
            value: as `json.loads` gives it.
            name: how the message calls the value.
        """


@dataclass(frozen=True)
class String:
    """A text.

    Attributes:
        choices: the texts that are allowed; none: every text.
    """

    choices: tuple[str, ...] = ()

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        if not isinstance(value, str):
            return f"'{name}' is {_type_of(value)}; wanted a text"
        if self.choices and value not in self.choices:
            return f"'{name}' is {value[:40]!r}; wanted {' or '.join(self.choices)}"
        return ""


@dataclass(frozen=True)
class Name:
    """A text of one line that a folder can be named after."""

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        if not isinstance(value, str):
            return f"'{name}' is {_type_of(value)}; wanted a text"
        if not value.strip() or not value.isprintable() or len(value.encode()) > LONGEST_NAME:
            return f"'{name}' is no name: empty, longer than {LONGEST_NAME} bytes, or not printable"
        return ""


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        return "" if isinstance(value, bool) else f"'{name}' is {_type_of(value)}; wanted true or false"


@dataclass(frozen=True)
class Number:
    """A finite number.

    Attributes:
        least: the smallest that is allowed.
        most: the largest that is allowed.
    """

    least: float = -math.inf
    most: float = math.inf

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return f"'{name}' is {_type_of(value)}; wanted a number"
        if not self.least <= value <= self.most:
            return f"'{name}' is {_short(value)}; wanted {self.least:g} to {self.most:g}"
        return ""


@dataclass(frozen=True)
class Count:
    """An integer from 0.

    Attributes:
        most: the largest that is allowed.
    """

    most: int = LARGEST_COUNT

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        if not isinstance(value, int) or isinstance(value, bool):
            return f"'{name}' is {_type_of(value)}; wanted a whole number"
        if not 0 <= value <= self.most:
            return f"'{name}' is {_short(value)}; wanted 0 to {self.most}"
        return ""


@dataclass(frozen=True)
class Nullable:
    """A value of another kind, or null.

    Attributes:
        kind: the other kind.
    """

    kind: Kind

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        return "" if value is None else self.kind.problem(value, name)


@dataclass(frozen=True)
class ListOf:
    """A list.

    Attributes:
        kind: of every item.
    """

    kind: Kind

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        if not isinstance(value, list):
            return f"'{name}' is {_type_of(value)}; wanted a list"
        for number, item in enumerate(value):
            if self.kind.problem(item, name):  # names are made for wrong items alone: losses are long lists
                return self.kind.problem(item, f"{name}[{number}]")
        return ""


@dataclass(frozen=True)
class MapOf:
    """A table whose keys are free.

    Attributes:
        kind: of every value.
    """

    kind: Kind

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`."""
        if not isinstance(value, dict):
            return f"'{name}' is {_type_of(value)}; wanted a table"
        for key, item in value.items():
            if problem := self.kind.problem(item, f"{name}.{key[:40]}"):
                return problem
        return ""


@dataclass(frozen=True)
class Fields:
    """A table with known keys; further keys are allowed, and their values are not looked at.

    Attributes:
        required: key -> kind of its value.
        optional: the same for keys that may be absent.
    """

    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)

    def problem(self, value: Any, name: str) -> str:
        """See `Kind`; the name of the outermost table is empty."""
        if not isinstance(value, dict):
            which = f"'{name}'" if name else "it"
            return f"{which} is {_type_of(value)}; wanted a table"
        prefix = f"{name}." if name else ""
        for key, kind in self.required.items():
            if key not in value:
                return f"'{prefix}{key}' is missing"
            if problem := kind.problem(value[key], prefix + key):
                return problem
        for key, kind in self.optional.items():
            if key in value and (problem := kind.problem(value[key], prefix + key)):
                return problem
        return ""


def unsafe_value(value: Any) -> str:
    """What no part of any stored JSON may be; empty for nothing.

    Numbers must be finite and integers fit into 64 bits. Texts must be writable as UTF-8, which lone surrogates are
    not. Lists and tables may be inside each other to a limited depth, so that code may walk through them by recursion.

    Args:
        value: as `json.loads` gives it.
    """
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        item, level = waiting.pop()
        if problem := _unsafe_item(item, level):
            return problem
        if isinstance(item, dict):
            waiting.extend((key, level) for key in item)
            waiting.extend((inner, level + 1) for inner in item.values())
        elif isinstance(item, list):
            waiting.extend((inner, level + 1) for inner in item)
    return ""


def _unsafe_item(item: Any, level: int) -> str:
    """The same for one value, whatever is in it."""
    if isinstance(item, float) and not math.isfinite(item):
        return f"a number is {item}; every number must be finite"
    if isinstance(item, int) and abs(item) > LARGEST_INTEGER:
        return "an integer does not fit into 64 bits"
    if isinstance(item, list | dict) and level > MOST_LEVELS:
        return f"lists or tables are more than {MOST_LEVELS} levels deep"
    return _unsafe_text(item) if isinstance(item, str) else ""


def _unsafe_text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return f"a text has more than {LONGEST_TEXT} characters"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "a text holds half of a surrogate pair, which no file can hold"
    return ""


def _type_of(value: Any) -> str:
    """The JSON type of a value, in words."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return "null" if value is None else names.get(type(value), "a table")


def _short(value: float) -> str:
    text = str(value)
    return text if len(text) <= 20 else f"{text[:20]}..."
