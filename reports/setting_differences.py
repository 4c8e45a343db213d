"""What differs between the settings of two groups: all but method and seed that decides their numbers."""

from collections.abc import Iterator
from typing import Any

from wcabench.reports.collect import Group
from wcabench.runs.differences import differences


def setting_differences(a: Group, b: Group, pair: str) -> Iterator[str]:
    """How encoder, recipe and data of two groups differ on one pair: "recipe.epochs (2 | 4)".

    A part of the data that the cells of one group alone were given is no difference: it belongs to the method.
    """
    ours, theirs = a.data["sha256"].get(pair, {}), b.data["sha256"].get(pair, {})
    shared = ours.keys() & theirs.keys()
    yield from differences(_setting(a, pair, shared), _setting(b, pair, shared))


def _setting(group: Group, pair: str, parts: set[str]) -> dict[str, Any]:
    of_pair = {
        name: value.get(pair) if isinstance(value, dict) else value
        for name, value in group.data.items()
        if name != "sha256"
    }
    sha256 = {name: group.data["sha256"][pair][name] for name in sorted(parts)}
    return {"encoder": group.encoder, "recipe": group.recipe, "data": {**of_pair, "sha256": sha256}}
