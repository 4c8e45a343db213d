import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from wcabench.errors import UserError
from wcabench.scoring.power import power_sentence, seeds_needed, std_range, t_test_power


def certain(power: float) -> float:
    """scipy's noncentral t gives NaN for a probability that it cannot tell from 1."""
    return float(np.nan_to_num(power, nan=1.0))


@pytest.mark.parametrize("n", [2, 3, 5, 12, 100])
@pytest.mark.parametrize("effect", [0.1, 0.5, 1.0, 3.0])
def test_power_equals_statsmodels_and_scipys_noncentral_t(n: int, effect: float) -> None:
    ours = t_test_power(effect * 0.7, 0.7, n)
    assert ours == pytest.approx(certain(TTestPower().power(effect, n, 0.05)), abs=1e-9)
    shift, critical = effect * np.sqrt(n), stats.t.ppf(0.975, n - 1)
    theirs = stats.nct.sf(critical, n - 1, shift) + stats.nct.sf(critical, n - 1, -shift)
    assert ours == pytest.approx(certain(theirs), abs=1e-9)


@pytest.mark.parametrize("effect", [0.05, 0.2, 0.5, 0.8, 1.5, 4.0])
def test_the_seeds_needed_are_the_fewest_with_that_power(effect: float) -> None:
    n = seeds_needed(effect, 1.0)
    assert n is not None
    assert t_test_power(effect, 1.0, n) >= 0.8
    assert n == 2 or t_test_power(effect, 1.0, n - 1) < 0.8
    if n > 5:
        assert n == np.ceil(TTestPower().solve_power(effect, power=0.8, alpha=0.05))


def test_a_simulated_t_test_with_the_seeds_needed_has_that_power() -> None:
    n = seeds_needed(1.0, 1.2)
    assert n is not None
    samples = np.random.default_rng(0).normal(1, 1.2, (20_000, n))
    rejected = np.mean(stats.ttest_1samp(samples, 0, axis=1).pvalue < 0.05)
    assert rejected == pytest.approx(t_test_power(1.0, 1.2, n), abs=0.01)


def test_a_difference_that_ten_thousand_seeds_do_not_show_has_no_number() -> None:
    assert seeds_needed(0.001, 1.0) is None
    assert "you need about more than" not in power_sentence(1.0, 5, 0.001)
    assert "you need more than 10,000 seeds" in power_sentence(1.0, 5, 0.001)


def test_the_sign_of_a_difference_does_not_matter_and_a_huge_one_needs_two() -> None:
    assert seeds_needed(-0.5, 1.0) == seeds_needed(0.5, 1.0)
    assert seeds_needed(1e6, 1.0) == 2


def test_the_range_of_a_deviation_covers_it_as_often_as_it_says() -> None:
    samples = np.random.default_rng(0).normal(0, 2, (20_000, 5)).std(1, ddof=1)
    low, high = std_range(1.0, 5)
    assert np.mean((samples * low <= 2) & (samples * high >= 2)) == pytest.approx(0.95, abs=0.01)


def test_the_sentence_says_how_many_seeds_and_how_roughly_that_is_known() -> None:
    n, low, high = (seeds_needed(1.0, std) for std in (0.9, *std_range(0.9, 5)))
    assert power_sentence(0.9, 5) == (
        "To see a difference of 1 point with 80% power at alpha .05 (paired t-test over seeds) you need about "
        f"{n} seeds; the seed differences' standard deviation, 0.90, is from 5 seeds: {low} to {high} are "
        "possible."
    )
    assert "difference of 0.5 points with 90% power" in power_sentence(0.9, 5, 0.5, power=0.9)


def test_one_seed_and_seeds_without_spread_are_answered_in_words() -> None:
    assert "cannot be told from one seed: run two or more" in power_sentence(None, 1)
    assert "All 3 seeds show the same difference" in power_sentence(0.0, 3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"difference": 0.0}, "other than 0"),
        ({"difference": float("nan")}, "other than 0"),
        ({"std": 0.0}, "above 0"),
        ({"std": float("inf")}, "above 0"),
        ({"power": 1.0}, "alpha < power < 1"),
        ({"alpha": 0.0}, "0 < alpha"),
    ],
)
def test_a_question_without_an_answer_is_an_error(changed: dict[str, float], message: str) -> None:
    with pytest.raises(UserError, match=message):
        seeds_needed(**{"difference": 1.0, "std": 1.0, **changed})
