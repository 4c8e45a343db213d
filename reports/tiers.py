"""Fairness tiers: what a method may see besides labelled sentences of the source language."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from wcabench import registry
from wcabench.errors import UserError

Tier = Literal["labelled", "target-text", "dictionary", "parallel", "unknown"]
# In the order of how much a method may see.
TIERS: tuple[Tier, ...] = ("labelled", "target-text", "dictionary", "parallel", "unknown")
TEXT: dict[Tier, str] = {
    "labelled": "English labels only",
    "target-text": "target text",
    "dictionary": "dictionary",
    "parallel": "parallel text",
    "unknown": "unknown: not installed here",
}


def tier(needs: Iterable[str]) -> Tier:
    """The tier of a method with these needs: the highest that one of them has."""
    tiers = [each for each in TIERS if each in set(needs)]
    return tiers[-1] if tiers else "labelled"


def seen(method: str) -> dict[str, Any]:
    """A method's registered name, needs (None where it is not installed) and tier, for the JSON table."""
    needs = declared_needs(method)
    if needs is None:
        return {"method": method, "needs": None, "tier": "unknown"}
    return {"method": method, "needs": sorted(needs), "tier": tier(needs)}


@cache
def declared_needs(method: str) -> frozenset[str] | None:
    """What a method's `MethodInfo` declares; None for a method that cannot be loaded."""
    try:
        return frozenset(registry.find(method).load().info.needs)
    except UserError:
        return None
