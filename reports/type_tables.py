"""F1 by entity type: one table a pair, methods by types."""

from collections.abc import Mapping

from wcabench.reports.collect import Group
from wcabench.reports.entries import Value, mean_rows, score_at
from wcabench.reports.scores import mark_caption
from wcabench.reports.table import TYPES, Table
from wcabench.runs.cells import Cell


def type_tables(group: Group) -> tuple[Table, ...]:
    """The strict F1 of each entity type on the target test, one table for each pair whose cells have it."""
    tables = (_type_table(group, pair) for pair in group.pairs)
    return tuple(table for table in tables if table is not None)


def _type_table(group: Group, pair: str) -> Table | None:
    sizes: dict[str, int] = {}
    for row in group.rows:
        for cell in row.samples[pair].done:
            sizes |= _gold(cell)
    if not sizes:
        return None
    rows = mean_rows(group, [(pair, _value(kind)) for kind in sizes])
    rows = tuple(row for row in rows if any(entry.n or entry.footnotes for entry in row.entries))
    return Table(
        name=f"{TYPES}{pair}",
        title=f"F1 by entity type on {pair}",
        columns=tuple(sizes),
        rows=rows,
        caption=(
            "Strict F1 on the target test in percent, mean ± standard deviation over seeds (n − 1); "
            "differences by type are not tested.",
            f"Gold entities: {', '.join(f'{kind} {size}' for kind, size in sizes.items())}.",
            *mark_caption(rows),
        ),
    )


def _value(kind: str) -> Value:
    return lambda cell: score_at(cell, "target-test", "per_type", kind, "f1")


def _gold(cell: Cell) -> dict[str, int]:
    """Entity type -> gold entities of the target test; nothing where the record does not have them."""
    target = cell.record.get("scores", {}).get("target-test")
    types = target.get("per_type") if isinstance(target, Mapping) else None
    sizes = {
        str(kind): score_at(cell, "target-test", "per_type", kind, "gold")
        for kind in (types if isinstance(types, Mapping) else ())
    }
    return {kind: int(size) for kind, size in sizes.items() if size is not None}
