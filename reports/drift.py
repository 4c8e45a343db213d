"""Drift: what a report says now that it did not say when it was written."""

from collections.abc import Iterator

from wcabench.reports.printed import Printed, PrintedTable, TableId
from wcabench.runs.signature_fields import fields_of


def drift(then: Printed, now: Printed) -> list[str]:
    """One line a change, both ways: numbers, rows, columns, tables, findings, and fields of the signatures.

    Numbers are compared as printed. Captions are not, but for the signature: their words belong to the version that
    wrote them. Of the signature the fields count that both have.
    """
    places = dict.fromkeys([*then.tables, *now.tables])
    return [line for place in places for line in _table(then, now, place, list(places))]


def _table(then: Printed, now: Printed, place: TableId, places: list[TableId]) -> Iterator[str]:
    title = _title(place, places)
    old, new = then.tables.get(place), now.tables.get(place)
    if old is None or new is None:
        yield f"{title}: the table {_came_or_went(new)}"
        return
    yield from (f"{title}: {line}" for line in _rows(old, new))
    yield from (f"{title}: {line}" for line in _findings(old, new))
    yield from (f"{title}: signature: {line}" for line in _signature(old.signature, new.signature))


def _title(place: TableId, places: list[TableId]) -> str:
    """The table's title, with the setting of its section where another has a table of this title."""
    setting, title = place
    return title if sum(other == title for _, other in places) == 1 else f"{title} [{setting}]"


def _rows(old: PrintedTable, new: PrintedTable) -> Iterator[str]:
    for column in dict.fromkeys([*old.columns, *new.columns]):
        if (column in old.columns) != (column in new.columns):
            yield f"column {column} {_came_or_went(column in new.columns)}"
    for label in dict.fromkeys([*old.rows, *new.rows]):
        before, after = old.rows.get(label), new.rows.get(label)
        if before is None or after is None:
            yield f"row {label} {_came_or_went(after)}"
            continue
        for column in [name for name in before if name in after]:
            if before[column] != after[column]:
                yield f"{label}, {column}: {before[column]} -> {after[column]}"


def _findings(old: PrintedTable, new: PrintedTable) -> Iterator[str]:
    yield from (f"no longer said: {one}" for one in old.findings if one not in new.findings)
    yield from (f"said now: {one}" for one in new.findings if one not in old.findings)


def _signature(old: str, new: str) -> Iterator[str]:
    if not old or not new:  # not every version put it under every table
        return
    before, after = fields_of(old), fields_of(new)
    for name in [one for one in before if one in after]:
        if before[name] != after[name]:
            yield f"{name} {before[name]} -> {after[name]}"


def _came_or_went(now: object) -> str:
    return "appeared" if now else "is gone"
