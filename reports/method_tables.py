"""The report on two methods: their difference, F1 by entity type, and in how many sentences each is better."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wcabench.reports import captions
from wcabench.reports.comparison import comparison_table
from wcabench.reports.provenance import provenance, suite_captions
from wcabench.reports.side_by_side import PairExamples, errors
from wcabench.reports.table import TYPES, ReportTable, ResultsReport, Row, Section, TableEntry, number, signed
from wcabench.reports.two_methods import Match, Matches, common_cells
from wcabench.scoring.scorer import STRICT

if TYPE_CHECKING:
    from wcabench.scoring.counts import Counts


def build_report(
    matches: Matches,
    examples: Sequence[Sequence[PairExamples]],
    left_out: Sequence[tuple[str, str]],
    resamples: int,
    bootstrap: bool = False,
) -> ResultsReport:
    """One section a match, with the examples among its facts, for JSON.

    Args:
        matches: what is compared.
        examples: for each match, one entry a pair.
        left_out: (path, reason) of cells that could not be read.
        resamples: of the randomisation and of the bootstrap.
        bootstrap: add the bootstrap's intervals to the facts, for JSON.
    """
    sections = tuple(
        _section(match, of_match, resamples, bootstrap)
        for match, of_match in zip(matches.matches, examples, strict=True)
    )
    not_compared = ((pair, f"{pair}: not compared: {reason}") for pair, reason in matches.left_out)
    return ResultsReport(sections, (*left_out, *not_compared))


def _section(match: Match, examples: Sequence[PairExamples], resamples: int, bootstrap: bool) -> Section:
    group = match.group
    a, b = (row.label for row in group.rows)
    difference = comparison_table(group, group.rows[1], resamples=resamples, bootstrap=bootstrap)
    assert difference is not None  # two_methods.find_matches keeps only what can be compared
    warning: tuple[str, ...] = ()
    if match.unlike:
        differ = ", ".join(match.unlike)
        warning = (f"the two also differ in {differ}: the difference is not the method's alone.",)
    difference = dataclasses.replace(
        difference,
        findings=warning + difference.findings,
        caption=(*difference.caption, *captions.cell_notes(group), *provenance(group)),
    )
    return Section(
        heading=f"{a} against {b}: suite {group.suite}, encoder "
        + (group.encoder_name if match.unlike else captions.encoder_text(group)),
        facts={
            "suite": group.suite,
            "suite_caption": " ".join(suite_captions(group)),
            "encoder_name": group.encoder_name,
            "unlike": list(match.unlike),
            "a": a,
            "b": b,
            "examples": {of_pair.pair: of_pair.plain() for of_pair in examples},
        },
        tables=(difference, *(type_table(match, pair) for pair in group.pairs)),
    )


def type_table(match: Match, pair: str) -> ReportTable:
    """F1 by entity type: both methods and their difference, means over the common seeds."""
    cells_of_a, cells_of_b = common_cells([row.samples[pair] for row in match.group.rows])
    counts = [cell.counts() for cell in cells_of_a], [cell.counts() for cell in cells_of_b]
    types, gold = counts[0][0].types, counts[0][0].gold
    f1_of_a, f1_of_b = (_mean_f1(own) for own in counts)
    labels = [row.label for row in match.group.rows]
    n = len(cells_of_a)
    rows = (
        Row(labels[0], tuple(_entry(f1, n, number) for f1 in f1_of_a)),
        Row(labels[1], tuple(_entry(f1, n, number) for f1 in f1_of_b)),
        Row("difference", tuple(_entry(a - b, n, signed) for a, b in zip(f1_of_a, f1_of_b, strict=True))),
    )
    n_gold = ", ".join(f"{kind} {size}" for kind, size in zip(types, gold.sum(0).tolist(), strict=True))
    return ReportTable(
        name=f"{TYPES}{pair}",
        title=f"F1 by entity type on {pair}",
        columns=("all", *types),
        rows=rows,
        caption=(
            f"Mean over {n} common seed{'s' if n > 1 else ''}; differences by type are not tested.",
            f"Gold entities: {n_gold}.",
            "An error is an entity that is missed, or predicted and not in the gold; errors are summed over seeds.",
            *suite_captions(match.group),
        ),
        findings=(_sentence_finding(counts, labels, pair),),
    )


def _sentence_finding(counts: "tuple[list[Counts], list[Counts]]", labels: list[str], pair: str) -> str:
    errors_of_a, errors_of_b = (np.sum([errors(each) for each in own], axis=0) for own in counts)
    better, worse, equal = (
        int(mask.sum())
        for mask in (errors_of_a < errors_of_b, errors_of_a > errors_of_b, errors_of_a == errors_of_b)
    )
    return (
        f"of {len(errors_of_a)} sentences on {pair}, {labels[0]} makes fewer errors than {labels[1]} in {better} "
        f"and more in {worse}; as many in {equal}."
    )


def _mean_f1(counts: "list[Counts]") -> list[float]:
    """Mean over seeds of the F1 of all types together, then of each type."""
    scores = [STRICT.score(each) for each in counts]
    by_seed = [[score["micro"]["f1"], *(own["f1"] for own in score["per_type"].values())] for score in scores]
    return [float(mean) for mean in np.mean(by_seed, axis=0)]


def _entry(value: float, n: int, text: Callable[[float], str]) -> TableEntry:
    return TableEntry((text(value),), value=value, n=n)
