"""Reads descriptions of options from the docstrings of settings classes, for the command line."""

import inspect
import re
from typing import Any


def attribute_docs(cls: type[Any]) -> dict[str, str]:
    """Return field -> its description in the `Attributes:` part of the docstrings of a class and its bases."""
    descriptions: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        _, _, part = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")
        for match in re.finditer(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", part, flags=re.MULTILINE):
            descriptions[match[1]] = " ".join(match[2].split())
    return descriptions
