import numpy as np
import pytest

from wcabench.errors import UserError
from wcabench.scoring.effect_size import effect_size, hedges_correction


def test_d_z_is_the_mean_difference_over_its_deviation() -> None:
    d = [1.0, 2.0, 3.0, 2.0]
    found = effect_size(d)
    assert (found.n, found.mean) == (4, 2.0)
    assert found.std == pytest.approx(np.std(d, ddof=1))
    assert found.d_z == pytest.approx(2 / np.std(d, ddof=1))
    assert effect_size([-x for x in d]).d_z == pytest.approx(-2 / np.std(d, ddof=1))


def test_hedges_correction_is_near_its_usual_approximation_and_makes_d_unbiased() -> None:
    for freedom in (2, 4, 9, 50, 2000):
        assert hedges_correction(freedom) == pytest.approx(1 - 3 / (4 * freedom - 1), abs=0.01)
    samples = np.random.default_rng(0).normal(1, 1, (40_000, 5))
    d = samples.mean(1) / samples.std(1, ddof=1)
    correction = hedges_correction(4)
    assert correction is not None
    assert d.mean() > 1.2
    assert d.mean() * correction == pytest.approx(1, abs=0.02)
    assert effect_size(samples[0]).hedges == pytest.approx(d[0] * correction)


def test_too_few_seeds_or_no_spread_have_no_effect_size() -> None:
    one, two, equal = effect_size([1.5]), effect_size([1.0, 2.0]), effect_size([0.1 + 0.2, 0.3, 0.3])
    assert (one.std, one.d_z, one.hedges) == (None, None, None)
    assert two.d_z == pytest.approx(1.5 / np.sqrt(0.5))
    assert two.hedges is None
    assert (equal.std, equal.d_z, equal.hedges) == (0.0, None, None)


def test_no_differences_are_an_error() -> None:
    with pytest.raises(UserError, match="no seed"):
        effect_size([])
