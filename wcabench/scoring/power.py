"""How many seeds would show a difference of a given size."""

import math

import numpy as np
from scipy.special import chdtri, nctdtr, stdtrit

from wcabench.errors import UserError

ALPHA = 0.05
POWER = 0.8
MOST_SEEDS = 10_000


def t_test_power(difference: float, std: float, n: int, alpha: float = ALPHA) -> float:
    """Chance that a two-sided paired t-test over `n` seeds rejects (noncentral t; Cohen 1988, section 2.3).

    Args:
        difference: the true mean difference, in percent points.
        std: standard deviation of the seeds' differences, above 0, in percent points.
        n: number of seeds, at least 2.
        alpha: level of the test.
    """
    freedom, shift = n - 1, abs(difference) / std * math.sqrt(n)
    critical = stdtrit(freedom, 1 - alpha / 2)
    if shift > 10 * critical:  # not rejecting takes a normal value beyond 8, whatever n is
        return 1.0
    # Rejecting on the wrong side takes one below -shift. Beyond 6 that is under 1e-9, where scipy may give NaN.
    wrong_side = float(nctdtr(freedom, shift, -critical)) if shift < 6 else 0.0
    return float(1 - nctdtr(freedom, shift, critical)) + wrong_side


def seeds_needed(difference: float, std: float, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """The fewest seeds with which a two-sided paired t-test has the power wanted.

    Args:
        difference: the difference to see, not 0, in percent points.
        std: standard deviation of the seeds' differences, above 0, in percent points.
        alpha: level of the test, in (0, 1).
        power: chance of seeing it, in (alpha, 1).

    Returns:
        At least 2; None for more than 10,000.

    Raises:
        UserError: no difference, no spread, or a level or power out of range.
    """
    _check(difference, std, alpha, power)
    enough = 2
    while t_test_power(difference, std, enough, alpha) < power:
        if enough >= MOST_SEEDS:
            return None
        enough = min(2 * enough, MOST_SEEDS)
    few = enough // 2  # too few: power grows with the number of seeds
    while enough - few > 1 and enough > 2:
        middle = (few + enough) // 2
        if t_test_power(difference, std, middle, alpha) < power:
            few = middle
        else:
            enough = middle
    return enough


def std_range(std: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a standard deviation from n >= 2 normal values (chi-squared)."""
    freedom = n - 1
    upper, lower = chdtri(freedom, np.array([(1 - level) / 2, (1 + level) / 2]))
    return std * math.sqrt(freedom / upper), std * math.sqrt(freedom / lower)


def power_sentence(
    std: float | None, n: int, difference: float = 1.0, alpha: float = ALPHA, power: float = POWER
) -> str:
    """How many seeds would show a difference, in one sentence, with the range that the number may lie in.

    Args:
        std: standard deviation of the paired seed differences (n - 1), in percent points; None for one seed.
        n: number of seeds that it was taken from.
        difference: the difference to be found, in points of F1.
        alpha: level of the test.
        power: chance of seeing it.

    Raises:
        UserError: see `seeds_needed`.
    """
    points = f"{difference:g} point{'s' if difference != 1 else ''}"
    if std is None or n < 2:
        return f"How many seeds would show a difference of {points} cannot be told from one seed: run two or more."
    if std == 0:
        return f"All {n} seeds show the same difference: no spread to tell how many would show {points}."
    low, high = (_seeds(seeds_needed(difference, bound, alpha, power)) for bound in std_range(std, n))
    needed = seeds_needed(difference, std, alpha, power)
    about = "about " if needed else ""
    level = f"{alpha:g}".removeprefix("0")
    goal = (
        f"To see a difference of {points} with {power:.0%} power at alpha {level} (paired t-test over seeds)"
    )
    known = f"the seed differences' standard deviation, {std:.2f}, is from {n} seeds: {low} to {high} are possible"
    return f"{goal} you need {about}{_seeds(needed)} seeds; {known}."


def _seeds(needed: int | None) -> str:
    return f"more than {MOST_SEEDS:,}" if needed is None else str(needed)


def _check(difference: float, std: float, alpha: float, power: float) -> None:
    if not (abs(difference) > 0 and math.isfinite(difference)):
        raise UserError(f"difference {difference}: the difference to see must be a number other than 0")
    if not (std > 0 and math.isfinite(std)):
        raise UserError(f"standard deviation {std}: it must be above 0 to tell how many seeds are needed")
    if not 0 < alpha < power < 1:
        raise UserError(f"alpha {alpha} and power {power}: wanted 0 < alpha < power < 1")
