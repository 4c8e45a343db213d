"""Effect size: the paired difference of two methods relative to its spread over seeds."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from wcabench.errors import UserError


@dataclass(frozen=True, slots=True)
class EffectSize:
    """A paired difference over seeds, and its size relative to its spread.

    Attributes:
        n: number of seeds.
        mean: of the differences, in percent points.
        std: their standard deviation (n - 1), in percent points; None for one seed.
        d_z: Cohen's d_z, mean / std (Cohen 1988, section 2.3.5); None where there is no spread to divide by.
        hedges: d_z with Hedges' correction for small samples (Hedges 1981, equation 6e), by
            `hedges_correction`; None for fewer than three seeds too.
    """

    n: int
    mean: float
    std: float | None
    d_z: float | None
    hedges: float | None


def effect_size(differences: ArrayLike) -> EffectSize:
    """Effect size of a paired difference over seeds.

    It is that of one test set: the denominator is the spread between seeds, not that between sentences.

    Args:
        differences: F1 of one method minus F1 of the other, by seed, [n], in percent points.

    Raises:
        UserError: no difference at all.
    """
    d = seed_differences(differences)
    mean = float(d.mean())
    if len(d) < 2:
        return EffectSize(len(d), mean, None, None, None)
    std = float(d.std(ddof=1))
    if std <= 1e-9 * max(1.0, abs(mean)):  # equal up to rounding
        return EffectSize(len(d), mean, 0.0, None, None)
    correction = hedges_correction(len(d) - 1)
    return EffectSize(len(d), mean, std, mean / std, correction and mean / std * correction)


def hedges_correction(freedom: int) -> float | None:
    """The factor that makes d unbiased: G(m / 2) / (sqrt(m / 2) G((m - 1) / 2)), with m degrees of freedom.

    Source: Hedges 1981, equation 6e. None for one degree of freedom, for which d has no expectation.
    """
    if freedom < 2:
        return None
    m = freedom
    return math.exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / math.sqrt(m / 2)


def seed_differences(differences: ArrayLike) -> NDArray[np.float64]:
    """Differences by seed as an array, [n].

    Raises:
        UserError: none, or not one number a seed.
    """
    d = np.asarray(differences, np.float64)
    if d.ndim != 1 or not d.size:
        raise UserError("nothing to compare: no seed has both methods")
    return d
