"""What a sweep over word aligners says, in sentences."""

from collections.abc import Sequence

from wcabench.reports.table import listed, number, signed
from wcabench.sweep.sweep import Outcome
from wcabench.words.alignment_error_rate import error_rate_difference

NEAREST = "nearest-token"


def findings(golds: Sequence[str], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """The lowest error rates, and what each coupling gains on nearest-token.

    Args:
        golds: the gold sets' names.
        outcomes: of the methods' reference settings.
    """
    return (*(_lowest(gold, outcomes) for gold in golds), *_against_nearest(golds, outcomes))


def _lowest(gold: str, outcomes: Sequence[Outcome]) -> str:
    here = [one for one in outcomes if one.gold == gold]
    couplings = [one for one in here if one.setting.layers]
    statistical = [one for one in here if not one.setting.layers]
    parts = [
        f"{kind} {_named(min(ones, key=lambda one: one.score.error_rate))}"
        for kind, ones in (("statistical", statistical), ("by an encoder", couplings))
        if ones
    ]
    return f"{gold}, lowest AER: {'; '.join(parts)}."


def _named(one: Outcome) -> str:
    low, high = one.interval
    rate = f"{100 * one.score.error_rate:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
    return f"{one.setting.method} ({one.setting.direction}) {rate}"


def _against_nearest(golds: Sequence[str], outcomes: Sequence[Outcome]) -> list[str]:
    """The difference of each other coupling to nearest-token in the direction that combines both."""
    found = {(one.setting.method, one.setting.direction, one.gold): one for one in outcomes}
    couplings = dict.fromkeys(one.setting.method for one in outcomes if one.setting.layers)
    directions = {one.setting.direction for one in outcomes if one.setting.method == NEAREST}
    if not directions:
        return []
    direction = "intersect" if "intersect" in directions else min(directions)
    lines = []
    for method in couplings:
        if method == NEAREST or (method, direction, golds[0]) not in found:
            continue
        places = [
            _difference(gold, found[method, direction, gold], found[NEAREST, direction, gold])
            for gold in golds
        ]
        lines.append(
            f"{method} minus {NEAREST} ({direction}), points of AER with 95% interval, paired by sentence: "
            f"{listed(places)}."
        )
    return lines


def _difference(gold: str, one: Outcome, other: Outcome) -> str:
    value, (low, high) = error_rate_difference(one.counts, other.counts)
    return f"{gold} {signed(100 * value)} [{number(100 * low)}, {number(100 * high)}]"
