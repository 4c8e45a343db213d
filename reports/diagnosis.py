"""Tables of the diagnostics that cells keep: how the methods couple, and what became of words, entities and states."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.errors import UserError
from wcabench.nn.diagnostic_names import why_absent
from wcabench.reports import captions
from wcabench.reports.collect import Group, Samples, collect
from wcabench.reports.entries import sample_footnotes
from wcabench.reports.selection import Selection
from wcabench.reports.table import Entry, Report, Row, Section, Table
from wcabench.runs.cells import Cell
from wcabench.runs.store import Store


@dataclass(frozen=True)
class Column:
    """One diagnostic.

    Attributes:
        name: in a cell's record.
        heading: over its column.
        legend: what it is and what a good value is, one line.
        percent: a share, printed in percent with one decimal; else two decimals.
        beside: a diagnostic, a share, that is printed in a line under it, with the words after it.
    """

    name: str
    heading: str
    legend: str
    percent: bool = True
    beside: tuple[str, str] | None = None


COUPLING = (
    Column("source_reached", "reached %", "source tokens that some target token goes to; high is good"),
    Column(
        "largest_fan_in",
        "fan-in",
        "target tokens that go to the busiest source token of a sentence; near 1 is good, many are a hub",
        percent=False,
    ),
    Column(
        "plan_entropy",
        "entropy",
        "of a target token's mass, in nats, and as a share of the largest there can be; 0 is one partner",
        percent=False,
        beside=("plan_entropy_relative", "of max"),
    ),
    Column(
        "source_marginal_error",
        "source err",
        "mass of the source tokens that is not where a transport plan has it, 0 to 2; 0 is a plan",
        percent=False,
    ),
    Column(
        "target_marginal_error",
        "target err",
        "the same of the target tokens; 0: each takes part alike",
        percent=False,
    ),
)
WORDS = (
    Column("alignment_error_rate", "AER %", "alignment error rate against gold word links; low is good"),
    Column(
        "fast_align_agreement",
        "fast_align %",
        "F1 of the word links with fast_align's intersection; no goal in itself",
    ),
    Column(
        "cosine_within_sentence",
        "cosine",
        "of two different tokens of a sentence, last layer; near 1 is a collapse",
        percent=False,
    ),
)
ENTITIES = (
    Column("entities_exact", "exact %", "entities whose words are linked to just those of the translated one"),
    Column("entities_lost", "lost %", "entities of which no word is linked; low is good"),
    Column("entities_split", "split %", "entities whose linked words have a gap; low is good"),
    Column("entities_merged", "merged %", "entities that share a linked word with another; low is good"),
)
TABLES = {
    "coupling": ("Coupling of tokens", COUPLING),
    "words": ("Word links and states", WORDS),
    "entities": ("English entities carried over by the links", ENTITIES),
}


def read_diagnosis(root: Path, names: Sequence[str], selection: Selection) -> Report:
    """The diagnostics of a results folder.

    Args:
        root: the results folder.
        names: cells, by the beginnings of their keys or by their folders; none: all.
        selection: which of them.

    Raises:
        UserError: no finished cell, or something is named that is not there.
    """
    store = Store(root)
    cells, corrupt = ([store.find(name) for name in names], []) if names else store.cells()
    if not any(cell.state == "done" for cell in cells):
        raise UserError(f"{root}: no finished cell; run some first, or give the folder with --results")
    groups = collect(cells, selection)
    if not groups:
        raise UserError("the selected cells all failed: nothing was measured; see `wcabench show CELL`")
    sections = [_section(group) for group in groups]
    empty = [(f"{group.suite} {pair}", _why_nothing(group, pair)) for group in groups for pair in group.pairs]
    left_out = [*((str(path), reason) for path, reason in corrupt), *((what, why) for what, why in empty if why)]
    if not any(section.tables for section in sections):
        raise UserError("; ".join(f"{what}: {why}" for what, why in left_out))
    return Report(tuple(section for section in sections if section.tables), tuple(left_out))


def _why_nothing(group: Group, pair: str) -> str:
    """Why no cell of a pair has any diagnostic; empty where one has."""
    cells = [cell for row in group.rows for cell in row.samples[pair].done]
    names = [column.name for _, columns in TABLES.values() for column in columns]
    if any(_value(cell, name) is not None for cell in cells for name in names):
        return ""
    reasons = dict.fromkeys(why_absent(cell.record.get("diagnostics", {}), names[0]) for cell in cells)
    return f"no diagnostics: {'; '.join(reasons) or 'no finished cell'}"


def _section(group: Group) -> Section:
    """The tables of a group; one that would hold no number is left out."""
    usual, seeds = captions.seeds_text(group)
    tables = [
        Table(
            name=f"{name} {pair}",
            title=f"{title}, {pair}",
            columns=tuple(column.heading for column in columns),
            rows=_rows(group, pair, columns, usual),
            caption=(
                *(f"{column.heading}: {column.legend}." for column in columns),
                f"Mean{' ± standard deviation' if usual > 1 else ''}, {seeds}.",
            ),
        )
        for pair in group.pairs
        for name, (title, columns) in TABLES.items()
        if not _why_nothing(group, pair)
    ]
    facts = {"suite": group.suite, "encoder_name": group.encoder_name, "recipe": dict(group.recipe)}
    heading = f"Suite {group.suite}, encoder {captions.encoder_text(group)}"
    return Section(heading, facts, tuple(tables), tuple(group.cells))


def _rows(group: Group, pair: str, columns: Sequence[Column], usual: int) -> tuple[Row, ...]:
    """One a method; a reason that holds for a whole row stands beside its label."""
    rows = []
    for method in group.rows:
        samples = method.samples[pair]
        if not samples.done and not samples.failed:
            continue
        entries = tuple(_entry(samples, column, usual) for column in columns)
        common = set.intersection(*(set(entry.footnotes) for entry in entries))
        rest = [tuple(note for note in entry.footnotes if note not in common) for entry in entries]
        rows.append(
            Row(
                method.label,
                tuple(_with_notes(*both) for both in zip(entries, rest, strict=True)),
                footnotes=tuple(note for note in entries[0].footnotes if note in common),
            )
        )
    return tuple(rows)


def _with_notes(entry: Entry, notes: tuple[str, ...]) -> Entry:
    return Entry(entry.lines, "", notes, entry.value, entry.std, entry.n, entry.cells, entry.more)


def _entry(samples: Samples, column: Column, usual: int) -> Entry:
    known = [(cell, value) for cell in samples.done if (value := _value(cell, column.name)) is not None]
    unlike = [cell for cell in samples.done if _value(cell, column.name) is None]
    reasons = dict.fromkeys(_reason(cell, column.name, bool(known)) for cell in unlike)
    notes = (*sample_footnotes(samples, len(samples.done), usual), *reasons)
    if not known:
        return Entry(footnotes=notes)
    scale = 100 if column.percent else 1
    values = [scale * value for _, value in known]
    mean, std = statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None
    digits = 1 if column.percent else 2
    text = f"{mean:.{digits}f}" if std is None else f"{mean:.{digits}f} ± {std:.{digits}f}"
    return Entry(
        lines=(text, *_beside([cell for cell, _ in known], column)),
        footnotes=notes,
        value=mean,
        std=std,
        n=len(values),
        cells=tuple(cell.key for cell, _ in known),
        more={"diagnostic": column.name},
    )


def _beside(cells: Sequence[Cell], column: Column) -> tuple[str, ...]:
    if column.beside is None:
        return ()
    name, words = column.beside
    shares = [share for cell in cells if (share := _value(cell, name)) is not None]
    return (f"{100 * statistics.fmean(shares):.0f}% {words}",) if shares else ()


def _reason(cell: Cell, name: str, some: bool) -> str:
    reason = why_absent(cell.record.get("diagnostics", {}), name)
    return f"Absent in some of the cells: {reason}." if some else f"{reason[0].upper()}{reason[1:]}."


def _value(cell: Cell, name: str) -> float | None:
    value = cell.record.get("diagnostics", {}).get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
