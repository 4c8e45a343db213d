"""The one group of cells that a figure is made of: what may not share a table may not share a figure."""

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
    """Suite, encoder, and which settings tell a group from the others."""
    settings = [dict(_flat({"recipe": group.recipe, "data": group.data})) for group in groups]
    keys = {key: {one.get(key) for one in settings} for one in settings for key in one}
    telling = [key for key, values in sorted(keys.items()) if len(values) > 1]
    return [
        f"{group.suite}, {encoder_text(group)}{_told(own, telling)}"
        for group, own in zip(groups, settings, strict=True)
    ]


def _told(settings: Mapping[str, str], telling: Sequence[str]) -> str:
    own = [f"{key}={settings[key][:SHORT]}" for key in telling if key in settings]
    return f" ({', '.join(own)})" if own else ""


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value)))
    return found
