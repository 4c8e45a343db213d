"""Names of methods in tables."""

import dataclasses
import json
from functools import cache
from typing import Any

from wcabench import registry
from wcabench.errors import UserError
from wcabench.runs.cells import Cell


def method_label(cell: Cell) -> str:
    """The method's name with the options that are not its defaults; with all where it cannot be loaded."""
    defaults = option_defaults(cell.method) if cell.options else {}
    missing = object()
    changed = [
        f"{key}={_shown(value)}"
        for key, value in sorted(cell.options.items())
        if defaults.get(key, missing) != value
    ]
    return f"{cell.method} ({', '.join(changed)})" if changed else cell.method


@cache
def option_defaults(method: str) -> dict[str, Any]:
    """The defaults of a method's options in JSON's types; empty where the method cannot be loaded."""
    try:
        cls = registry.find(method).load()
    except UserError:
        return {}
    if not dataclasses.is_dataclass(cls):
        return {}
    values: dict[str, Any] = {}
    for option in dataclasses.fields(cls):
        if option.default is not dataclasses.MISSING:
            values[option.name] = option.default
        elif option.default_factory is not dataclasses.MISSING:
            values[option.name] = option.default_factory()
    return json.loads(json.dumps(values, default=str))  # type: ignore[no-any-return]


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)
