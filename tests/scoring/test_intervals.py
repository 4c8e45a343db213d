import numpy as np
import pytest
from scipy import stats

from wcabench.errors import UserError
from wcabench.scoring.intervals import Interval, bca_interval, percentile_interval, tails


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_bca_equals_scipy_on_the_same_resamples(level: float) -> None:
    sample = np.random.default_rng(3).exponential(size=25)
    drawn = stats.bootstrap((sample,), np.mean, n_resamples=4000, rng=np.random.default_rng(0))
    theirs = stats.bootstrap(
        (sample,), np.mean, n_resamples=0, bootstrap_result=drawn, method="BCa", confidence_level=level
    ).confidence_interval
    influence = sample - sample.mean()
    acceleration = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    ours = bca_interval(drawn.bootstrap_distribution, float(sample.mean()), float(acceleration), level)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_bca_without_bias_or_acceleration_is_the_percentile_interval() -> None:
    values = np.arange(-500.0, 501.0)
    plain, bca = percentile_interval(values, 0.95), bca_interval(values, 0.0, 0.0, 0.95)
    assert (bca.low, bca.high) == pytest.approx((plain.low, plain.high), abs=1e-6)


def test_bca_of_skewed_resamples_reaches_further_into_the_long_tail() -> None:
    values = np.random.default_rng(0).exponential(size=20_000)
    estimate = float(np.median(values))
    plain, bca = percentile_interval(values, 0.95), bca_interval(values, estimate, 0.1, 0.95)
    assert bca.low > plain.low
    assert bca.high > plain.high


def test_bca_is_finite_where_the_estimate_is_beyond_all_resamples() -> None:
    values = np.linspace(0, 1, 101)
    for estimate in (-5.0, 5.0):
        interval = bca_interval(values, estimate, 0.0, 0.95)
        assert 0 <= interval.low <= interval.high <= 1


def test_one_resample_is_its_own_interval() -> None:
    assert bca_interval(np.array([2.0]), 2.0, 0.0, 0.95) == Interval(2.0, 2.0)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.5, float("nan")])
def test_a_level_outside_0_and_1_is_an_error(level: float) -> None:
    with pytest.raises(UserError, match="between 0 and 1"):
        tails(level)


def test_no_resamples_are_an_error() -> None:
    with pytest.raises(UserError, match="at least one"):
        percentile_interval(np.array([]), 0.95)
