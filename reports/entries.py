"""Rows of means: one value of each cell, averaged over seeds, the best of a column marked."""

import dataclasses
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wcabench.reports import captions
from wcabench.reports.collect import Group, Samples
from wcabench.reports.table import Entry, Mark, Row, listed
from wcabench.runs.cells import Cell

Value = Callable[[Cell], float | None]


def value_rows(group: Group, value: Value) -> tuple[Row, ...]:
    """One row a method: mean and deviation of a value over the seeds of each pair, the best marked."""
    return mean_rows(group, [(pair, value) for pair in group.pairs])


def mean_rows(group: Group, columns: Sequence[tuple[str, Value]]) -> tuple[Row, ...]:
    """One row a method: mean and deviation over seeds, the best of each column marked.

    Args:
        group: the cells.
        columns: (pair, value): whose cells stand in the column, and what is taken of each.
    """
    usual, _ = captions.seeds_text(group)
    rows = [
        Row(row.label, tuple(_entry(row.samples[pair], value, usual) for pair, value in columns))
        for row in group.rows
    ]
    return _marked(rows, len(columns))


def score_at(cell: Cell, *names: str) -> float | None:
    """A number among a cell's scores, or None: `score_at(cell, "target-test", "micro", "f1")`."""
    scores: Any = cell.record.get("scores", {})
    for name in names:
        scores = scores.get(name) if isinstance(scores, Mapping) else None
    return None if scores is None else float(scores)


def _entry(samples: Samples, value: Value, usual: int) -> Entry:
    known = [(cell, number) for cell in samples.done if (number := value(cell)) is not None]
    footnotes = _footnotes(samples, len(known), usual)
    if not known:
        return Entry(footnotes=footnotes)
    numbers = [number for _, number in known]
    mean = statistics.fmean(numbers)
    std = statistics.stdev(numbers) if len(numbers) > 1 else None
    return Entry(
        lines=(f"{mean:.2f}" if std is None else f"{mean:.2f} ± {std:.2f}",),
        footnotes=footnotes,
        value=mean,
        std=std,
        n=len(known),
        cells=tuple(cell.key for cell, _ in known),
    )


def _footnotes(samples: Samples, n: int, usual: int) -> tuple[str, ...]:
    """Why a number has fewer seeds than its neighbours, in one footnote; none where all is as usual."""
    why = [
        f"{_seeds(seeds)} {what}"
        for seeds, what in (
            (samples.failed, "failed"),
            (samples.missing, "missing"),
            (samples.doubled, "run twice, the later counts"),
        )
        if seeds
    ]
    if not samples.done:
        return (f"No finished cell: {listed(why)}.",) if why else ()
    if n == usual and not why:
        return ()
    return (f"n = {n}{': ' + listed(why) if why else ''}.",)


def _seeds(seeds: tuple[int, ...]) -> str:
    return f"seed{'s' if len(seeds) > 1 else ''} {listed([str(seed) for seed in seeds])}"


def _marked(rows: list[Row], width: int) -> tuple[Row, ...]:
    """Best of at least two rows bold, second of at least three underlined; ties as printed share a mark.

    Where all are equal, none is best.
    """
    columns = [_marks([row.entries[column] for row in rows]) for column in range(width)]
    return tuple(
        dataclasses.replace(
            row,
            entries=tuple(dataclasses.replace(e, mark=columns[c][r]) for c, e in enumerate(row.entries)),
        )
        for r, row in enumerate(rows)
    )


def _marks(entries: list[Entry]) -> list[Mark]:
    printed = [None if entry.value is None else round(entry.value, 2) for entry in entries]
    order = sorted({value for value in printed if value is not None}, reverse=True)
    many = sum(value is not None for value in printed)
    names: dict[float | None, Mark] = {}
    if many >= 2 and len(order) > 1:
        names[order[0]] = "best"
    if many >= 3 and len(order) > 1 and printed.count(order[0]) == 1:
        names[order[1]] = "second"
    return [names.get(value, "") if value is not None else "" for value in printed]
