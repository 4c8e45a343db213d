"""Drift: the differences between a report that was written earlier and the same report made now."""

from collections.abc import Iterator

from wcabench.reports.printed import Printed, PrintedTable, TableId
from wcabench.runs.signature_fields import fields_of


def drift(then: Printed, now: Printed) -> list[str]:
    """One line for each number, row, column, table, finding or signature field that changed, appeared or is gone.

    Numbers are compared as printed. Captions are not compared, since another version words them differently, apart from
    the fields that both signatures have.
    """
    tables = dict.fromkeys([*then.tables, *now.tables])
    return [line for table in tables for line in _table(then, now, table, list(tables))]


def _table(then: Printed, now: Printed, table: TableId, tables: list[TableId]) -> Iterator[str]:
    title = _title(table, tables)
    old, new = then.tables.get(table), now.tables.get(table)
    if old is None or new is None:
        yield f"{title}: the table {_came_or_went(new)}"
        return
    yield from (f"{title}: {line}" for line in _rows(old, new))
    yield from (f"{title}: {line}" for line in _findings(old, new))
    yield from (f"{title}: signature: {line}" for line in _signature(old.signature, new.signature))


def _title(table: TableId, tables: list[TableId]) -> str:
    """The table's title, with the setting of its section where another section has a table of this title."""
    setting, title = table
    return title if sum(other == title for _, other in tables) == 1 else f"{title} [{setting}]"


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
    yield from (f"no longer said: {finding}" for finding in old.findings if finding not in new.findings)
    yield from (f"said now: {finding}" for finding in new.findings if finding not in old.findings)


def _signature(old: str, new: str) -> Iterator[str]:
    if not old or not new:  # not every version put it under every table
        return
    before, after = fields_of(old), fields_of(new)
    for name in [field for field in before if field in after]:
        if before[name] != after[name]:
            yield f"{name} {before[name]} -> {after[name]}"


def _came_or_went(now: object) -> str:
    return "appeared" if now else "is gone"
