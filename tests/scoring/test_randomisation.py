from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from wcabench.errors import UserError
from wcabench.scoring.counts import Counts
from wcabench.scoring.randomisation import approximate_randomisation, attainable_p, seed_permutation
from wcabench.scoring.sums import f1_of_sums, stack

Make = Callable[..., list[Counts]]


def test_randomisation_approaches_the_exact_permutation_test_of_scipy(make_counts: Make) -> None:
    """Ten sentences, two seeds: all 1,024 swaps can be listed."""
    a = make_counts(10, 2, seed=1, empty=0.2)
    b = make_counts(10, 2, seed=5, skill=0.3, empty=0.2)
    rows = np.concatenate([stack(a), stack(b)])

    def difference(of_a: np.ndarray, of_b: np.ndarray, axis: int) -> np.ndarray:
        means = [f1_of_sums(rows[np.moveaxis(at, axis, -1)].sum(-2)).mean(-1) for at in (of_a, of_b)]
        return means[0] - means[1]

    exact = stats.permutation_test(
        (np.arange(10), np.arange(10) + 10), difference, permutation_type="samples", n_resamples=np.inf
    )
    assert 0.01 < exact.pvalue < 0.9
    assert approximate_randomisation(a, b, 40_000) == pytest.approx(exact.pvalue, abs=0.01)


def test_randomisation_is_symmetric_and_repeatable(make_counts: Make) -> None:
    a, b = make_counts(80, 3, seed=1), make_counts(80, 3, seed=2)
    p = approximate_randomisation(a, b, 2000)
    assert p == approximate_randomisation(a, b, 2000)
    assert p == pytest.approx(approximate_randomisation(b, a, 2000), abs=0.05)


def test_equal_outputs_give_p_one_and_very_different_ones_the_smallest(make_counts: Make) -> None:
    a = make_counts(200, 2, skill=0.9)
    assert approximate_randomisation(a, a, 500) == 1
    assert approximate_randomisation(a, make_counts(200, 2, skill=0.2, seed=1), 500) == 1 / 501


def test_under_the_null_p_is_about_uniform(make_counts: Make) -> None:
    p = [
        approximate_randomisation(
            make_counts(60, 2, seed=1000 + i, test_set=i), make_counts(60, 2, seed=5000 + i, test_set=i), 300
        )
        for i in range(300)
    ]
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert np.mean(np.array(p) <= 0.05) <= 0.09


def test_unpaired_seeds_and_other_test_sets_are_errors(make_counts: Make) -> None:
    a = make_counts(30, 2)
    with pytest.raises(UserError, match="pair 2 seeds with 1"):
        approximate_randomisation(a, a[:1])
    with pytest.raises(UserError, match="different test sets"):
        approximate_randomisation(a, make_counts(31, 2))


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 12])
def test_seed_permutation_equals_scipys_exact_permutation_test(n: int) -> None:
    d = np.random.default_rng(n).normal(0.4, 1, n)
    p, smallest = seed_permutation(d)
    if n > 1:
        theirs = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf)
        assert p == pytest.approx(theirs.pvalue)
    assert smallest <= p <= 1


def test_seed_permutation_of_signed_ranks_equals_wilcoxon() -> None:
    d = np.array([1.0, -2, 3, 4, -5, 6, 7, 8, 9])
    assert seed_permutation(d)[0] == pytest.approx(stats.wilcoxon(d, method="exact").pvalue)


@pytest.mark.parametrize(("n", "p"), [(1, 1.0), (2, 0.5), (3, 0.25), (5, 0.0625), (10, 2 / 1024)])
def test_differences_of_one_sign_reach_the_attainable_p_and_no_less(n: int, p: float) -> None:
    assert attainable_p(n) == p
    for d in (np.full(n, 1.7), np.arange(1, n + 1) * -0.3):
        assert seed_permutation(d) == (p, p)


def test_seed_permutation_counts_ties_that_differ_by_rounding() -> None:
    assert seed_permutation([0.1, 0.2, -0.3])[0] == 1.0
    assert seed_permutation([0.0, 0.0])[0] == 1.0
    assert seed_permutation([0.1 + 0.2, 0.3, -0.3]) == seed_permutation([0.3, 0.3, -0.3])


def test_more_than_twenty_seeds_are_sampled_and_near_the_exact_p() -> None:
    d = np.array([1.0, -0.5] * 10)
    exact, smallest = seed_permutation(d)
    assert smallest == attainable_p(20) == 2 / 2**20
    assert exact * 2**19 == pytest.approx(round(exact * 2**19))  # a whole number of sign patterns
    sampled, smallest = seed_permutation([*d, 0.0])  # a zero difference changes nothing
    assert sampled == pytest.approx(exact, abs=0.01)
    assert smallest == pytest.approx(1 / 100_001)
    assert seed_permutation(np.ones(40))[0] == seed_permutation(np.ones(40))[1] == 1 / 100_001


def test_no_differences_is_an_error() -> None:
    with pytest.raises(UserError, match="no seed"):
        seed_permutation([])
