"""The passes against the model written out in plain Python, with sums in place of closed forms."""

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma

from wcabench.words import FastAlignModel

sentences = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6)
corpora = st.lists(st.tuples(sentences, sentences), min_size=1, max_size=8)
Pairs = list[tuple[list[str], list[str]]]


def prior(j: int, m: int, n: int, options: FastAlignModel, tension: float) -> list[float]:
    """p(null) and p(i) for i = 1..n, given target position j from 1."""
    if not options.favor_diagonal:
        return [1 / (n + 1)] * (n + 1)
    weights = [math.exp(-tension * abs(i / n - j / m)) for i in range(1, n + 1)]
    p_null = options.null_probability
    return [p_null] + [(1 - p_null) * weight / sum(weights) for weight in weights]


def plain_fit(pairs: Pairs, options: FastAlignModel) -> tuple[list[float], list[list[list[float]]]]:
    """Log-likelihood of each pass, and the last scores: [sentence][target word][null, source words].

    The tension is not fitted here: its gradient in the C++ program is no sum that could be written out.
    """
    assert not options.optimize_tension
    if options.reverse:
        pairs = [(target, source) for source, target in pairs]
    table: dict[tuple[str | None, str], float] = defaultdict(lambda: 1e-9)
    likelihoods = []
    for _ in range(options.iterations):
        counts: dict[str | None, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        scores, likelihood = [], 0.0
        for source, target in pairs:
            rows = []
            for j, f in enumerate(target):
                sources = [None, *source]
                p = prior(j + 1, len(target), len(source), options, options.tension)
                rows.append([p[i] * table[e, f] for i, e in enumerate(sources)])
                likelihood += math.log(sum(rows[-1]))
                for i, e in enumerate(sources):
                    counts[e][f] += rows[-1][i] / sum(rows[-1])
            scores.append(rows)
        likelihoods.append(likelihood)
        table = defaultdict(lambda: 1e-9, normalised(counts, options))
    return likelihoods, scores


def normalised(
    counts: dict[str | None, dict[str, float]], options: FastAlignModel
) -> dict[tuple[str | None, str], float]:
    table = {}
    for e, row in counts.items():
        for f, count in row.items():
            if options.variational_bayes:
                total = sum(row.values()) + options.alpha * len(row)
                table[e, f] = math.exp(digamma(count + options.alpha) - digamma(total))
            else:
                table[e, f] = count / sum(row.values())
    return table


@settings(max_examples=60)
@given(corpora, st.booleans(), st.booleans(), st.booleans(), st.integers(1, 4), st.floats(0.5, 10))
def test_agrees_with_the_model_written_out(
    pairs: list[tuple[list[str], list[str]]],
    diagonal: bool,
    bayes: bool,
    reverse: bool,
    iterations: int,
    tension: float,
) -> None:
    options = FastAlignModel(
        favor_diagonal=diagonal,
        optimize_tension=False,
        variational_bayes=bayes,
        reverse=reverse,
        iterations=iterations,
        tension=tension,
    )
    found = options.fit(pairs)
    likelihoods, scores = plain_fit(pairs, options)
    assert [p.log_likelihood for p in found.passes] == pytest.approx(likelihoods, rel=1e-6)
    for links, rows in zip(found.links, scores, strict=True):
        chosen = dict((a, b) if reverse else (b, a) for a, b in links)
        for j, row in enumerate(rows):
            assert row[chosen.get(j, -1) + 1] >= max(row) * (1 - 1e-6)


@pytest.mark.parametrize("lengths", [(1, 1), (2, 5), (5, 2), (7, 7), (40, 31)])
@pytest.mark.parametrize("tension", [0.1, 4.0, 14.0])
def test_closed_form_of_the_partition_function_is_the_sum(lengths: tuple[int, int], tension: float) -> None:
    from wcabench.words.diagonal import normaliser

    m, n = lengths
    for j in range(1, m + 1):
        total = sum(math.exp(-tension * abs(i / n - j / m)) for i in range(1, n + 1))
        assert normaliser(j, m, n, tension) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("length", [1, 2, 9, 30])
def test_expected_feature_is_the_sum_where_the_swapped_lengths_are_equal(length: int) -> None:
    from wcabench.words.diagonal import feature_expectation

    for j in range(1, length + 1):
        features = [-abs(i / length - j / length) for i in range(1, length + 1)]
        weights = [math.exp(4.0 * f) for f in features]
        mean = sum(f * w for f, w in zip(features, weights, strict=True)) / sum(weights)
        assert feature_expectation(j, length, length, 4.0) == pytest.approx(mean, abs=1e-9)


def test_digamma_is_scipys() -> None:
    from wcabench.words.em import digamma as ours

    for x in np.geomspace(1e-4, 1e6, 200):
        assert ours(float(x)) == pytest.approx(float(digamma(x)), rel=1e-8, abs=1e-8)


def test_a_function_with_no_place_for_its_cache_is_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from numba.core import caching

    from wcabench.compiled import compiled

    def twice(x: int) -> int:
        return 2 * x

    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    assert compiled(twice)(21) == 42
