"""Sentences under a comparison: how it was tested, and what so many seeds can and cannot show."""

import math

from wcabench.reports.difference import ALPHA, MethodDifference, short_p
from wcabench.reports.table import listed

REAL_IS_BOLD = "these are bold"  # in tables; figures replace it by their own signs


def family_text(baseline: str) -> str:
    """The family of comparisons that p values are corrected over."""
    return f"every method and pair against {baseline}"


def caption(differences: list[MethodDifference], resamples: int) -> tuple[str, ...]:
    """The sentences under a comparison table.

    Args:
        differences: all of the table, at least one, against one baseline.
        resamples: of the randomisation.
    """
    family, baseline = len(differences), differences[0].baseline
    n = sorted({d.result.n_common_seeds for d in differences})
    paired = f"n = {' or '.join(map(str, n))} common seed{'s' if n != [1] else ''}"
    bold = any(d.verdict in ("above", "below") for d in differences)
    return (
        f"Each method minus {baseline}, in points of target-test F1, paired by seed and sentence, {paired}; "
        "in brackets the 95% interval, Student's t over seeds x sentences.",
        f"p: the larger of this t's and of approximate randomisation over sentences ({resamples} swaps), two-sided, "
        f"after Holm over the {family} comparison{'s' if family > 1 else ''} of this table ({family_text(baseline)}).",
        f"A difference is called real only when p < {short_p(ALPHA)}"
        + (f"; {REAL_IS_BOLD}." if bold else "; none is."),
        *_seed_caption(differences, n),
        _power_caption(differences),
    )


def _power_caption(differences: list[MethodDifference]) -> str:
    """How many seeds would show a difference of one point, computed for the method with the largest spread."""
    from wcabench.scoring.significance import power_sentence

    most_variable = max(differences, key=lambda each: (each.result.effect.std or 0.0, each.result.effect.n))
    effect = most_variable.result.effect
    where = (
        f" Largest spread of this table: {most_variable.method} on {most_variable.pair}."
        if effect.std
        else ""
    )
    return power_sentence(effect.std, effect.n) + (where if len(differences) > 1 else "")


def _seed_caption(differences: list[MethodDifference], n: list[int]) -> tuple[str, ...]:
    """The smallest p that a test over seeds alone can reach, how often it rejects, and a warning for one seed."""
    attainable = {d.result.n_common_seeds: d.result.attainable_p for d in differences}
    least = [f"{short_p(p)} for n = {seeds}" for seeds, p in sorted(attainable.items())]
    cannot_reject = all(p >= ALPHA for p in attainable.values())
    rejected = [d for d in differences if d.result.p_seeds < ALPHA and not math.isnan(d.result.p_seeds)]
    test = f"A sign-flip test over seeds can reach p = {listed(least)} at the least"
    test += (
        ": it cannot reject at .05 here."
        if cannot_reject
        else f"; unadjusted, it rejects {len(rejected)} of {len(differences)}."
    )
    return (test, "With one seed the interval holds no variance between seeds.") if n[0] == 1 else (test,)
