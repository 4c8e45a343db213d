"""Fairness tiers: what a method may see besides labelled sentences of the source language."""

from functools import cache
from typing import Any, Literal

from wcabench import registry
from wcabench.contract.slots import TIERS as DECLARED
from wcabench.contract.slots import Tier, tier_of
from wcabench.errors import UserError

ShownTier = Tier | Literal["unknown"]
# In the order of how much a method may see.
TIERS: tuple[ShownTier, ...] = (*DECLARED, "unknown")
TEXT: dict[ShownTier, str] = {
    "labelled": "English labels only",
    "target-text": "target text",
    "dictionary": "dictionary",
    "parallel": "parallel text",
    "external": "external resources",
    "unknown": "unknown: not installed here",
}


def seen(method: str) -> dict[str, Any]:
    """A method's registered name, needs (None where it is not installed) and tier, for the JSON table."""
    needs = declared_needs(method)
    if needs is None:
        return {"method": method, "needs": None, "tier": "unknown"}
    return {"method": method, "needs": sorted(needs), "tier": tier_of(needs)}


@cache
def declared_needs(method: str) -> frozenset[str] | None:
    """What a method's `MethodInfo` declares; None for a method that cannot be loaded."""
    try:
        return frozenset(registry.find(method).load().info.needs)
    except UserError:
        return None
