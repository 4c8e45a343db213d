"""How a cell's method and encoder are called in tables."""

import dataclasses
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from wcabench import registry
from wcabench.errors import UserError
from wcabench.runs.cells import Cell


def method_label(config: Mapping[str, Any]) -> str:
    """The method's name with the options that are not its defaults; with all where it cannot be loaded."""
    name, options = str(config["method"]["name"]), dict(config["method"].get("options", {}))
    defaults = option_defaults(name) if options else {}
    missing = object()
    changed = [
        f"{key}={_shown(value)}"
        for key, value in sorted(options.items())
        if defaults.get(key, missing) != value
    ]
    return f"{name} ({', '.join(changed)})" if changed else name


@cache
def option_defaults(method: str) -> dict[str, Any]:
    """The options of a method as they are when nothing is set, as JSON has them."""
    try:
        cls = registry.find(method).load()
    except UserError:
        return {}
    if not dataclasses.is_dataclass(cls):
        return {}
    values: dict[str, Any] = {}
    for one in dataclasses.fields(cls):
        if one.default is not dataclasses.MISSING:
            values[one.name] = one.default
        elif one.default_factory is not dataclasses.MISSING:
            values[one.name] = one.default_factory()
    return json.loads(json.dumps(values, default=str))  # type: ignore[no-any-return]


def encoder_name(cell: Cell) -> str:
    """The name that people know the encoder by."""
    return str(cell.record.get("encoder_name") or encoder_identity(cell))


def encoder_identity(cell: Cell) -> str:
    """What the encoder is by content: "hub:<id>@<revision>" or "sha256:<hex>"."""
    return str(cell.config["encoder"].get("identity", ""))


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)
