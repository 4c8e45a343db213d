"""The report of a results folder: every group of cells with its tables."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.reports import captions
from wcabench.reports.collect import Group, collect
from wcabench.reports.comparison import comparison_table, find_baseline
from wcabench.reports.options import Options, stored_options
from wcabench.reports.provenance import provenance, suite_captions
from wcabench.reports.scores import cost_table, other_scorer_tables, score_table, source_table
from wcabench.reports.table import ReportTable, ResultsReport, Section
from wcabench.reports.tiers import seen
from wcabench.reports.type_tables import type_tables
from wcabench.runs.cells import ERROR, Cell
from wcabench.runs.signature_fields import merged_signature
from wcabench.runs.store import Store


def read_report(root: Path, options: Options) -> ResultsReport:
    """The report of a results folder.

    Raises:
        UserError: the folder has no finished cell, or the options name something that it does not have.
    """
    cells, left_out = read_cells(root)
    with naming_left_out(left_out):
        sections = build_sections(cells, options)
    return ResultsReport(sections, left_out, stored_options(options))


def read_cells(root: Path) -> tuple[list[Cell], tuple[tuple[str, str], ...]]:
    """All cells of a results folder, and (path, reason) of those that cannot be used.

    Raises:
        UserError: the folder has no finished cell.
    """
    cells, corrupt = Store(root).cells() if root.is_dir() else ([], [])
    left_out = [(str(path), reason) for path, reason in corrupt]
    left_out += [(str(cell.path), _failure(cell)) for cell in cells if cell.state == "failed"]
    if not any(cell.state == "done" for cell in cells):
        raise UserError(
            f"{root}: no finished cell{_first(left_out)}; run some first, "
            f"e.g. `wcabench run --method all --seeds 3 --results {root}`"
        )
    return cells, tuple(left_out)


@contextmanager
def naming_left_out(left_out: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Add to a `UserError` what could not be used, for that may be why something is not there."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{error}{_first(left_out)}") from error


def _first(left_out: Sequence[tuple[str, str]]) -> str:
    return f" ({len(left_out)} left out, the first: {left_out[0][1]})" if left_out else ""


def build_sections(cells: Sequence[Cell], options: Options) -> tuple[Section, ...]:
    """One section a group of cells.

    Raises:
        UserError: the selection or the baseline names something that the cells do not have.
    """
    groups = collect(cells, options.selection)
    if not groups:
        raise UserError(
            "the selected cells all failed: nothing to report; `wcabench store show CELL` shows the reason"
        )
    if options.baseline and not any(find_baseline(group, options.baseline) for group in groups):
        labels = dict.fromkeys(row.label for group in groups for row in group.rows)
        raise UserError(f"--baseline {options.baseline}: not among the selected methods: {', '.join(labels)}")
    return tuple(_section(group, options) for group in groups)


def _section(group: Group, options: Options) -> Section:
    details, whole = options.details, options.whole or options.details
    baseline = find_baseline(group, options.baseline)
    last_sentences = provenance(group)
    tables: list[ReportTable | None] = [
        score_table(group, published=options.published, details=details, sources=whole),
        comparison_table(group, baseline, resamples=options.resamples, bootstrap=options.bootstrap)
        if baseline
        else None,
        source_table(group),
        *other_scorer_tables(group),
        *(type_tables(group) if whole else ()),
        cost_table(group) if whole else None,
    ]
    return Section(
        heading=f"Suite {group.suite}, encoder {captions.encoder_text(group)}",
        facts=facts(group),
        # Under each table, for it may be printed without the others.
        tables=tuple(
            dataclasses.replace(table, caption=(*table.caption, *last_sentences))
            for table in tables
            if table is not None
        ),
        cells=tuple(group.cells),
    )


def facts(group: Group) -> dict[str, Any]:
    """What all cells of a group share, and what each method may see: for JSON."""
    return {
        "suite": group.suite,
        "suite_caption": " ".join(suite_captions(group)),
        "encoder_name": group.encoder_name,
        "encoder": dict(group.encoder),
        "recipe": dict(group.recipe),
        "data": dict(group.data),
        "methods": {row.label: seen(row.method) for row in group.rows},
        "signature": merged_signature([cell.record for cell in group.cells]),
    }


def _failure(cell: Cell) -> str:
    """The last line of a failed cell's traceback."""
    try:
        lines = (cell.path / ERROR).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return f"{cell.label}: failed: {lines[-1].strip() if lines else f'no {ERROR} beside it'}"
