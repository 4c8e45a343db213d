from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from wcabench.errors import UserError
from wcabench.scoring.bootstrap import resample_difference
from wcabench.scoring.counts import Counts
from wcabench.scoring.crossed_t import crossed_t_interval, crossed_t_mean, crossed_t_p
from wcabench.scoring.intervals import Interval
from wcabench.scoring.jackknife import Influences, influences
from wcabench.scoring.sums import stack_pair

Make = Callable[..., list[Counts]]


def additive(seeds: np.ndarray, sentences: np.ndarray, noise: np.ndarray | float = 0.0) -> Influences:
    """Influences of a mean of seed part + sentence part + noise: its own values less their mean."""
    values = seeds + sentences[:, None] + noise
    mean = values.mean()
    return Influences(
        float(mean), values.mean(0) - mean, values.mean(1) - mean, values - values.mean(0, keepdims=True)
    )


def difference_interval(a: list[Counts], b: list[Counts]) -> Interval:
    return crossed_t_interval(influences(stack_pair(a, b), len(a)), 0.95)


def test_seeds_that_alone_vary_give_students_interval() -> None:
    seeds = np.array([1.0, 2.0, 4.0, 3.5, 0.0])
    ours = crossed_t_interval(additive(seeds, np.zeros(50)), 0.95)
    theirs = stats.ttest_1samp(seeds, 0)
    interval = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high))
    assert crossed_t_p(additive(seeds, np.zeros(50))) == pytest.approx(theirs.pvalue)


def test_sentences_that_alone_vary_give_students_interval() -> None:
    sentences = np.random.default_rng(0).normal(size=40)
    ours = crossed_t_interval(additive(np.zeros(5), sentences), 0.9)
    theirs = stats.ttest_1samp(sentences, 0).confidence_interval(0.9)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("shift", [-1.0, 0.1, 0.6])
def test_p_is_below_1_minus_the_level_exactly_where_the_interval_excludes_0(
    level: float, shift: float
) -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        found = additive(rng.normal(shift, 1, 4), rng.normal(0, 3, 60), rng.normal(0, 1, (60, 4)))
        interval = crossed_t_interval(found, level)
        assert (crossed_t_p(found) < 1 - level) == (interval.low > 0 or interval.high < 0)


def test_the_interaction_is_counted_once() -> None:
    """With nothing but interaction the variance is that of all places' mean, which no part may fall below."""
    noise = np.random.default_rng(1).normal(size=(400, 40))
    interval = crossed_t_interval(additive(np.zeros(40), np.zeros(400), noise), 0.95)
    width = 2 * 1.96 / np.sqrt(noise.size)
    assert width * 0.8 < interval.high - interval.low < width * 1.4


def test_one_seed_gives_the_interval_over_sentences_near_the_bootstraps(make_counts: Make) -> None:
    counts = make_counts(300, 1)
    nothing_found = [Counts(one.types, 0 * one.tp, one.predicted, one.gold) for one in counts]
    ours, theirs = crossed_t_mean(counts), resample_difference(counts, nothing_found).interval()
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.5)


def test_the_interval_is_around_the_estimate_and_turns_with_the_methods(make_counts: Make) -> None:
    a, b = make_counts(90, 3, seed=1), make_counts(90, 3, seed=2, skill=0.7)
    there, back = difference_interval(a, b), difference_interval(b, a)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    mean = np.mean([x.f1 - y.f1 for x, y in zip(a, b, strict=True)])
    assert (there.low + there.high) / 2 == pytest.approx(mean)


def test_equal_methods_differ_by_exactly_nothing_and_an_empty_test_set_too(make_counts: Make) -> None:
    a = make_counts(40, 2)
    assert difference_interval(a, a).low == difference_interval(a, a).high == 0
    assert crossed_t_p(additive(np.zeros(3), np.zeros(9))) == 1
    assert crossed_t_p(additive(np.ones(3), np.zeros(9))) == 0
    nothing = np.zeros((5, 1))
    assert crossed_t_mean([Counts(("PER",), nothing, nothing, nothing)] * 2).high == 0


def test_unpaired_seeds_and_a_level_outside_0_and_1_are_errors(make_counts: Make) -> None:
    a = make_counts(30, 2)
    with pytest.raises(UserError, match="pair 2 seeds with 1"):
        difference_interval(a, a[:1])
    with pytest.raises(UserError, match="level 2"):
        crossed_t_mean(a, level=2)
