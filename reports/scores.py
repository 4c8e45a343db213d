"""The tables of one group: scores with the published rows, source-language scores, other scorers, cost."""

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from wcabench.reports import captions
from wcabench.reports.collect import Group, Samples
from wcabench.reports.entries import score_at, value_rows
from wcabench.reports.published import load_published, published_rows
from wcabench.reports.table import ReportTable, Row, TableEntry, listed, number
from wcabench.runs.cells import Cell
from wcabench.scoring.scorer import OTHER_SCORERS, Scorer

LEAST_SHOWN_DIFFERENCE = 0.05  # F1 in percent points


def score_table(group: Group, *, published: bool, details: bool, sources: bool) -> ReportTable:
    """Strict micro F1 on the target test set: methods by pairs, the published rows below.

    Args:
        group: the cells.
        published: show the published rows, where the suite has any.
        details: print the 95% interval under each mean.
        sources: say in a footnote where each published row was published.
    """
    rows = value_rows(group, lambda cell: cell.f1)
    if details:
        rows = _with_intervals(group, rows)
    copied_rows, said_of_them = _published(group, published, sources)
    _, seeds = captions.seeds_text(group)
    caption = (
        "Target test, entities by strict IOB2, micro F1 in percent; mean ± standard deviation over seeds "
        f"(n − 1), {seeds}.",
        *(("In brackets: 95% interval of the mean, Student's t over seeds x sentences.",) if details else ()),
        *mark_caption(rows),
        *captions.what_was_run(group),
        *captions.cell_notes(group),
        *captions.unpredicted(group),
        *said_of_them,
    )
    return ReportTable(
        name="scores",
        title=f"Target-test F1, suite {group.suite}, encoder {group.encoder_name}",
        columns=group.pairs,
        rows=rows + copied_rows,
        caption=caption,
    )


def source_table(group: Group) -> ReportTable | None:
    """The same models on the source language's test set, which shows what alignment costs or gains there."""
    rows = value_rows(group, lambda cell: score_at(cell, "source-test", "micro", "f1"))
    if not _has_value(rows):
        return None
    languages = sorted({pair.partition("-")[0] for pair in group.pairs})
    return ReportTable(
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


def other_scorer_tables(group: Group) -> tuple[ReportTable, ...]:
    """F1 by every other scorer that anywhere differs from the strict one by 0.05 or more."""
    tables = (_other_scorer_table(group, scorer) for scorer in OTHER_SCORERS)
    return tuple(table for table in tables if table is not None)


def _other_scorer_table(group: Group, scorer: Scorer) -> ReportTable | None:
    rows = value_rows(group, lambda cell: score_at(cell, "target-test", scorer.name, "f1"))
    strict_rows = value_rows(group, lambda cell: cell.f1)
    differences = [
        abs(entry.value - strict.value)
        for row, strict_row in zip(rows, strict_rows, strict=True)
        for entry, strict in zip(row.entries, strict_row.entries, strict=True)
        if entry.value is not None and strict.value is not None
    ]
    if max(differences, default=0.0) < LEAST_SHOWN_DIFFERENCE:
        return None
    return ReportTable(
        name=scorer.name,
        title=f"{scorer.name.capitalize()} target-test F1, suite {group.suite}, encoder {group.encoder_name}",
        columns=group.pairs,
        rows=rows,
        caption=(
            f"The predictions of the first table, read {scorer.description}. Shown because it differs from the "
            f"strict score by up to {number(max(differences))}.",
            *mark_caption(rows),
        ),
    )


def cost_table(group: Group) -> ReportTable:
    """Mean seconds a cell by pair; peak memory and unpredicted words over all pairs."""
    rows = []
    for row in group.rows:
        by_pair = [
            _cost(row.samples[pair].done, [cell.seconds for cell in row.samples[pair].done], "{:.1f}")
            for pair in group.pairs
        ]
        cells = tuple(cell for pair in group.pairs for cell in row.samples[pair].done)
        peak = _cost(cells, [cell.record.get("peak_memory_mb") for cell in cells], "{:.0f}", max)
        words = _cost(cells, [cell.record.get("unpredicted_words") for cell in cells], "{:.0f}", sum)
        rows.append(Row(row.label, (*by_pair, peak, words)))
    devices = sorted({str(cell.environment.get("device")) for cell in group.cells})
    return ReportTable(
        name="cost",
        title=f"Cost, suite {group.suite}, encoder {group.encoder_name}",
        columns=(*group.pairs, "peak MB", "no answer"),
        rows=tuple(rows),
        caption=(
            "By pair: mean seconds a cell, from loading to scoring"
            f"{_shared_models(group)}. Peak MB: the largest memory of any cell. "
            f"No answer: words without a prediction, all cells together. Device: {listed(devices)}.",
        ),
    )


def _shared_models(group: Group) -> str:
    """Said where cells share trained models, whose training each of them would have taken by itself."""
    shared = any(cell.record.get("model", {}).get("shared") for cell in group.cells)
    return ", with all of the model's training, also where several cells share one model" if shared else ""


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
    """The rows with the interval of each mean under it."""
    from wcabench.scoring.significance import summarise

    def with_interval(entry: TableEntry, samples: Samples) -> TableEntry:
        if not samples.done:
            return entry
        summary = summarise({cell.seed: cell.counts() for cell in samples.done})
        line = f"[{number(summary.low)}, {number(summary.high)}]"
        return dataclasses.replace(
            entry, lines=(*entry.lines, line), more={"low": summary.low, "high": summary.high}
        )

    return tuple(
        dataclasses.replace(
            row,
            entries=tuple(
                with_interval(entry, method_row.samples[pair])
                for entry, pair in zip(row.entries, group.pairs, strict=True)
            ),
        )
        for row, method_row in zip(rows, group.rows, strict=True)
    )


def _published(group: Group, wanted: bool, sources: bool) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The published rows of the group's suite, and what the caption says of them."""
    published = load_published()
    if not wanted or group.suite != published.suite:
        return (), ()
    rows, without = published_rows(group.pairs, sources=sources)
    sentences = [published.protocol]
    if without:
        sentences.append(f"No published value on these pairs is known here for: {listed(list(without))}.")
    if not sources:
        sentences.append("The sources of the published rows: --details, or --format json.")
    return rows, tuple(sentences)


def _has_value(rows: Sequence[Row]) -> bool:
    return any(entry.value is not None for row in rows for entry in row.entries)


def _cost(
    cells: Sequence[Cell],
    values: list[Any],
    form: str,
    together: Callable[[list[float]], float] = statistics.fmean,
) -> TableEntry:
    """One number for several cells; empty where none has a value."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return TableEntry()
    value = together(known)
    return TableEntry(
        (form.format(value),), value=value, n=len(known), cells=tuple(cell.key for cell in cells)
    )
