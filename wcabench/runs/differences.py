"""How two settings differ, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

SHA256_DIGITS = 64
SHOWN_DIGITS = 12


def differences(a: Mapping[str, Any], b: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """What differs between two settings, with both values: "recipe.epochs (2 | 4)"."""
    for key in sorted(a.keys() | b.keys()):
        mine, theirs = a.get(key), b.get(key)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from differences(mine, theirs, f"{prefix}{key}.")
        elif mine != theirs:
            yield difference(f"{prefix}{key}", mine, theirs)


def difference(name: str, mine: Any, theirs: Any) -> str:
    """One difference: "torch (2.6.0 | 2.7.0)"; hashes are cut, and `-` is nothing."""
    return f"{name} ({_short(mine)} | {_short(theirs)})"


def _short(value: Any) -> str:
    text = "-" if value is None else str(value)
    kind, colon, content = text.rpartition(":")
    return f"{kind}{colon}{content[:SHOWN_DIGITS]}" if len(content) == SHA256_DIGITS else text
