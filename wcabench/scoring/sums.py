"""Micro F1 of several seeds as a function of summed per-sentence counts, on which all resampling works."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.scoring.counts import Counts


def stack(counts: Sequence[Counts]) -> NDArray[np.int64]:
    """The columns that F1 is computed from, two for each seed, since F1 = 2 tp / (predicted + gold).

    Args:
        counts: the counts of each seed (or of each seed of one method, then of another), on one test set.

    Returns:
        [n_sentences, 2 * n_seeds]: tp of every seed, then predicted + gold of every seed.

    Raises:
        UserError: no counts, or counts of different test sets.
    """
    if not counts:
        raise UserError("nothing to compare: no seed has counts")
    gold = counts[0].entities
    for other in counts[1:]:
        if len(other.entities) != len(gold):
            raise UserError(
                f"cannot compare scores of {len(gold)} sentences with scores of {len(other.entities)}: "
                "the cells were scored on different test sets; run them again on one"
            )
        differ = np.flatnonzero(other.entities != gold)
        if len(differ):
            raise UserError(
                f"cannot compare: sentence {differ[0] + 1} has different numbers of gold entities; "
                "the cells were scored on different test sets or label sets; run them again on one"
            )
    columns = [of_seed.hits for of_seed in counts] + [of_seed.sizes for of_seed in counts]
    return np.stack(columns, axis=1)


def stack_pair(a: Sequence[Counts], b: Sequence[Counts]) -> NDArray[np.int64]:
    """The columns of two methods, the seeds of `a` before those of `b`.

    Args:
        a: counts of each seed of one method.
        b: counts of the same seeds, in the same order, of the other.

    Returns:
        [n_sentences, 4 * n_seeds]: as `stack` gives them for all counts together.

    Raises:
        UserError: no counts, unequal numbers of seeds, or counts of different test sets.
    """
    return stack([counts for side in paired(a, b) for counts in side])


def paired(a: Sequence[Counts], b: Sequence[Counts]) -> tuple[Sequence[Counts], Sequence[Counts]]:
    """Both arguments, after a check that they are of one length.

    Raises:
        UserError: unequal numbers of seeds.
    """
    if len(a) != len(b):
        raise UserError(f"cannot pair {len(a)} seeds with {len(b)}: give the seeds that both methods have")
    return a, b


def f1_of_sums(sums: NDArray[np.number]) -> NDArray[np.float64]:
    """F1 in percent from summed columns; 0 where there is no entity at all.

    Args:
        sums: [..., 2 * n_seeds], sums over sentences of the columns of `stack`.

    Returns:
        [..., n_seeds].
    """
    n_seeds = sums.shape[-1] // 2
    wide = sums.astype(np.float64)
    return 200 * wide[..., :n_seeds] / np.maximum(wide[..., n_seeds:], 1)


def exact_floats(columns: NDArray[np.int64], largest_weight: int) -> NDArray[np.floating]:
    """The columns as the smallest float in which every weighted sum of them is exact.

    Exact sums do not depend on the order of summation, hence not on BLAS, its threads or the block size.

    Args:
        columns: integers, [n_rows, n_columns].
        largest_weight: no weighted sum exceeds this many times the largest entry.
    """
    bound = int(np.abs(columns).max(initial=0)) * largest_weight
    return columns.astype(np.float32) if bound < 2**24 else columns.astype(np.float64)
