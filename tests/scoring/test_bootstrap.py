from collections.abc import Callable

import numpy as np
import pytest

from wcabench.errors import UserError
from wcabench.scoring import bootstrap
from wcabench.scoring.bootstrap import RESAMPLES, SEED, Method, resample_difference
from wcabench.scoring.counts import Counts
from wcabench.scoring.intervals import Interval
from wcabench.scoring.sums import exact_floats, f1_of_sums, stack

Make = Callable[..., list[Counts]]


def f1_of_rows(counts: Counts, rows: np.ndarray) -> float:
    return Counts(counts.types, counts.tp[rows], counts.predicted[rows], counts.gold[rows]).f1


def interval(
    a: list[Counts],
    b: list[Counts] | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = SEED,
    method: Method = "percentile",
) -> Interval:
    """Of the difference; without `b` to a method that finds no entity, so of the mean F1 itself."""
    nothing_found = [Counts(one.types, 0 * one.tp, one.predicted, one.gold) for one in a]
    return resample_difference(a, b or nothing_found, resamples, seed).interval(level, method)


def naive_means(a: list[Counts], b: list[Counts] | None, resamples: int, seed: int) -> np.ndarray:
    """The definition in loops: draw sentences, draw seeds, score the drawn rows with `Counts.f1`."""
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(resamples):
        rows = rng.integers(0, len(a[0].gold), len(a[0].gold))
        values = []
        for k in rng.integers(0, len(a), len(a)):
            values.append(f1_of_rows(a[k], rows) - (f1_of_rows(b[k], rows) if b else 0))
        means.append(np.mean(values))
    return np.array(means)


def test_f1_of_summed_columns_equals_the_f1_of_counts(make_counts: Make) -> None:
    counts = make_counts(50, 3)
    assert f1_of_sums(stack(counts).sum(0)).tolist() == pytest.approx([one.f1 for one in counts])


def test_resampled_sums_are_those_of_real_resamples(make_counts: Make) -> None:
    """Three sentences, two of them with entities: every resample is a multiset that can be listed."""
    gold = np.array([[1], [0], [10]])
    counts = Counts(("PER",), gold, gold, gold)
    rng = np.random.default_rng(0)
    sums = np.concatenate(list(bootstrap._resampled_sums(stack([counts]), 60_000, rng)))
    ones, tens = sums[:, 0] % 10, sums[:, 0] // 10
    assert np.array_equal(sums[:, 1], 2 * sums[:, 0])
    for i in range(4):
        for j in range(4 - i):
            ways = {0: 1, 1: 3, 2: 3, 3: 1}[i] * {0: 1, 1: 3 - i, 2: (3 - i) * (2 - i) // 2, 3: 1}[j]
            assert np.mean((ones == i) & (tens == j)) == pytest.approx(ways / 27, abs=0.01)


@pytest.mark.parametrize("paired", [False, True])
def test_intervals_agree_with_the_bootstrap_in_plain_loops(make_counts: Make, paired: bool) -> None:
    a = make_counts(60, 4, seed=1)
    b = make_counts(60, 4, seed=2, skill=0.5) if paired else None
    naive = np.quantile(naive_means(a, b, 3000, seed=9), [0.025, 0.975])
    ours = interval(a, b)
    assert [ours.low, ours.high] == pytest.approx(naive, abs=0.5)


def test_one_seed_agrees_with_scipy(make_counts: Make) -> None:
    from scipy.stats import bootstrap as scipy_bootstrap

    counts = make_counts(80, 1, seed=4)
    columns = stack(counts)

    def f1(rows: np.ndarray, axis: int) -> np.ndarray:
        return f1_of_sums(columns[np.moveaxis(rows, axis, -1)].sum(-2))[..., 0]

    theirs = scipy_bootstrap((np.arange(80),), f1, method="percentile", rng=np.random.default_rng(0))
    ours = interval(counts)
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.6)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.6)


def test_the_same_seed_gives_the_same_interval_and_another_one_another(make_counts: Make) -> None:
    counts = make_counts(70, 3)
    assert interval(counts, resamples=500) == interval(counts, resamples=500)
    assert interval(counts, resamples=500) != interval(counts, resamples=500, seed=1)


def test_swapping_the_methods_negates_the_interval(make_counts: Make) -> None:
    a, b = make_counts(90, 3, seed=1), make_counts(90, 3, seed=2, skill=0.7)
    there, back = interval(a, b, 2000), interval(b, a, 2000)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)


