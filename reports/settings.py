"""The setting of cells: all but method and seed that decides their numbers."""

from typing import Any

from wcabench.reports.collect import Group


def setting(group: Group, pair: str) -> dict[str, Any]:
    """Encoder, recipe and data of a group's cells on one pair."""
    data = {**group.data, "sha256": group.data["sha256"][pair]}
    return {"encoder": group.encoder, "recipe": group.recipe, "data": data}
