"""Hierarchical bootstrap over seeds and sentences: intervals of the difference of two mean F1s.

A resample draws sentences with replacement, one draw for all seeds, because the seeds share the test set, and
seeds with replacement (the pigeonhole bootstrap, Owen 2007). Its statistic is the mean over the drawn seeds of
the F1 on the drawn sentences. With n seeds the bootstrap understates the variance between seeds by the factor
(n - 1) / n; with one seed it contains none of that variance. Neither the percentile nor the BCa interval corrects
this: where seeds vary much, use `crossed_t`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.scoring.counts import Counts
from wcabench.scoring.intervals import Interval, bca_interval, percentile_interval
from wcabench.scoring.jackknife import Influences, acceleration, influences, per_seed
from wcabench.scoring.sums import exact_floats, f1_of_sums, stack_pair

Method = Literal["percentile", "bca"]
RESAMPLES = 10_000
SEED = 12345
_BLOCK = 1 << 17  # sentence weights in memory at once: so many fit into the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """The bootstrap distribution of a difference of mean F1s, in percent points.

    Attributes:
        values: the statistic on each resample, [n_resamples].
        influences: the statistic on the sample, with the influence of each seed and sentence.
    """

    values: NDArray[np.float64]
    influences: Influences

    def interval(self, level: float = 0.95, method: Method = "percentile") -> Interval:
        """Percentile interval, or BCa with the acceleration from seeds and sentences together (Efron 1987).

        Raises:
            UserError: a level outside (0, 1), or another method.
        """
        if method == "percentile":
            return percentile_interval(self.values, level)
        if method == "bca":
            return bca_interval(self.values, self.influences.estimate, acceleration(self.influences), level)
        raise UserError(f"interval method {method!r}: there are percentile and bca")


def resample_difference(
    a: Sequence[Counts], b: Sequence[Counts], resamples: int = RESAMPLES, seed: int = SEED
) -> Resampled:
    """The distribution of mean F1 of `a` minus mean F1 of `b`, paired by seed and sentence.

    Args:
        a: counts of each seed of one method.
        b: counts of the same seeds, in the same order, of the other.
        resamples: number of bootstrap resamples.
        seed: of the generator.

    Raises:
        UserError: no counts, unequal numbers of seeds, or counts of different test sets.
    """
    return _resample(stack_pair(a, b), len(a), resamples, seed)


def _resample(columns: NDArray[np.int64], n_seeds: int, resamples: int, seed: int) -> Resampled:
    """The mean over drawn seeds on drawn sentences, and the influence values of the sample."""
    if resamples < 1:
        raise UserError(f"{resamples} resamples: an interval needs at least one")
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, n_seeds, (resamples, n_seeds))
    f1 = np.concatenate([f1_of_sums(sums) for sums in _resampled_sums(columns, resamples, rng)])
    values = np.take_along_axis(per_seed(f1, n_seeds), drawn, 1).mean(1)
    return Resampled(values, influences(columns, n_seeds))


def _resampled_sums(
    columns: NDArray[np.int64], resamples: int, rng: np.random.Generator
) -> Iterator[NDArray[np.floating]]:
    """Sums of the columns over sentences drawn with replacement, in blocks of [n_resamples, n_columns].

    Sentences without entities add nothing and are not drawn: the number of draws that fall on the other sentences
    is binomial, and these draws are uniform. That gives the same distribution and saves half the work on CoNLL.
    """
    n_sentences = len(columns)
    columns = columns[columns.any(1)]
    n_rows = len(columns)
    table = exact_floats(columns, n_sentences)
    block = max(1, _BLOCK // max(n_rows, 1))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        draws = rng.binomial(n_sentences, n_rows / max(n_sentences, 1), size)
        rows = rng.integers(0, max(n_rows, 1), int(draws.sum()), dtype=np.int32)
        drawn = np.repeat(np.arange(size) * n_rows, draws) + rows  # index in [size, n_rows], flattened
        weights = np.bincount(drawn, minlength=size * n_rows).astype(table.dtype).reshape(size, n_rows)
        yield weights @ table
