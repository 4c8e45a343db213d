from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from wcabench.scoring.counts import Counts
from wcabench.scoring.jackknife import Influences, acceleration, influences
from wcabench.scoring.sums import stack, stack_pair

Make = Callable[..., list[Counts]]


def without(counts: Counts, sentence: int) -> Counts:
    kept = [np.delete(array, sentence, 0) for array in (counts.tp, counts.predicted, counts.gold)]
    return Counts(counts.types, *kept)


def difference(a: list[Counts], b: list[Counts]) -> float:
    return float(np.mean([x.f1 - y.f1 for x, y in zip(a, b, strict=True)]))


def test_influences_equal_leaving_out_in_plain_loops(make_counts: Make) -> None:
    a, b = make_counts(12, 3, seed=1, empty=0), make_counts(12, 3, seed=2, empty=0)
    found = influences(stack_pair(a, b), 3)
    left = [
        difference([without(x, i) for x in a], [without(y, i) for y in b]) for i in range(12)
    ]  # one a sentence
    assert found.estimate == pytest.approx(difference(a, b))
    assert found.sentences == pytest.approx(11 * (np.mean(left) - np.array(left)))
    seeds = [difference(a[:k] + a[k + 1 :], b[:k] + b[k + 1 :]) for k in range(3)]
    assert found.seeds == pytest.approx(2 * (np.mean(seeds) - np.array(seeds)))
    own = [difference([without(a[1], i)], [without(b[1], i)]) for i in range(12)]
    assert found.crossed[:, 1] == pytest.approx(11 * (np.mean(own) - np.array(own)))


def test_influences_sum_to_zero(make_counts: Make) -> None:
    found = influences(stack(make_counts(50, 4)), 4)
    assert found.seeds.sum() == pytest.approx(0, abs=1e-9)
    assert found.sentences.sum() == pytest.approx(0, abs=1e-6)
    assert np.abs(found.crossed.sum(0)).max() < 1e-6


def test_the_acceleration_of_a_mean_is_a_sixth_of_its_skewness() -> None:
    x = np.random.default_rng(0).exponential(size=30)
    one_seed = Influences(x.mean(), np.zeros(1), x - x.mean(), (x - x.mean())[:, None])
    assert acceleration(one_seed) == pytest.approx(stats.skew(x) / np.sqrt(30) / 6)


def test_the_acceleration_of_seeds_and_sentences_is_that_of_scipys_two_samples() -> None:
    """The mean of a sum of a seed's and a sentence's part: scipy has it as a statistic of two samples."""
    rng = np.random.default_rng(1)
    seeds, sentences = rng.exponential(size=6), rng.gamma(2, size=20)

    def total(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
        return x.mean(axis) + y.mean(axis)

    drawn = stats.bootstrap((seeds, sentences), total, n_resamples=3000, rng=np.random.default_rng(0))
    theirs = stats.bootstrap(
        (seeds, sentences), total, n_resamples=0, bootstrap_result=drawn, method="BCa"
    ).confidence_interval
    from wcabench.scoring.intervals import bca_interval

    u, v = seeds - seeds.mean(), sentences - sentences.mean()
    found = Influences(float(seeds.mean() + sentences.mean()), u, v, v[:, None] + np.zeros(6))
    ours = bca_interval(drawn.bootstrap_distribution, found.estimate, acceleration(found), 0.95)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_the_acceleration_of_what_does_not_vary_is_zero(make_counts: Make) -> None:
    a = make_counts(10, 2)
    assert acceleration(influences(stack_pair(a, a), 2)) == 0
    assert acceleration(influences(stack(make_counts(1, 1)), 1)) == 0
