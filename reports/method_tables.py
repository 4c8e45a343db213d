"""The report on two methods: their difference, F1 by entity type, and in how many sentences one is better."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wcabench.reports import captions
from wcabench.reports.comparison import comparison_table
from wcabench.reports.provenance import provenance
from wcabench.reports.side_by_side import PairExamples, errors
from wcabench.reports.table import TYPES, ReportTable, ResultsReport, Row, Section, TableEntry, number, signed
from wcabench.reports.two_methods import Match, Matches, common_cells

if TYPE_CHECKING:
    from wcabench.scoring.counts import Counts


def build_report(
    matches: Matches,
    examples: Sequence[Sequence[PairExamples]],
    left_out: Sequence[tuple[str, str]],
    resamples: int,
    bootstrap: bool = False,
) -> ResultsReport:
    """One section a match; the examples stand among the section's facts, for JSON.

    Args:
        matches: what is compared.
        examples: of each match, one entry a pair.
        left_out: (path, reason) of cells that could not be read.
        resamples: of the randomisation and of the bootstrap.
        bootstrap: add the bootstrap's intervals to the facts, for JSON.
    """
    sections = tuple(
        _section(match, own, resamples, bootstrap)
        for match, own in zip(matches.matches, examples, strict=True)
    )
    unused = ((pair, f"{pair}: not compared: {reason}") for pair, reason in matches.left_out)
    return ResultsReport(sections, (*left_out, *unused))


def _section(match: Match, examples: Sequence[PairExamples], resamples: int, bootstrap: bool) -> Section:
    group = match.group
    a, b = (row.label for row in group.rows)
    difference = comparison_table(group, group.rows[1], resamples=resamples, bootstrap=bootstrap)
    assert difference is not None  # two_methods.match keeps only what can be compared
    warned: tuple[str, ...] = ()
    if match.unlike:
        differ = ", ".join(match.unlike)
        warned = (f"the two also differ in {differ}: the difference is not the method's alone.",)
    difference = dataclasses.replace(
        difference,
        findings=warned + difference.findings,
        caption=(*difference.caption, *captions.cell_notes(group), *provenance(group)),
    )
    return Section(
        heading=f"{a} against {b}: suite {group.suite}, encoder "
        + (group.encoder_name if match.unlike else captions.encoder_text(group)),
        facts={
            "suite": group.suite,
            "encoder_name": group.encoder_name,
            "unlike": list(match.unlike),
            "a": a,
            "b": b,
            "examples": {one.pair: one.plain() for one in examples},
        },
        tables=(difference, *(type_table(match, pair) for pair in group.pairs)),
    )


def type_table(match: Match, pair: str) -> ReportTable:
    """F1 by entity type: both methods and their difference, means over the common seeds."""
    of_a, of_b = common_cells([row.samples[pair] for row in match.group.rows])
    counts = [cell.counts() for cell in of_a], [cell.counts() for cell in of_b]
    types = counts[0][0].types
    a, b = ([_mean_f1(own, kind) for kind in (None, *types)] for own in counts)
    labels = [row.label for row in match.group.rows]
    n = len(of_a)
    rows = (
        Row(labels[0], tuple(_entry(value, n, number) for value in a)),
        Row(labels[1], tuple(_entry(value, n, number) for value in b)),
        Row("difference", tuple(_entry(x - y, n, signed) for x, y in zip(a, b, strict=True))),
    )
    gold = counts[0][0].gold
    sizes = ", ".join(f"{kind} {size}" for kind, size in zip(types, gold.sum(0).tolist(), strict=True))
    return ReportTable(
        name=f"{TYPES}{pair}",
        title=f"F1 by entity type on {pair}",
        columns=("all", *types),
        rows=rows,
        caption=(
            f"Mean over {n} common seed{'s' if n > 1 else ''}; differences by type are not tested.",
            f"Gold entities: {sizes}.",
            "An error is an entity that is missed, or predicted and not in the gold; errors are summed over seeds.",
        ),
        findings=(_sentence_finding(counts, labels, pair),),
    )


def _sentence_finding(counts: "tuple[list[Counts], list[Counts]]", labels: list[str], pair: str) -> str:
    a, b = (np.sum([errors(one) for one in own], axis=0) for own in counts)
    better, worse, equal = int((a < b).sum()), int((a > b).sum()), int((a == b).sum())
    return (
        f"of {len(a)} sentences on {pair}, {labels[0]} makes fewer errors than {labels[1]} in {better} "
        f"and more in {worse}; as many in {equal}."
    )


def _mean_f1(counts: "list[Counts]", kind: str | None) -> float:
    scores = [one.scores() for one in counts]
    return float(np.mean([(one["per_type"][kind] if kind else one["micro"])["f1"] for one in scores]))


def _entry(value: float, n: int, text: Callable[[float], str]) -> TableEntry:
    return TableEntry((text(value),), value=value, n=n)