def test_equal_methods_differ_by_exactly_nothing(make_counts: Make) -> None:
    a = make_counts(40, 2)
    assert interval(a, a, 200) == Interval(0.0, 0.0)


def test_a_test_set_without_entities_scores_zero_everywhere(make_counts: Make) -> None:
    nothing = np.zeros((5, 1))
    counts = [Counts(("PER",), nothing, nothing, nothing)] * 2
    assert interval(counts, resamples=100) == Interval(0.0, 0.0)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Sentences drawn anew from one population; one model without seed variance: coverage is near 95%."""
    rng = np.random.default_rng(7)
    tp, gold = rng.binomial(3, 0.5, 20_000), np.full(20_000, 3)
    truth = 200 * tp.sum() / (2 * gold.sum())
    covered = 0
    for _ in range(200):
        rows = rng.integers(0, 20_000, 150)
        one = Counts(("PER",), tp[rows, None], gold[rows, None], gold[rows, None])
        ours = interval([one], resamples=400)
        covered += ours.low <= truth <= ours.high
    assert 0.89 <= covered / 200 <= 0.99


def test_a_lower_level_gives_a_narrower_interval(make_counts: Make) -> None:
    counts = make_counts(60, 3)
    wide, narrow = interval(counts, resamples=500), interval(counts, resamples=500, level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_sums_beyond_single_precision_use_double() -> None:
    columns = np.array([[2**20 + 1]])
    assert exact_floats(columns, 2).dtype == np.float32
    assert exact_floats(columns, 5000).dtype == np.float64


def test_different_test_sets_and_unpaired_seeds_are_errors(make_counts: Make) -> None:
    a = make_counts(30, 2)
    for other, message in (
        (make_counts(29, 2), "30 sentences with scores of 29"),
        (make_counts(30, 2, test_set=1), "sentence .* different numbers of gold"),
        (make_counts(30, 3), "pair 2 seeds with 3"),
    ):
        with pytest.raises(UserError, match=message):
            resample_difference(a, other)
    with pytest.raises(UserError, match="no seed"):
        resample_difference([], [])


def test_bca_of_one_seed_agrees_with_scipy(make_counts: Make) -> None:
    from scipy.stats import bootstrap as scipy_bootstrap

    counts = make_counts(40, 1, seed=4, skill=0.9)
    columns = stack(counts)

    def f1(rows: np.ndarray, axis: int) -> np.ndarray:
        return f1_of_sums(columns[np.moveaxis(rows, axis, -1)].sum(-2))[..., 0]

    theirs = scipy_bootstrap((np.arange(40),), f1, method="BCa", rng=np.random.default_rng(0))
    ours = interval(counts, method="bca")
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.6)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.6)


def test_one_resampling_gives_both_intervals(make_counts: Make) -> None:
    a, b = make_counts(60, 3, seed=1), make_counts(60, 3, seed=2, skill=0.7)
    resampled = resample_difference(a, b, 500)
    assert resampled.interval() == interval(a, b, 500)
    assert resampled.interval(method="bca") == interval(a, b, 500, method="bca")
    assert resampled.interval() != resampled.interval(method="bca")


def test_bca_of_swapped_methods_is_negated(make_counts: Make) -> None:
    a, b = make_counts(90, 3, seed=1), make_counts(90, 3, seed=2, skill=0.7)
    there, back = (interval(*both, 2000, method="bca") for both in ((a, b), (b, a)))
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=0.01)


def test_bca_of_equal_methods_is_exactly_nothing(make_counts: Make) -> None:
    a = make_counts(40, 2)
    assert interval(a, a, 200, method="bca") == Interval(0.0, 0.0)


def test_a_level_method_or_number_of_resamples_that_there_is_not_is_an_error(make_counts: Make) -> None:
    counts = make_counts(20, 2)
    with pytest.raises(UserError, match="level 95"):
        interval(counts, resamples=100, level=95)
    with pytest.raises(UserError, match="percentile and bca"):
        interval(counts, resamples=100, method="studentised")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="0 resamples"):
        interval(counts, resamples=0)


def test_ten_thousand_resamples_of_a_pair_take_two_seconds_of_processor_time_at_most(
    make_counts: Make,
) -> None:
    """5,000 sentences, all with entities, x 5 seeds; processor time, since others may share the machine."""
    import time

    a, b = (make_counts(5000, 5, seed=seed, empty=0.0) for seed in (1, 2))
    start = time.thread_time()
    interval(a, b, 10_000, method="bca")
    assert time.thread_time() - start < 2.0  # half a second on a quiet core
