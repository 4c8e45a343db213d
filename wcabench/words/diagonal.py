"""The diagonal prior of fast_align, with exactly the numbers of the C++ program (numba).

Source: Dyer, Chahuneau & Smith 2013, "A Simple, Fast, and Effective Reparameterization of IBM Model 2",
sections 2 and 3. A target word at position j of m prefers the source position i of n with i / n near j / m:
p(i | j) is proportional to exp(tension * feature(j, i)), feature = -|i / n - j / m|, positions from 1. The
sums over i are geometric series on either side of the diagonal.

This module imports numba, so import it only inside a function. Numba's disk cache notices changes only in a function's
own file, so compiled functions here and in `em` call none of another file.
"""

import math

from wcabench.compiled import compiled
from wcabench.words.layout import Shapes


@compiled
def feature(j: int, i: int, m: int, n: int) -> float:
    """Return the negative distance of the cell (target j, source i) from the diagonal."""
    return -abs(i / n - j / m)


@compiled
def unnormalised(j: int, i: int, m: int, n: int, tension: float) -> float:
    """exp(tension * feature): the prior before it is divided by `normaliser`."""
    return math.exp(feature(j, i, m, n) * tension)


@compiled
def normaliser(j: int, m: int, n: int, tension: float) -> float:
    """Z(j): the sum of `unnormalised` over i = 1..n, in closed form.

    The length of the upper series is an unsigned 32-bit number in the C++ program. `feature_expectation` calls this
    with swapped lengths, so that number may wrap around; it must do so here too, or the fitted tension would differ.
    """
    below = int(j * n / m)
    above = (n - below) & 0xFFFFFFFF
    ratio = math.exp(-tension / n)
    total = 0.0
    if below:
        total = unnormalised(j, below, m, n, tension) * (1.0 - math.pow(ratio, below)) / (1.0 - ratio)
    if above:
        total += unnormalised(j, below + 1, m, n, tension) * (1.0 - math.pow(ratio, above)) / (1.0 - ratio)
    return total


@compiled
def weighted_series(first: float, step: float, weight: float, ratio: float, terms: int) -> float:
    """Sum over k < terms of (first + k step) * weight * ratio^k, an arithmetico-geometric series."""
    end = weight * math.pow(ratio, terms)
    last = step * (terms - 1) + first
    below_one = ratio - 1.0
    return (last * end - first * weight) / below_one - step * (end - weight * ratio) / (below_one * below_one)


@compiled
def feature_expectation(j: int, m: int, n: int, tension: float) -> float:
    """Expected feature of target position j under the prior, d log Z / d tension.

    The C++ program divides by Z with the two lengths swapped. This is kept, because the fitted tension depends on it.
    """
    below = int(j * n / m)
    above = n - below
    ratio = math.exp(-tension / n)
    total = 0.0
    if above:
        weight = unnormalised(j, below + 1, m, n, tension)
        total = weighted_series(feature(j, below + 1, m, n), -1.0 / n, weight, ratio, above)
    if below:
        weight = unnormalised(j, below, m, n, tension)
        total += weighted_series(feature(j, below, m, n), -1.0 / n, weight, ratio, below)
    return total / normaliser(j, n, m, tension)


@compiled
def fill_prior(shapes: Shapes, tension: float, p_null: float) -> None:
    """Write `shapes.prior`: p(i | j) * (1 - p_null) for every shape."""
    for s in range(len(shapes.lengths)):
        m, n = shapes.lengths[s]
        at = shapes.starts[s]
        for j in range(1, m + 1):
            scale = normaliser(j, m, n, tension) / (1.0 - p_null)
            for i in range(1, n + 1):
                shapes.prior[at] = unnormalised(j, i, m, n, tension) / scale
                at += 1


@compiled
def fill_features(shapes: Shapes) -> None:
    """Write `shapes.features`; as in the C++ program, j counts from 0 and i from 1."""
    for s in range(len(shapes.lengths)):
        m, n = shapes.lengths[s]
        at = shapes.starts[s]
        for j in range(m):
            for i in range(1, n + 1):
                shapes.features[at] = feature(j, i, m, n)
                at += 1


@compiled
def expected_feature(shapes: Shapes, tension: float) -> float:
    """Return the sum over all target words of the expected feature under the prior of this tension."""
    total = 0.0
    for s in range(len(shapes.lengths)):
        m, n = shapes.lengths[s]
        for j in range(1, m + 1):
            total += shapes.repeats[s] * feature_expectation(j, m, n, tension)
    return total
