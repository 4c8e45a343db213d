"""Every method against one baseline: interval, test, correction, and a sentence that claims no more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wcabench.errors import UserError
from wcabench.registry import canonical
from wcabench.reports.collect import Group, MethodRow, Samples
from wcabench.reports.comparison_caption import caption, family_text
from wcabench.reports.difference import Difference
from wcabench.reports.table import Entry, Row, Table, number, signed

if TYPE_CHECKING:
    from wcabench.scoring.counts import Counts
    from wcabench.scoring.significance import Comparison


def find_baseline(group: Group, name: str | None) -> MethodRow | None:
    """The row to compare with: by label or method name; without a name `none`, where it was run.

    Raises:
        UserError: the name fits several rows.
    """
    wanted = canonical(name or "none")
    exact = [row for row in group.rows if canonical(row.label) == wanted]
    fitting = exact or [row for row in group.rows if canonical(row.method) == wanted]
    if len(fitting) > 1 and name:
        raise UserError(f"--baseline {name}: which one? {'; '.join(row.label for row in fitting)}")
    return fitting[0] if len(fitting) == 1 else None


def comparison_table(
    group: Group, baseline: MethodRow, *, resamples: int, bootstrap: bool = False
) -> Table | None:
    """Differences to the baseline, methods by pairs, with the findings in words; None where there are none.

    Args:
        group: the cells.
        baseline: one of the group's rows.
        resamples: of the randomisation and of the bootstrap.
        bootstrap: add the bootstrap's intervals to the facts of each entry.
    """
    others = [row for row in group.rows if row is not baseline]
    raw, refused = _compare_all(group, baseline, others, resamples, bootstrap)
    if not raw:
        return None
    differences = _adjusted(raw, baseline.label)
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
    return Table(
        name="comparison",
        title=f"Difference to {baseline.label} in F1, suite {group.suite}, encoder {group.encoder_name}",
        columns=group.pairs,
        rows=rows,
        caption=caption(list(differences.values()), resamples),
        findings=tuple(difference.sentence() for difference in differences.values()),
    )


def _compare_all(
    group: Group, baseline: MethodRow, others: Sequence[MethodRow], resamples: int, bootstrap: bool
) -> tuple[dict[tuple[str, str], "Comparison"], dict[tuple[str, str], str]]:
    """Results by (label, pair), and the reason where two rows cannot be compared."""
    from wcabench.scoring.significance import compare_all

    raw: dict[tuple[str, str], Comparison] = {}
    refused: dict[tuple[str, str], str] = {}
    for pair in group.pairs:  # one after the other: the counts of one pair are enough to hold
        own = {row.label: _counts(row.samples[pair]) for row in others if row.samples[pair].done}
        theirs = _counts(baseline.samples[pair])
        if not own or not theirs:
            continue
        for label, found in compare_all(own, theirs, resamples=resamples, bootstrap=bootstrap).items():
            if isinstance(found, UserError):
                refused[label, pair] = str(found)
            else:
                raw[label, pair] = found
    return raw, refused


def _counts(samples: Samples) -> "dict[int, Counts]":
    return {cell.seed: cell.counts() for cell in samples.done}


def _adjusted(raw: dict[tuple[str, str], "Comparison"], baseline: str) -> dict[tuple[str, str], Difference]:
    from wcabench.scoring.significance import adjust

    family = family_text(baseline)
    pvalues = {key: result.p for key, result in raw.items()}
    adjusted = adjust(pvalues, family).pvalues
    sentences = adjust({key: result.p_randomisation for key, result in raw.items()}, family).pvalues
    rates = adjust(pvalues, family, "benjamini-hochberg").pvalues
    return {
        key: Difference(key[0], baseline, key[1], raw[key], p, len(raw), sentences[key], rates[key])
        for key, p in adjusted.items()
    }


def _entry(
    row: MethodRow,
    pair: str,
    baseline: MethodRow,
    difference: Difference | None,
    refused: dict[tuple[str, str], str],
) -> Entry:
    if difference is None:
        reason = refused.get((row.label, pair))
        return Entry(footnotes=(f"Not compared: {reason}.",) if reason else ())
    r = difference.result
    own, theirs = ({cell.seed: cell.key for cell in one.samples[pair].done} for one in (row, baseline))
    common = sorted(own.keys() & theirs.keys())
    unused = len(own.keys() ^ theirs.keys())
    seeds = f"{len(common)} seed{'s' if len(common) > 1 else ''} in common"
    return Entry(
        lines=(signed(r.difference), f"[{number(r.low)}, {number(r.high)}]"),
        mark="best" if difference.verdict in ("above", "below") else "",
        footnotes=(f"Over the {seeds}; the others are left out.",) if unused else (),
        value=r.difference,
        n=len(common),
        cells=tuple(own[seed] for seed in common) + tuple(theirs[seed] for seed in common),
        more=_facts(difference),
    )


def _facts(difference: Difference) -> dict[str, Any]:
    from wcabench.scoring.significance import power_sentence

    r = difference.result
    return {
        "baseline": difference.baseline,
        "low": r.low,
        "high": r.high,
        "p_t": r.p_t,
        "p_randomisation": r.p_randomisation,
        "p_holm": difference.p_holm,
        "holm_over": difference.family,
        "p_benjamini_hochberg": difference.p_benjamini_hochberg,
        "family": family_text(difference.baseline),
        "p_seeds": r.p_seeds,
        "attainable_p": r.attainable_p,
        "percentile": [r.percentile.low, r.percentile.high] if r.percentile else None,
        "bca": [r.bca.low, r.bca.high] if r.bca else None,
        "std_seeds": r.effect.std,
        "d_z": r.effect.d_z,
        "d_z_hedges": r.effect.hedges,
        "power": power_sentence(r.effect.std, r.effect.n),
        "verdict": difference.verdict,
    }
