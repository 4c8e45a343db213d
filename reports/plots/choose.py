"""The group of cells that a figure is made of; cells that may not share a table may not share a figure either."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wcabench.errors import UserError
from wcabench.reports.captions import encoder_text
from wcabench.reports.collect import Group, collect
from wcabench.reports.selection import CellSelection
from wcabench.runs.cells import Cell

SHORT = 16  # letters of a value


def choose_group(cells: Sequence[Cell], selection: CellSelection, number: int | None) -> Group:
    """The group of the selected cells, or the one of that number where there are several.

    Args:
        cells: of a results folder.
        selection: which of them.
        number: from 1, in the order of the report's sections.

    Raises:
        UserError: the selection names something that is not there, no cell is finished, or it is not said which group.
    """
    groups = collect(cells, selection)
    if not groups:
        raise UserError(
            "the selected cells all failed: nothing to draw; `wcabench store show CELL` shows the reason"
        )
    if number is None and len(groups) == 1:
        return groups[0]
    if number is not None and 1 <= number <= len(groups):
        return groups[number - 1]
    names = "; ".join(f"{at}: {text}" for at, text in enumerate(_names(groups), 1))
    if number is not None:
        raise UserError(f"--group {number}: wanted 1 to {len(groups)}: {names}")
    raise UserError(
        f"the cells are of {len(groups)} groups that may not share a figure: {names}; choose with --group N, "
        "--suite or --encoder"
    )


def _names(groups: Sequence[Group]) -> list[str]:
    """Suite and encoder of each group, and those settings in which the groups differ."""
    settings = [dict(_flat({"recipe": group.recipe, "data": group.data})) for group in groups]
    values = {key: {of_group.get(key) for of_group in settings} for own in settings for key in own}
    different = [key for key, own in sorted(values.items()) if len(own) > 1]
    return [
        f"{group.suite}, {encoder_text(group)}{_values(own, different)}"
        for group, own in zip(groups, settings, strict=True)
    ]


def _values(settings: Mapping[str, str], keys: Sequence[str]) -> str:
    values = [f"{key}={settings[key][:SHORT]}" for key in keys if key in settings]
    return f" ({', '.join(values)})" if values else ""


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Values of nested tables by dotted names."""
    pairs: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value)))
    return pairs
