"""Tests of whether two methods differ: approximate randomisation over sentences, sign flips over seeds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wcabench.scoring.bootstrap import RESAMPLES, SEED
from wcabench.scoring.counts import Counts
from wcabench.scoring.effect_size import seed_differences
from wcabench.scoring.sums import exact_floats, f1_of_sums, paired, stack

EXACT_SEEDS = 20  # sign flips are enumerated up to here, and sampled beyond
SAMPLED_FLIPS = 100_000
_BLOCK = 1 << 20  # swaps held at once
_TIE = 1e-9  # percent points: differences this near are equal up to rounding


def approximate_randomisation(
    a: Sequence[Counts], b: Sequence[Counts], resamples: int = RESAMPLES, seed: int = SEED
) -> float:
    """Two-sided p value of the difference of mean micro F1 (Yeh 2000; Noreen 1989).

    Under the null hypothesis the two methods' outputs of a sentence may be swapped. A swap takes all seeds of
    the sentence together, since outputs of one sentence under several seeds are not independent. The test
    generalises from these trained models to other sentences, not to other seeds; `seed_permutation` does that.

    Args:
        a: counts of each seed of one method.
        b: counts of the same seeds, in the same order, of the other.
        resamples: number of random swaps, n.
        seed: of the generator.

    Returns:
        (r + 1) / (n + 1), r being the swaps with a difference at least as large, in absolute value.

    Raises:
        UserError: no counts, unequal numbers of seeds, or counts of different test sets.
    """
    return approximate_randomisations([(a, b)], resamples, seed)[0]


def approximate_randomisations(
    pairs: Sequence[tuple[Sequence[Counts], Sequence[Counts]]], resamples: int = RESAMPLES, seed: int = SEED
) -> list[float]:
    """`approximate_randomisation` of several pairs on one test set, with the same swaps for all of them.

    Args:
        pairs: counts of each seed of one method, and of the same seeds of another; at least one pair.
        resamples: number of random swaps.
        seed: of the generator.

    Returns:
        The p value of each pair, which does not depend on the other pairs.

    Raises:
        UserError: no counts, unequal numbers of seeds, or counts of different test sets.
    """
    columns = _columns(pairs)
    changes = np.concatenate([of_b - of_a for of_a, of_b in columns], axis=1)
    ends = np.cumsum([of_a.shape[1] for of_a, _ in columns])[:-1]
    totals = [(of_a.sum(0), of_b.sum(0)) for of_a, of_b in columns]
    observed = [abs(_mean_difference(*of_pair)) - _TIE for of_pair in totals]
    moving = np.flatnonzero(changes.any(axis=1))  # a swap of two outputs with the same counts changes nothing
    table = exact_floats(changes[moving], len(changes))
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // max(len(changes), 1))
    reached = np.zeros(len(pairs), int)
    for start in range(0, resamples, block):
        coins = _coins(rng, min(block, resamples - start), len(changes))
        swaps = coins[:, moving].astype(table.dtype)
        for k, moved in enumerate(np.split((swaps @ table).astype(np.float64), ends, axis=1)):
            of_a, of_b = totals[k]
            reached[k] += np.count_nonzero(abs(_mean_difference(of_a + moved, of_b - moved)) >= observed[k])
    return [(int(count) + 1) / (resamples + 1) for count in reached]


def _columns(
    pairs: Sequence[tuple[Sequence[Counts], Sequence[Counts]]],
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """What `stack` gives for both methods of each pair, all of one test set."""
    sides = [side for a, b in pairs for side in paired(a, b)]
    hits, sizes = np.split(stack([counts for side in sides for counts in side]), 2, axis=1)
    ends = np.cumsum([len(side) for side in sides])[:-1]
    parts = [
        np.concatenate(both, axis=1)
        for both in zip(np.split(hits, ends, axis=1), np.split(sizes, ends, axis=1), strict=True)
    ]
    return list(zip(parts[::2], parts[1::2], strict=True))


def _mean_difference(sums_a: NDArray[np.number], sums_b: NDArray[np.number]) -> NDArray[np.float64]:
    return np.asarray(f1_of_sums(sums_a).mean(-1) - f1_of_sums(sums_b).mean(-1))


def _coins(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.uint8]:
    """Fair coins, [rows, columns] of 0 and 1: one random bit each."""
    bits = np.frombuffer(rng.bytes((rows * columns + 7) // 8), np.uint8)
    return np.unpackbits(bits, count=rows * columns).reshape(rows, columns)


def attainable_p(n: int) -> float:
    """The smallest p value that a two-sided paired test over `n` seeds can reach, 2 / 2^n.

    Of the 2^n sign patterns of n differences, the observed one and its mirror image are always as extreme as
    what was observed: .0625 for five seeds; 1 for one seed, which can show nothing.
    """
    return 2.0 / 2**n if n else 1.0


def seed_permutation(differences: ArrayLike, seed: int = SEED) -> tuple[float, float]:
    """Two-sided paired permutation test of a mean difference of zero, over seeds.

    If the methods do not differ on this test set, the sign of each seed's difference is a fair coin (Fisher
    1935, section 21). All 2^n sign flips are enumerated up to n = 20, so the p value is exact; beyond,
    100,000 are drawn, and p is (r + 1) / (100,000 + 1), r being the draws at least as extreme.

    Args:
        differences: F1 of one method minus F1 of the other, by seed, [n].
        seed: of the generator, where flips are sampled.

    Returns:
        The p value, and the smallest one that the test can reach with n seeds.

    Raises:
        UserError: no difference at all.
    """
    d = seed_differences(differences)
    reach = abs(d.sum()) - _TIE * max(1.0, float(np.abs(d).max()))
    if len(d) > EXACT_SEEDS:
        flips = _coins(np.random.default_rng(seed), SAMPLED_FLIPS, len(d))
        reached = int(np.count_nonzero(np.abs((1.0 - 2.0 * flips) @ d) >= reach))
        return (reached + 1) / (SAMPLED_FLIPS + 1), max(attainable_p(len(d)), 1 / (SAMPLED_FLIPS + 1))
    # The patterns that flip the first sign give the same absolute sums as the others: they are left out.
    sums = d[:1]
    for value in d[1:]:
        sums = np.concatenate([sums + value, sums - value])
    return float(np.mean(np.abs(sums) >= reach)), attainable_p(len(d))
