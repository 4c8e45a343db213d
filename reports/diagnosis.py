"""Tables of the diagnostics that cells keep: couplings, word links, states, and entities carried over by the links."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.measuring.diagnostic_names import why_absent
from wcabench.reports import captions
from wcabench.reports.collect import Group, Samples, collect
from wcabench.reports.diagnosis_columns import TABLES, Column
from wcabench.reports.entries import sample_footnotes
from wcabench.reports.provenance import suite_captions
from wcabench.reports.selection import CellSelection
from wcabench.reports.table import ReportTable, ResultsReport, Row, Section, TableEntry
from wcabench.runs.cells import Cell
from wcabench.runs.store import Store

# Measures the diagnostics of a cell's encoder as it was before the training.
Untrained = Callable[[Cell], dict[str, Any]]
BEFORE = "before"


def read_diagnosis(
    root: Path, names: Sequence[str], selection: CellSelection, untrained: Untrained | None = None
) -> ResultsReport:
    """The diagnostics of a results folder.

    Args:
        root: the results folder.
        names: cells, by the beginnings of their keys or by their folders; empty for all.
        selection: which of these cells.
        untrained: measures a cell's encoder as it was before the training; adds a row under each method.

    Raises:
        UserError: no finished cell, or something is named that is not there.
    """
    store = Store(root)
    cells, corrupt = ([store.find(name) for name in names], []) if names else store.cells()
    if not any(cell.state == "done" for cell in cells):
        raise UserError(f"{root}: no finished cell; run some first, or give the folder with --results")
    groups = collect(cells, selection)
    if not groups:
        raise UserError("the selected cells all failed: nothing was measured; see `wcabench store show CELL`")
    sections = [_section(group, untrained) for group in groups]
    empty = [(f"{group.suite} {pair}", _why_nothing(group, pair)) for group in groups for pair in group.pairs]
    left_out = [
        *((str(path), reason) for path, reason in corrupt),
        *((what, why) for what, why in empty if why),
    ]
    if not any(section.tables for section in sections):
        raise UserError("; ".join(f"{what}: {why}" for what, why in left_out))
    return ResultsReport(tuple(section for section in sections if section.tables), tuple(left_out))


def _why_nothing(group: Group, pair: str) -> str:
    """The reason why no cell of a pair has a diagnostic; empty if any has one."""
    cells = [cell for row in group.rows for cell in row.samples[pair].done]
    names = [column.name for _, columns in TABLES.values() for column in columns]
    if any(_value(cell, name) is not None for cell in cells for name in names):
        return ""
    reasons = dict.fromkeys(why_absent(cell.diagnostics, names[0]) for cell in cells)
    return f"no diagnostics: {'; '.join(reasons) or 'no finished cell'}"


def _section(group: Group, untrained: Untrained | None) -> Section:
    """The tables of a group; those of a pair that would hold no number are left out."""
    tables = [
        table
        for pair in group.pairs
        if not _why_nothing(group, pair)
        for table in _tables(group, pair, untrained)
    ]
    facts = {
        "suite": group.suite,
        "suite_caption": " ".join(suite_captions(group)),
        "encoder_name": group.encoder_name,
        "recipe": dict(group.recipe),
    }
    heading = f"Suite {group.suite}, encoder {captions.encoder_text(group)}"
    return Section(heading, facts, tuple(tables), tuple(group.cells))


def _tables(group: Group, pair: str, untrained: Untrained | None) -> list[ReportTable]:
    """The tables of one pair."""
    usual, seeds = captions.seeds_text(group)
    numbers = f"Mean{' ± standard deviation' if usual > 1 else ''}, {seeds}"
    before = f"; {BEFORE}: the encoder as it was, measured now" if untrained else ""
    samples = {row.label: row.samples[pair] for row in group.rows if row.samples[pair].done}
    if untrained is not None:
        samples = dict(_with_untrained(samples, untrained))
    return [
        ReportTable(
            name=f"{name} {pair}",
            title=f"{title}, {pair}",
            columns=tuple(column.heading for column in columns),
            rows=tuple(_row(label, own, columns, usual) for label, own in samples.items()),
            caption=(
                *(f"{column.heading}: {column.legend}." for column in columns),
                f"{numbers}{before}.",
                *suite_captions(group),
            ),
        )
        for name, (title, columns) in TABLES.items()
    ]


def _with_untrained(samples: Mapping[str, Samples], untrained: Untrained) -> Iterator[tuple[str, Samples]]:
    """Each method, followed by the same method on the untrained encoder, which is measured once for all seeds."""
    for label, own in samples.items():
        yield label, own
        first = own.done[0]
        before = Cell(first.path, {**first.record, "diagnostics": untrained(first)})
        yield f"{label}, {BEFORE}", Samples((before,))


def _row(label: str, samples: Samples, columns: Sequence[Column], usual: int) -> Row:
    """The row of one method; a footnote that all its entries share is put at the row's label."""
    entries = [_entry(samples, column, usual) for column in columns]
    common = [note for note in entries[0].footnotes if all(note in entry.footnotes for entry in entries)]
    return Row(
        label,
        tuple(
            replace(entry, footnotes=tuple(note for note in entry.footnotes if note not in common))
            for entry in entries
        ),
        footnotes=tuple(common),
    )


def _entry(samples: Samples, column: Column, usual: int) -> TableEntry:
    known = [(cell, value) for cell in samples.done if (value := _value(cell, column.name)) is not None]
    without = [cell for cell in samples.done if _value(cell, column.name) is None]
    reasons = dict.fromkeys(_reason(cell, column.name, bool(known)) for cell in without)
    notes = (*_seed_notes(samples, usual), *reasons)
    if not known:
        return TableEntry(footnotes=notes)
    scale = 100 if column.percent else 1
    values = [scale * value for _, value in known]
    mean, std = statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None
    digits = 1 if column.percent else 2
    text = f"{mean:.{digits}f}" if std is None else f"{mean:.{digits}f} ± {std:.{digits}f}"
    return TableEntry(
        lines=(text, *_beside([cell for cell, _ in known], column)),
        footnotes=notes,
        value=mean,
        std=std,
        n=len(values),
        cells=tuple(cell.key for cell, _ in known),
        more={"diagnostic": column.name},
    )


def _seed_notes(samples: Samples, usual: int) -> tuple[str, ...]:
    """Footnotes on missing seeds; none for a complete row or for a row that is measured once for all seeds."""
    complete = not (samples.failed or samples.missing or samples.doubled)
    return () if complete else sample_footnotes(samples, len(samples.done), usual)


def _beside(cells: Sequence[Cell], column: Column) -> tuple[str, ...]:
    """The line printed under a number: the share that the same diagnostic gives."""
    if column.beside is None:
        return ()
    name, words = column.beside
    shares = [share for cell in cells if (share := _value(cell, name)) is not None]
    return (f"{100 * statistics.fmean(shares):.0f}% {words}",) if any(shares) else ()


def _reason(cell: Cell, name: str, some: bool) -> str:
    reason = why_absent(cell.diagnostics, name)
    return f"Absent in some of the cells: {reason}." if some else f"{reason[0].upper()}{reason[1:]}."


def _value(cell: Cell, name: str) -> float | None:
    value = cell.diagnostics.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
