"""Rows of means over seeds, with the best entry of each column marked."""

import dataclasses
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wcabench.reports import captions
from wcabench.reports.collect import Group, Samples
from wcabench.reports.table import Mark, Row, TableEntry, listed
from wcabench.runs.cells import Cell

Value = Callable[[Cell], float | None]


def value_rows(group: Group, value: Value) -> tuple[Row, ...]:
    """One row a method: mean and deviation of a value over the seeds of each pair, the best marked."""
    return mean_rows(group, [(pair, value) for pair in group.pairs])


def mean_rows(group: Group, columns: Sequence[tuple[str, Value]]) -> tuple[Row, ...]:
    """One row a method: mean and deviation over seeds, the best of each column marked.

    Args:
        group: the cells.
        columns: for each column, the pair whose cells it shows, and the value that is taken of each cell.
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


def _entry(samples: Samples, value: Value, usual: int) -> TableEntry:
    known = [(cell, number) for cell in samples.done if (number := value(cell)) is not None]
    footnotes = sample_footnotes(samples, len(known), usual)
    if not known:
        return TableEntry(footnotes=footnotes)
    numbers = [number for _, number in known]
    mean = statistics.fmean(numbers)
    std = statistics.stdev(numbers) if len(numbers) > 1 else None
    return TableEntry(
        lines=(f"{mean:.2f}" if std is None else f"{mean:.2f} ± {std:.2f}",),
        footnotes=footnotes,
        value=mean,
        std=std,
        n=len(known),
        cells=tuple(cell.key for cell, _ in known),
    )


def sample_footnotes(samples: Samples, n: int, usual: int) -> tuple[str, ...]:
    """The footnote that says why a number has other seeds than the rest of the table; empty if it has the same.

    Args:
        samples: the cells behind the number.
        n: how many seeds the number is of.
        usual: how many seeds most numbers of the table are of.
    """
    reasons = [
        f"{_seeds(seeds)} {what}"
        for seeds, what in (
            (samples.failed, "failed"),
            (samples.missing, "missing"),
            (samples.doubled, "run twice, the later counts"),
        )
        if seeds
    ]
    if not samples.done:
        return (f"No finished cell: {listed(reasons)}.",) if reasons else ()
    if n == usual and not reasons:
        return ()
    return (f"n = {n}{': ' + listed(reasons) if reasons else ''}.",)


def _seeds(seeds: tuple[int, ...]) -> str:
    return f"seed{'s' if len(seeds) > 1 else ''} {listed([str(seed) for seed in seeds])}"


def _marked(rows: list[Row], width: int) -> tuple[Row, ...]:
    """The rows with their marks: bold the best of at least two, underlined the second of at least three.

    Numbers that are printed alike have the same mark; where all are, none is marked.
    """
    marks = [_marks([row.entries[column] for row in rows]) for column in range(width)]
    return tuple(
        dataclasses.replace(
            row,
            entries=tuple(
                dataclasses.replace(entry, mark=marks[column][number])
                for column, entry in enumerate(row.entries)
            ),
        )
        for number, row in enumerate(rows)
    )


def _marks(entries: list[TableEntry]) -> list[Mark]:
    """The marks of one column."""
    printed = [None if entry.value is None else round(entry.value, 2) for entry in entries]
    descending = sorted({value for value in printed if value is not None}, reverse=True)
    n_values = sum(value is not None for value in printed)
    mark_of: dict[float | None, Mark] = {}
    if n_values >= 2 and len(descending) > 1:
        mark_of[descending[0]] = "best"
    if n_values >= 3 and len(descending) > 1 and printed.count(descending[0]) == 1:
        mark_of[descending[1]] = "second"
    return [mark_of.get(value, "") if value is not None else "" for value in printed]
