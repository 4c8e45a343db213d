"""Influence of every seed and every sentence on a mean F1 or a difference: the jackknife in a crossed design.

All seeds are scored on all sentences, so an estimate varies for two independent reasons: other seeds, and other
sentences. Leaving out a sentence leaves it out of all seeds; leaving out a seed leaves it out of all sentences.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wcabench.scoring.sums import f1_of_sums

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Influences:
    """An estimate and its jackknife influence values, all in percent points of F1.

    Attributes:
        estimate: mean over seeds.
        seeds: (n - 1) times the mean minus the mean without each seed, [n_seeds]; sums to 0.
        sentences: the same for each sentence, left out of all seeds, [n_sentences]; sums to 0.
        crossed: the same for each sentence on each seed's own value, [n_sentences, n_seeds].
    """

    estimate: float
    seeds: Floats
    sentences: Floats
    crossed: Floats


def per_seed(f1: Floats, n_seeds: int) -> Floats:
    """F1 of each seed, or the paired difference where the columns hold two methods.

    Args:
        f1: [..., n_seeds], or [..., 2 * n_seeds] with all seeds of the one method before those of the other.
        n_seeds: number of seeds.

    Returns:
        [..., n_seeds].
    """
    return f1 if f1.shape[-1] == n_seeds else f1[..., :n_seeds] - f1[..., n_seeds:]


def influences(columns: NDArray[np.int64], n_seeds: int) -> Influences:
    """Influence values of seeds and sentences (Efron & Tibshirani 1993, chapter 11).

    Args:
        columns: of `sums.stack`, of one method or of two.
        n_seeds: number of seeds of each method.
    """
    total = columns.sum(0)
    values = per_seed(f1_of_sums(total), n_seeds)
    without = per_seed(f1_of_sums(total - columns), n_seeds)
    crossed = (len(columns) - 1) * (without.mean(0) - without) if len(columns) else without
    estimate = float(values.mean())
    return Influences(estimate, values - estimate, crossed.mean(1), crossed)


def acceleration(sample: Influences) -> float:
    """The acceleration of BCa: a sixth of the skewness of the estimate (Efron 1987).

    To first order the estimate is a mean over seeds plus a mean over sentences, independent of each other, so
    the third moments of the two add up, and the variances too: Efron & Tibshirani 1993, equation 14.15, as
    scipy.stats.bootstrap has it for several samples, which are the seeds and the sentences here.
    A jackknife over sentences alone would treat the seeds as fixed, while the resamples vary them. Leaving out single
    (seed, sentence) combinations would treat these as independent, which they are not.

    Returns:
        Dimensionless; 0 where nothing varies.
    """
    parts = [values for values in (sample.seeds, sample.sentences) if len(values) > 1]
    variance = sum(float((values**2).sum()) / len(values) ** 2 for values in parts)
    third = sum(float((values**3).sum()) / len(values) ** 3 for values in parts)
    return third / (6 * variance**1.5) if variance > 0 else 0.0
