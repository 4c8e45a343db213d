"""Sentences on what a sweep over word aligners shows."""

from collections.abc import Sequence

from wcabench.reports.table import listed, number, signed
from wcabench.sweep.sweep import Outcome
from wcabench.words.alignment_error_rate import error_rate_difference

NEAREST = "nearest-token"


def findings(golds: Sequence[str], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Say the lowest error rate on each gold set, and how much each coupling differs from nearest-token.

    Args:
        golds: the gold sets' names.
        outcomes: of the methods' reference settings.
    """
    return (*(_lowest(gold, outcomes) for gold in golds), *_against_nearest(golds, outcomes))


def _lowest(gold: str, outcomes: Sequence[Outcome]) -> str:
    own = [outcome for outcome in outcomes if outcome.gold == gold]
    couplings = [outcome for outcome in own if outcome.setting.layers]
    statistical = [outcome for outcome in own if not outcome.setting.layers]
    parts = [
        f"{kind} {_named(min(of_kind, key=lambda outcome: outcome.score.error_rate))}"
        for kind, of_kind in (("statistical", statistical), ("by an encoder", couplings))
        if of_kind
    ]
    return f"{gold}, lowest AER: {'; '.join(parts)}."


def _named(outcome: Outcome) -> str:
    low, high = outcome.interval
    rate = f"{100 * outcome.score.error_rate:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
    return f"{outcome.setting.method} ({outcome.setting.direction}) {rate}"


def _against_nearest(golds: Sequence[str], outcomes: Sequence[Outcome]) -> list[str]:
    """One sentence for each other coupling: its difference to nearest-token, by intersected links if measured."""
    by_setting = {(each.setting.method, each.setting.direction, each.gold): each for each in outcomes}
    couplings = dict.fromkeys(each.setting.method for each in outcomes if each.setting.layers)
    directions = {each.setting.direction for each in outcomes if each.setting.method == NEAREST}
    if not directions:
        return []
    direction = "intersect" if "intersect" in directions else min(directions)
    lines = []
    for method in couplings:
        if method == NEAREST or (method, direction, golds[0]) not in by_setting:
            continue
        differences = [
            _difference(gold, by_setting[method, direction, gold], by_setting[NEAREST, direction, gold])
            for gold in golds
        ]
        lines.append(
            f"{method} minus {NEAREST} ({direction}), points of AER with 95% interval, paired by sentence: "
            f"{listed(differences)}."
        )
    return lines


def _difference(gold: str, outcome: Outcome, other: Outcome) -> str:
    value, (low, high) = error_rate_difference(outcome.counts, other.counts)
    return f"{gold} {signed(100 * value)} [{number(100 * low)}, {number(100 * high)}]"
