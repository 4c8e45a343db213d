"""Precision, recall and alignment error rate against gold links that are sure or only possible.

Source: Och & Ney 2003, "A Systematic Comparison of Various Statistical Alignment Models", section 5.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from wcabench.errors import UserError
from wcabench.words.symmetrise import Link


@dataclass(frozen=True, slots=True)
class AlignmentScore:
    """How well links match the gold, over a whole corpus; all rates from 0 to 1.

    Attributes:
        precision: share of the predicted links that are possible; 1 if none is predicted.
        recall: share of the sure links that are predicted; 1 if none is sure.
        error_rate: 1 - (hits among the sure + hits among the possible) / (predicted + sure); 0 if there is neither.
        predicted: number of predicted links.
        sure: number of sure links.
    """

    precision: float
    recall: float
    error_rate: float
    predicted: int
    sure: int


def score_alignment(
    predicted: Sequence[Iterable[Link]],
    sure: Sequence[Iterable[Link]],
    possible: Sequence[Iterable[Link]] | None = None,
) -> AlignmentScore:
    """Score predicted links; the counts are summed over the sentences.

    Args:
        predicted: links of each sentence, (source index, target index).
        sure: sure gold links of each sentence.
        possible: possible gold links of each sentence; the sure ones count as possible, listed or not.
            None: there are only sure ones.

    Raises:
        UserError: the numbers of sentences differ.
    """
    return score_counts(sentence_counts(predicted, sure, possible).sum(0))


def sentence_counts(
    predicted: Sequence[Iterable[Link]],
    sure: Sequence[Iterable[Link]],
    possible: Sequence[Iterable[Link]] | None = None,
) -> np.ndarray:
    """Count the links of each sentence: predicted, sure, hits among the sure, hits among the possible; [sentences, 4].

    The arguments and errors are those of `score_alignment`.
    """
    possible = sure if possible is None else possible
    if not len(predicted) == len(sure) == len(possible):
        raise UserError(
            f"alignment error rate: {len(predicted)} sentences predicted, {len(sure)} with sure and "
            f"{len(possible)} with possible links; wanted as many of each"
        )
    rows = [
        (len(links), len(sure_links), len(links & sure_links), len(links & (sure_links | possible_links)))
        for links, sure_links, possible_links in zip(
            map(set, predicted), map(set, sure), map(set, possible), strict=True
        )
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def error_rate_interval(
    counts: np.ndarray, *, level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Return the bootstrap interval of one alignment's error rate; see `error_rate_intervals`."""
    return error_rate_intervals([counts], level=level, resamples=resamples, seed=seed)[0]


def error_rate_intervals(
    alignments: Sequence[np.ndarray], *, level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> list[tuple[float, float]]:
    """Return percentile bootstrap intervals of the error rate, over sentences (Efron 1979).

    All alignments share the same resamples, so their intervals can be compared, and are computed quickly.

    Args:
        alignments: the counts of each alignment from `sentence_counts`, all of the same sentences.
        level: of confidence.
        resamples: of as many sentences as there are.
        seed: of the resampling.
    """
    weights = _weights(len(alignments[0]), resamples, seed)
    return [_percentiles(_rates(weights, counts), level) for counts in alignments]


def error_rate_difference(
    a: np.ndarray, b: np.ndarray, *, level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> tuple[float, tuple[float, float]]:
    """Return the error rate of alignment A minus that of B, with an interval by a bootstrap paired by sentence.

    Args:
        a: counts of A from `sentence_counts`.
        b: counts of B, of the same sentences.
        level: of confidence.
        resamples: of as many sentences as there are.
        seed: of the resampling.
    """
    weights = _weights(len(a), resamples, seed)
    interval = _percentiles(_rates(weights, a) - _rates(weights, b), level)
    return score_counts(a.sum(0)).error_rate - score_counts(b.sum(0)).error_rate, interval


def _weights(sentences: int, resamples: int, seed: int) -> np.ndarray:
    """Return how often each resample contains each sentence, as floats for fast products, [resamples, sentences]."""
    drawn = np.random.default_rng(seed).multinomial(sentences, [1 / sentences] * sentences, size=resamples)
    return drawn.astype(np.float64)


def _rates(weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the error rate of each resample; 0 if it has neither predicted nor sure links."""
    predicted, sure, hit_sure, hit_possible = (weights @ counts.astype(np.float64)).T
    links = predicted + sure
    rates: np.ndarray = np.where(links > 0, 1 - (hit_sure + hit_possible) / np.maximum(links, 1), 0.0)
    return rates


def _percentiles(values: np.ndarray, level: float) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def score_counts(totals: np.ndarray) -> AlignmentScore:
    """The score of summed counts, [4]; see `sentence_counts`."""
    predicted, sure, hit_sure, hit_possible = map(int, totals)
    return AlignmentScore(
        precision=hit_possible / predicted if predicted else 1.0,
        recall=hit_sure / sure if sure else 1.0,
        error_rate=1.0 - (hit_sure + hit_possible) / (predicted + sure) if predicted + sure else 0.0,
        predicted=predicted,
        sure=sure,
    )
