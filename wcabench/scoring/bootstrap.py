"""Hierarchical bootstrap over seeds and sentences: intervals of a mean F1 and of a difference of two.

A resample draws sentences with replacement, one draw for all seeds, because the seeds share the test set, and
seeds with replacement. Its statistic is the mean over the drawn seeds of the F1 on the drawn sentences. With
n seeds the bootstrap understates the variance between seeds by the factor (n - 1) / n; with one seed it holds
none of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.scoring.counts import Counts
from wcabench.scoring.sums import exact_floats, f1_of_sums, stack

RESAMPLES = 10_000
SEED = 12345
_BLOCK = 1 << 17  # sentence weights held at once: a block stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Interval:
    """A percentile interval, in percent points of F1."""

    low: float
    high: float


def hierarchical_interval(
    counts: Sequence[Counts], resamples: int = RESAMPLES, level: float = 0.95, seed: int = SEED
) -> Interval:
    """Percentile interval of the mean over seeds of micro F1.

    Args:
        counts: counts of each seed on one test set.
        resamples: number of bootstrap resamples.
        level: coverage aimed at.
        seed: of the generator.

    Raises:
        UserError: no counts, or counts of different test sets.
    """
    f1, drawn = _resample(stack(counts), len(counts), resamples, seed)
    return _percentiles(np.take_along_axis(f1, drawn, 1).mean(1), level)


def hierarchical_difference(
    a: Sequence[Counts],
    b: Sequence[Counts],
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = SEED,
) -> Interval:
    """Percentile interval of mean F1 of `a` minus mean F1 of `b`, paired by seed and sentence.

    Args:
        a: counts of each seed of one method.
        b: counts of the same seeds, in the same order, of the other.
        resamples: number of bootstrap resamples.
        level: coverage aimed at.
        seed: of the generator.

    Raises:
        UserError: no counts, unequal numbers of seeds, or counts of different test sets.
    """
    columns = stack([*a, *b])
    if len(a) != len(b):
        raise UserError(f"cannot pair {len(a)} seeds with {len(b)}: give the seeds that both methods have")
    f1, drawn = _resample(columns, len(a), resamples, seed)
    differences = f1[:, : len(a)] - f1[:, len(a) :]
    return _percentiles(np.take_along_axis(differences, drawn, 1).mean(1), level)


def _resample(
    columns: NDArray[np.int64], n_seeds: int, resamples: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """F1 of each column pair on each sentence resample, [resamples, n_pairs], and the seeds drawn for it."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, n_seeds, (resamples, n_seeds))
    f1 = [f1_of_sums(sums) for sums in _resampled_sums(columns, resamples, rng)]
    return np.concatenate(f1), drawn


def _resampled_sums(
    columns: NDArray[np.int64], resamples: int, rng: np.random.Generator
) -> Iterator[NDArray[np.floating]]:
    """Sums of the columns over sentences drawn with replacement, in blocks of [n_resamples, n_columns].

    A sentence without entities adds nothing, so it is not drawn: the number of draws that fall on the other
    sentences is binomial, and they are uniform among those. That is exact, and saves half the work on CoNLL.
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
        cells = np.repeat(np.arange(size) * n_rows, draws) + rows
        weights = np.bincount(cells, minlength=size * n_rows).astype(table.dtype).reshape(size, n_rows)
        yield weights @ table


def _percentiles(values: NDArray[np.float64], level: float) -> Interval:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
