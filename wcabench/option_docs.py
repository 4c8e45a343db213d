"""What a settings class says of its options, read from its docstrings: one text for the code and the command line."""

import inspect
import re
from typing import Any


def attribute_docs(cls: type[Any]) -> dict[str, str]:
    """What the `Attributes:` part of the docstrings of a class and its bases says of each field."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        _, _, part = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")
        for match in re.finditer(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", part, flags=re.MULTILINE):
            found[match[1]] = " ".join(match[2].split())
    return found
