"""F1 by entity type: one table a pair, methods by types."""

from collections.abc import Mapping

from wcabench.reports.collect import Group
from wcabench.reports.entries import Value, mean_rows, score_at
from wcabench.reports.scores import mark_caption
from wcabench.reports.table import TYPES, ReportTable
from wcabench.runs.cells import Cell


def type_tables(group: Group) -> tuple[ReportTable, ...]:
    """The strict F1 of each entity type on the target test, one table for each pair whose cells have it."""
    tables = (_type_table(group, pair) for pair in group.pairs)
    return tuple(table for table in tables if table is not None)


def _type_table(group: Group, pair: str) -> ReportTable | None:
    n_gold: dict[str, int] = {}
    for row in group.rows:
        for cell in row.samples[pair].done:
            n_gold |= _gold_entities(cell)
    if not n_gold:
        return None
    rows = mean_rows(group, [(pair, _f1_of(kind)) for kind in n_gold])
    rows = tuple(row for row in rows if any(entry.n or entry.footnotes for entry in row.entries))
    return ReportTable(
        name=f"{TYPES}{pair}",
        title=f"F1 by entity type on {pair}",
        columns=tuple(n_gold),
        rows=rows,
        caption=(
            "Strict F1 on the target test in percent, mean ± standard deviation over seeds (n − 1); "
            "differences by type are not tested.",
            f"Gold entities: {', '.join(f'{kind} {n}' for kind, n in n_gold.items())}.",
            *mark_caption(rows),
        ),
    )


def _f1_of(kind: str) -> Value:
    return lambda cell: score_at(cell, "target-test", "per_type", kind, "f1")


def _gold_entities(cell: Cell) -> dict[str, int]:
    """Entity type -> gold entities of the target test; empty where the record does not have them."""
    scores = cell.record.get("scores", {}).get("target-test")
    per_type = scores.get("per_type") if isinstance(scores, Mapping) else None
    numbers = {
        str(kind): score_at(cell, "target-test", "per_type", kind, "gold")
        for kind in (per_type if isinstance(per_type, Mapping) else ())
    }
    return {kind: int(n) for kind, n in numbers.items() if n is not None}
