"""The setting of cells: all but method and seed that decides their numbers, and how two settings differ."""

from collections.abc import Iterator, Mapping
from typing import Any

from wcabench.reports.collect import Group

SHA256_DIGITS = 64
SHOWN_DIGITS = 12


def setting(group: Group, pair: str) -> dict[str, Any]:
    """Encoder, recipe and data of a group's cells on one pair."""
    data = {**group.data, "sha256": group.data["sha256"][pair]}
    return {"encoder": group.encoder, "recipe": group.recipe, "data": data}


def differences(a: Mapping[str, Any], b: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """What differs between two settings, with both values: "recipe.epochs (2 | 4)"."""
    for key in sorted(a.keys() | b.keys()):
        mine, theirs = a.get(key), b.get(key)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from differences(mine, theirs, f"{prefix}{key}.")
        elif mine != theirs:
            yield f"{prefix}{key} ({_short(mine)} | {_short(theirs)})"


def _short(value: Any) -> str:
    text = "-" if value is None else str(value)
    kind, colon, content = text.rpartition(":")
    return f"{kind}{colon}{content[:SHOWN_DIGITS]}" if len(content) == SHA256_DIGITS else text
