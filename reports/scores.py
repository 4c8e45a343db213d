"""The tables of one group: scores with the published rows, source-language scores, lenient scores, cost."""

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from wcabench.reports import captions
from wcabench.reports.collect import Group, Samples
from wcabench.reports.entries import score_at, value_rows
from wcabench.reports.published import load_published, published_rows
from wcabench.reports.table import Entry, Row, Table, listed, number
from wcabench.runs.cells import Cell

LEAST_LENIENT_DIFFERENCE = 0.05


def score_table(group: Group, *, published: bool, details: bool, sources: bool) -> Table:
    """Strict micro F1 on the target test set: methods by pairs, the published rows below.

    Args:
        group: the cells.
        published: show the published rows, where the suite has any.
        details: put the 95% interval under each mean.
        sources: say where each published row stands.
    """
    rows = value_rows(group, lambda cell: cell.f1)
    if details:
        rows = _with_intervals(group, rows)
    copied, said = _published(group, published, sources)
    _, seeds = captions.seeds_text(group)
    caption = (
        "Target test, entities by strict IOB2, micro F1 in percent; mean ± standard deviation over seeds "
        f"(n − 1), {seeds}.",
        *(("In brackets: 95% interval of the mean, Student's t over seeds x sentences.",) if details else ()),
        *mark_caption(rows),
        *captions.what_was_run(group),
        *captions.cell_notes(group),
        *captions.unpredicted(group),
        *said,
    )
    return Table(
        name="scores",
        title=f"Target-test F1, suite {group.suite}, encoder {group.encoder_name}",
        columns=group.pairs,
        rows=rows + copied,
        caption=caption,
    )


def source_table(group: Group) -> Table | None:
    """The same cells on the source language's test set: what alignment costs, or gains, at home."""
    rows = value_rows(group, lambda cell: score_at(cell, "source-test", "micro", "f1"))
    if not _has_value(rows):
        return None
    languages = sorted({pair.partition("-")[0] for pair in group.pairs})
    return Table(
        name="source",
        title=f"Source-test F1 ({listed(languages)}) of the same models, suite {group.suite}",
        columns=group.pairs,
        rows=rows,
        caption=(
            "The models of the first table, each column's own, on the source language's test set; "
            "strict micro F1 in percent, mean ± standard deviation over seeds (n − 1).",
            *mark_caption(rows),
        ),
    )


def lenient_table(group: Group) -> Table | None:
    """The lenient score, where it differs from the strict one anywhere by 0.05 or more."""
    rows = value_rows(group, lambda cell: score_at(cell, "target-test", "lenient", "f1"))
    strict = value_rows(group, lambda cell: cell.f1)
    pairs = [
        (a, b) for r, s in zip(rows, strict, strict=True) for a, b in zip(r.entries, s.entries, strict=True)
    ]
    gaps = [abs(a.value - b.value) for a, b in pairs if a.value is not None and b.value is not None]
    if max(gaps, default=0.0) < LEAST_LENIENT_DIFFERENCE:
        return None
    return Table(
        name="lenient",
        title=f"Lenient target-test F1, suite {group.suite}, encoder {group.encoder_name}",
        columns=group.pairs,
        rows=rows,
        caption=(
            "The predictions of the first table, read as conlleval does: an I-X that continues no X starts "
            f"an entity. Shown because it differs from the strict score by up to {number(max(gaps))}.",
            *mark_caption(rows),
        ),
    )


def cost_table(group: Group) -> Table:
    """Mean seconds a cell by pair; peak memory and unpredicted words over all pairs."""
    rows = []
    for row in group.rows:
        by_pair = [
            _cost(
                row.samples[pair].done,
                [cell.record.get("seconds") for cell in row.samples[pair].done],
                "{:.1f}",
            )
            for pair in group.pairs
        ]
        cells = tuple(cell for pair in group.pairs for cell in row.samples[pair].done)
        peak = _cost(cells, [cell.record.get("peak_memory_mb") for cell in cells], "{:.0f}", max)
        words = _cost(cells, [cell.record.get("unpredicted_words") for cell in cells], "{:.0f}", sum)
        rows.append(Row(row.label, (*by_pair, peak, words)))
    devices = sorted({str(c.record.get("environment", {}).get("device")) for c in group.cells})
    return Table(
        name="cost",
        title=f"Cost, suite {group.suite}, encoder {group.encoder_name}",
        columns=(*group.pairs, "peak MB", "no answer"),
        rows=tuple(rows),
        caption=(
            "By pair: mean seconds a cell, from loading to scoring. Peak MB: the largest memory of any cell. "
            f"No answer: words without a prediction, all cells together. Device: {listed(devices)}.",
        ),
    )


def mark_caption(rows: Sequence[Row]) -> tuple[str, ...]:
    """What bold and underlined mean, where a table has any."""
    marks = {entry.mark for row in rows for entry in row.entries}
    if "best" not in marks:
        return ()
    second = ", underlined the second" if "second" in marks else ""
    return (
        f"Bold: the highest mean of our rows in a column{second}; "
        "bold does not say that the difference is real.",
    )


def _with_intervals(group: Group, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    from wcabench.scoring.significance import summarise

    def widened(entry: Entry, samples: Samples) -> Entry:
        if not samples.done:
            return entry
        found = summarise({cell.seed: cell.counts() for cell in samples.done})
        line = f"[{number(found.low)}, {number(found.high)}]"
        return dataclasses.replace(
            entry, lines=(*entry.lines, line), more={"low": found.low, "high": found.high}
        )

    return tuple(
        dataclasses.replace(
            row,
            entries=tuple(widened(e, own.samples[p]) for e, p in zip(row.entries, group.pairs, strict=True)),
        )
        for row, own in zip(rows, group.rows, strict=True)
    )


def _published(group: Group, wanted: bool, sources: bool) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    published = load_published()
    if not wanted or group.suite != published.suite:
        return (), ()
    rows, without = published_rows(group.pairs, sources=sources)
    said = [published.protocol]
    if without:
        said.append(f"No published value on these pairs is known here for: {listed(list(without))}.")
    if not sources:
        said.append("The sources of the published rows: --details, or --format json.")
    return rows, tuple(said)


def _has_value(rows: Sequence[Row]) -> bool:
    return any(entry.value is not None for row in rows for entry in row.entries)


def _cost(
    cells: Sequence[Cell],
    values: list[Any],
    form: str,
    together: Callable[[list[float]], float] = statistics.fmean,
) -> Entry:
    known = [float(value) for value in values if value is not None]
    if not known:
        return Entry()
    value = together(known)
    return Entry((form.format(value),), value=value, n=len(known), cells=tuple(cell.key for cell in cells))
