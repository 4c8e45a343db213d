import statistics
from collections.abc import Callable
from dataclasses import astuple, replace

import numpy as np
import pytest

from wcabench.errors import UserError
from wcabench.scoring.bootstrap import resample_difference
from wcabench.scoring.counts import Counts
from wcabench.scoring.crossed_t import crossed_t_interval
from wcabench.scoring.jackknife import influences
from wcabench.scoring.significance import (
    approximate_randomisation,
    compare,
    compare_all,
    crossed_t_mean,
    effect_size,
    seed_permutation,
    summarise,
)
from wcabench.scoring.sums import stack_pair

Make = Callable[..., list[Counts]]


def test_compare_uses_the_common_seeds_only_and_pairs_them(make_counts: Make) -> None:
    a = dict(zip([1, 2, 3, 9], make_counts(60, 4, seed=1), strict=True))
    b = dict(zip([3, 2, 7, 1], make_counts(60, 4, seed=2, skill=0.5), strict=True))
    ours = compare(a, b, resamples=1000, bootstrap=True)
    of_a, of_b = [a[k] for k in (1, 2, 3)], [b[k] for k in (1, 2, 3)]
    differences = [x.f1 - y.f1 for x, y in zip(of_a, of_b, strict=True)]
    interval = crossed_t_interval(influences(stack_pair(of_a, of_b), 3), 0.95)
    resampled = resample_difference(of_a, of_b, 1000)
    assert ours.n_common_seeds == 3
    assert ours.difference == pytest.approx(statistics.mean(differences))
    assert (ours.low, ours.high) == (interval.low, interval.high)
    assert ours.low < ours.difference < ours.high
    assert ours.p_randomisation == approximate_randomisation(of_a, of_b, 1000)
    assert (ours.p_seeds, ours.attainable_p) == seed_permutation(differences)
    assert ours.attainable_p == 0.25
    assert ours.percentile == resampled.interval()
    assert ours.bca == resampled.interval(method="bca")
    assert ours.p == max(ours.p_t, ours.p_randomisation)
    assert ours.effect == effect_size(differences)
    flat = [value for one in astuple(ours) for value in (one if isinstance(one, tuple) else [one])]
    assert all(type(value) in (int, float) for value in flat)
    assert compare(a, b, resamples=1000) == replace(ours, percentile=None, bca=None)


def test_comparing_several_methods_at_once_finds_what_comparing_each_alone_finds(make_counts: Make) -> None:
    baseline = dict(enumerate(make_counts(80, 3, seed=1)))
    methods = {
        "better": dict(enumerate(make_counts(80, 3, seed=2, skill=0.9))),
        "one seed": {1: make_counts(80, 1, seed=3)[0]},
        "other seeds": {7: make_counts(80, 1, seed=3)[0]},
        "other test set": dict(enumerate(make_counts(30, 3))),
    }
    found = compare_all(methods, baseline, resamples=500)
    assert list(found) == list(methods)
    for name in ("better", "one seed"):
        assert found[name] == compare(methods[name], baseline, resamples=500)
    assert "no seed in common" in str(found["other seeds"])
    assert "different test sets" in str(found["other test set"])


def test_summarise_gives_mean_deviation_and_interval(make_counts: Make) -> None:
    counts = dict(enumerate(make_counts(60, 5)))
    f1 = [one.f1 for one in counts.values()]
    ours = summarise(counts)
    assert ours.n == 5
    assert ours.mean == pytest.approx(statistics.mean(f1))
    assert ours.std == pytest.approx(statistics.stdev(f1))
    interval = crossed_t_mean(list(counts.values()))
    assert (ours.low, ours.high) == (interval.low, interval.high)
    assert summarise({3: counts[0]}).std is None


def test_methods_without_a_common_seed_or_test_set_are_errors(make_counts: Make) -> None:
    a = dict(enumerate(make_counts(30, 2)))
    with pytest.raises(UserError, match=r"no seed in common \(0, 1 against 5\)"):
        compare(a, {5: a[0]})
    with pytest.raises(UserError, match="none"):
        compare(a, {})
    with pytest.raises(UserError, match="different test sets"):
        compare(a, dict(enumerate(make_counts(20, 2))))
    with pytest.raises(UserError, match="no seed"):
        summarise({})


def test_types_of_two_methods_may_differ_in_order(make_counts: Make) -> None:
    a = make_counts(30, 1)[0]
    turned = Counts(a.types[::-1], a.tp[:, ::-1], a.predicted[:, ::-1], a.gold[:, ::-1])
    assert compare({1: a}, {1: turned}, resamples=100).difference == 0
    assert np.array_equal(a.gold.sum(1), turned.gold.sum(1))
