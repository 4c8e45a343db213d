"""Every method against one baseline: intervals, tests, their correction, and the findings in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wcabench.errors import UserError
from wcabench.registry import canonical
from wcabench.reports.collect import Group, MethodRow, Samples
from wcabench.reports.comparison_caption import caption, family_text
from wcabench.reports.difference import MethodDifference
from wcabench.reports.findings import findings
from wcabench.reports.table import ReportTable, Row, TableEntry, number, signed

if TYPE_CHECKING:
    from wcabench.scoring.counts import Counts
    from wcabench.scoring.significance import Comparison


def find_baseline(group: Group, name: str | None) -> MethodRow | None:
    """The row to compare with, by label or method name; None where there is none.

    Args:
        group: the cells.
        name: of the row; None: `none`.

    Raises:
        UserError: the name is that of several rows.
    """
    wanted = canonical(name or "none")
    rows = [row for row in group.rows if canonical(row.label) == wanted]
    rows = rows or [row for row in group.rows if canonical(row.method) == wanted]
    if len(rows) > 1 and name:
        raise UserError(f"--baseline {name}: which one? {'; '.join(row.label for row in rows)}")
    return rows[0] if len(rows) == 1 else None


def comparison_table(
    group: Group, baseline: MethodRow, *, resamples: int, bootstrap: bool = False
) -> ReportTable | None:
    """Differences to the baseline, methods by pairs, with the findings in words; None where nothing can be compared.

    Args:
        group: the cells.
        baseline: one of the group's rows.
        resamples: of the randomisation and of the bootstrap.
        bootstrap: add the bootstrap's intervals to the facts of each entry.
    """
    others = [row for row in group.rows if row is not baseline]
    comparisons, refused = _compare_all(group, baseline, others, resamples, bootstrap)
    if not comparisons:
        return None
    differences = _adjusted(comparisons, baseline.label)
    rows = tuple(
        Row(
            row.label,
            tuple(
                _entry(row, pair, baseline, differences.get((row.label, pair)), refused)
                for pair in group.pairs
            ),
        )
        for row in others
    )
    return ReportTable(
        name="comparison",
        title=f"Difference to {baseline.label} in F1, suite {group.suite}, encoder {group.encoder_name}",
        columns=group.pairs,
        rows=rows,
        caption=caption(list(differences.values()), resamples),
        findings=findings(list(differences.values())),
    )


def _compare_all(
    group: Group, baseline: MethodRow, others: Sequence[MethodRow], resamples: int, bootstrap: bool
) -> tuple[dict[tuple[str, str], "Comparison"], dict[tuple[str, str], str]]:
    """Comparisons by (label, pair), and by (label, pair) the reason why two rows cannot be compared."""
    from wcabench.scoring.significance import compare_all

    comparisons: dict[tuple[str, str], Comparison] = {}
    refused: dict[tuple[str, str], str] = {}
    for pair in group.pairs:  # one at a time, so that the counts of one pair alone are in memory
        own = {row.label: _counts(row.samples[pair]) for row in others if row.samples[pair].done}
        of_baseline = _counts(baseline.samples[pair])
        if not own or not of_baseline:
            continue
        results = compare_all(own, of_baseline, resamples=resamples, bootstrap=bootstrap)
        for label, result in results.items():
            if isinstance(result, UserError):
                refused[label, pair] = str(result)
            else:
                comparisons[label, pair] = result
    return comparisons, refused


def _counts(samples: Samples) -> "dict[int, Counts]":
    return {cell.seed: cell.counts() for cell in samples.done}


def _adjusted(
    comparisons: dict[tuple[str, str], "Comparison"], baseline: str
) -> dict[tuple[str, str], MethodDifference]:
    """The comparisons with their p values corrected over all of them."""
    from wcabench.scoring.significance import adjust

    family = family_text(baseline)
    pvalues = {key: result.p for key, result in comparisons.items()}
    holm = adjust(pvalues, family).pvalues
    over_sentences = {key: result.p_randomisation for key, result in comparisons.items()}
    holm_over_sentences = adjust(over_sentences, family).pvalues
    benjamini_hochberg = adjust(pvalues, family, "benjamini-hochberg").pvalues
    return {
        (method, pair): MethodDifference(
            method=method,
            baseline=baseline,
            pair=pair,
            result=result,
            p_holm=holm[method, pair],
            family=len(comparisons),
            p_sentences=holm_over_sentences[method, pair],
            p_benjamini_hochberg=benjamini_hochberg[method, pair],
        )
        for (method, pair), result in comparisons.items()
    }


def _entry(
    row: MethodRow,
    pair: str,
    baseline: MethodRow,
    difference: MethodDifference | None,
    refused: dict[tuple[str, str], str],
) -> TableEntry:
    if difference is None:
        reason = refused.get((row.label, pair))
        return TableEntry(footnotes=(f"Not compared: {reason}.",) if reason else ())
    result = difference.result
    own, of_baseline = ({cell.seed: cell.key for cell in each.samples[pair].done} for each in (row, baseline))
    common = sorted(own.keys() & of_baseline.keys())
    unused = own.keys() ^ of_baseline.keys()
    seeds = f"{len(common)} seed{'s' if len(common) > 1 else ''} in common"
    return TableEntry(
        lines=(signed(result.difference), f"[{number(result.low)}, {number(result.high)}]"),
        mark="best" if difference.verdict in ("above", "below") else "",
        footnotes=(f"Over the {seeds}; the others are left out.",) if unused else (),
        value=result.difference,
        n=len(common),
        cells=tuple(own[seed] for seed in common) + tuple(of_baseline[seed] for seed in common),
        more=_facts(difference),
    )


def _facts(difference: MethodDifference) -> dict[str, Any]:
    """Every number of the comparison by its name in JSON and CSV."""
    from wcabench.scoring.significance import power_sentence

    result = difference.result
    return {
        "baseline": difference.baseline,
        "low": result.low,
        "high": result.high,
        "p_t": result.p_t,
        "p_randomisation": result.p_randomisation,
        "p_holm": difference.p_holm,
        "holm_over": difference.family,
        "p_benjamini_hochberg": difference.p_benjamini_hochberg,
        "family": family_text(difference.baseline),
        "p_seeds": result.p_seeds,
        "attainable_p": result.attainable_p,
        "percentile": [result.percentile.low, result.percentile.high] if result.percentile else None,
        "bca": [result.bca.low, result.bca.high] if result.bca else None,
        "std_seeds": result.effect.std,
        "d_z": result.effect.d_z,
        "d_z_hedges": result.effect.hedges,
        "power": power_sentence(result.effect.std, result.effect.n),
        "verdict": difference.verdict,
    }
