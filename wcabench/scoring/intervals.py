"""Intervals from a bootstrap distribution: percentile and BCa."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from wcabench.errors import UserError


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval, in percent points of F1."""

    low: float
    high: float


def percentile_interval(values: NDArray[np.float64], level: float) -> Interval:
    """The middle `level` of the resampled values (Efron & Tibshirani 1993, chapter 13).

    Args:
        values: the statistic on each resample, [n_resamples].
        level: coverage aimed at, in (0, 1).

    Raises:
        UserError: no values, or a level outside (0, 1).
    """
    return _quantiles(values, np.array(tails(level)))


def bca_interval(values: NDArray[np.float64], estimate: float, acceleration: float, level: float) -> Interval:
    """The bias-corrected and accelerated interval (Efron 1987; Efron & Tibshirani 1993, equation 14.10).

    Its bounds are other quantiles of the same distribution than the percentile interval's, corrected for the bias of
    the median and for the skewness of the estimate. It does not correct the variance that too few seeds understate.

    Args:
        values: the statistic on each resample, [n_resamples]; half of those equal to the estimate count as below it.
        estimate: the statistic on the sample itself.
        acceleration: a sixth of the skewness of the estimate: see `jackknife.acceleration`.
        level: coverage aimed at, in (0, 1).

    Raises:
        UserError: no values, or a level outside (0, 1).
    """
    z = ndtri(np.array(tails(level)))
    n = len(values)
    below = (np.count_nonzero(values < estimate) + np.count_nonzero(values <= estimate)) / 2
    # An estimate above or below all resamples would make the bias infinite: half a resample is the bound.
    share = np.clip(below, 0.5, n - 0.5) / n if n > 1 else 0.5
    bias = ndtri(share)
    moved = ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
    return _quantiles(values, moved)


def tails(level: float) -> tuple[float, float]:
    """The probabilities of the two bounds of an equal-tailed interval: 0.025 and 0.975 for level 0.95.

    Raises:
        UserError: a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise UserError(f"level {level}: the coverage of an interval lies between 0 and 1, such as 0.95")
    return (1 - level) / 2, (1 + level) / 2


def _quantiles(values: NDArray[np.float64], probabilities: NDArray[np.float64]) -> Interval:
    if not len(values):
        raise UserError("0 resamples: an interval needs at least one")
    low, high = np.quantile(values, probabilities)
    return Interval(float(low), float(high))
