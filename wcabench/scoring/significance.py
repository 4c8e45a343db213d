"""Mean F1 of a method over its seeds, and the comparison of two methods, as reports need them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError
from wcabench.scoring.bootstrap import (
    RESAMPLES,
    SEED,
    Resampled,
    resample_difference,
)
from wcabench.scoring.counts import Counts
from wcabench.scoring.crossed_t import crossed_t_interval, crossed_t_mean, crossed_t_p
from wcabench.scoring.effect_size import EffectSize, effect_size
from wcabench.scoring.intervals import Interval
from wcabench.scoring.jackknife import influences
from wcabench.scoring.multiplicity import adjust, benjamini_hochberg, holm
from wcabench.scoring.power import power_sentence, seeds_needed
from wcabench.scoring.randomisation import (
    approximate_randomisation,
    approximate_randomisations,
    attainable_p,
    seed_permutation,
)
from wcabench.scoring.sums import stack_pair

__all__ = [
    "Comparison",
    "EffectSize",
    "Interval",
    "Summary",
    "adjust",
    "approximate_randomisation",
    "attainable_p",
    "benjamini_hochberg",
    "compare",
    "compare_all",
    "crossed_t_mean",
    "effect_size",
    "holm",
    "power_sentence",
    "seed_permutation",
    "seeds_needed",
    "summarise",
]


@dataclass(frozen=True, slots=True)
class Summary:
    """Micro F1 of one method over its seeds, in percent.

    Attributes:
        n: number of seeds.
        mean: mean over seeds.
        std: standard deviation over seeds (n - 1); None for one seed.
        low: lower end of the crossed t interval of the mean.
        high: upper end.
    """

    n: int
    mean: float
    std: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two methods on the seeds that both have.

    Attributes:
        n_common_seeds: number of those seeds.
        difference: mean over them of F1(a) - F1(b), in percent points.
        low: lower end of the t interval over seeds x sentences, which keeps its coverage where few seeds vary much.
        high: upper end.
        p_t: two-sided p of the same t, which generalises to other seeds and other sentences.
        p_randomisation: two-sided p of approximate randomisation, which generalises to other sentences alone.
        p_seeds: two-sided p of the sign-flip test over seeds, which generalises to other seeds alone.
        attainable_p: the smallest `p_seeds` that so many seeds can reach.
        effect: the difference relative to its spread over seeds.
        percentile: the percentile interval of the hierarchical bootstrap, where asked for.
        bca: the BCa interval of the same resamples, where asked for.
    """

    n_common_seeds: int
    difference: float
    low: float
    high: float
    p_t: float
    p_randomisation: float
    p_seeds: float
    attainable_p: float
    effect: EffectSize
    percentile: Interval | None = None
    bca: Interval | None = None

    @property
    def p(self) -> float:
        """The larger of `p_t` and `p_randomisation`: a claim has to pass both tests (Berger 1982).

        The t test alone relies on the jackknife being nearly normal; randomisation alone says nothing of other seeds.
        """
        return max(self.p_t, self.p_randomisation)


def summarise(counts: Mapping[int, Counts], *, level: float = 0.95) -> Summary:
    """Mean, deviation and interval of micro F1 over seeds.

    Args:
        counts: seed -> counts, on one test set.
        level: coverage of the interval.

    Raises:
        UserError: no seed, or seeds scored on different test sets.
    """
    ordered = [counts[key] for key in sorted(counts)]
    interval = crossed_t_mean(ordered, level)
    f1 = np.array([of_seed.f1 for of_seed in ordered])
    std = float(f1.std(ddof=1)) if len(f1) > 1 else None
    return Summary(len(f1), float(f1.mean()), std, interval.low, interval.high)


def compare(
    a: Mapping[int, Counts],
    b: Mapping[int, Counts],
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = SEED,
    bootstrap: bool = False,
) -> Comparison:
    """Compare two methods, paired by seed and sentence.

    The p values are those of one comparison: pass those of a whole table through `adjust`.

    Args:
        a: seed -> counts of one method.
        b: seed -> counts of the other.
        resamples: number of random swaps, and of bootstrap resamples.
        level: coverage of the intervals.
        seed: of the resampling.
        bootstrap: make the intervals of the hierarchical bootstrap too, which take most of the time.

    Raises:
        UserError: no common seed, or counts of different test sets.
    """
    result = compare_all({"a": a}, b, resamples=resamples, level=level, seed=seed, bootstrap=bootstrap)["a"]
    if isinstance(result, UserError):
        raise result
    return result


def compare_all(
    methods: Mapping[str, Mapping[int, Counts]],
    baseline: Mapping[int, Counts],
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = SEED,
    bootstrap: bool = False,
) -> dict[str, Comparison | UserError]:
    """`compare` several methods with one baseline: the same results, much faster than one by one.

    Args:
        methods: name -> seed -> counts.
        baseline: seed -> counts.
        resamples: see `compare`, as all that follow.
        level: see `compare`.
        seed: see `compare`.
        bootstrap: see `compare`.

    Returns:
        name -> its comparison, or the error that says why it cannot be compared.
    """
    results: dict[str, Comparison | UserError] = {}
    pairs: dict[str, _Paired] = {}
    for name, counts in methods.items():
        try:
            pairs[name] = _pair(counts, baseline)
        except UserError as error:
            results[name] = error
    p_values = (
        approximate_randomisations([(pair.a, pair.b) for pair in pairs.values()], resamples, seed)
        if pairs
        else []
    )
    for (name, pair), p in zip(pairs.items(), p_values, strict=True):
        resampled = resample_difference(pair.a, pair.b, resamples, seed) if bootstrap else None
        results[name] = _comparison(pair, p, level, resampled)
    return {name: results[name] for name in methods}


@dataclass(frozen=True, slots=True, eq=False)
class _Paired:
    """The counts of the common seeds, and their columns as `stack_pair` gives them."""

    a: list[Counts]
    b: list[Counts]
    columns: NDArray[np.int64]


def _pair(a: Mapping[int, Counts], b: Mapping[int, Counts]) -> _Paired:
    common = sorted(a.keys() & b.keys())
    if not common:
        seeds_of_a, seeds_of_b = (", ".join(map(str, sorted(seeds))) or "none" for seeds in (a, b))
        raise UserError(
            f"no seed in common ({seeds_of_a} against {seeds_of_b}): run both methods with the same seeds"
        )
    of_a, of_b = [a[key] for key in common], [b[key] for key in common]
    return _Paired(of_a, of_b, stack_pair(of_a, of_b))


def _comparison(
    pair: _Paired, p_randomisation: float, level: float, resampled: Resampled | None
) -> Comparison:
    sample = influences(pair.columns, len(pair.a))
    interval = crossed_t_interval(sample, level)
    differences = np.array([x.f1 - y.f1 for x, y in zip(pair.a, pair.b, strict=True)])
    p_seeds, smallest = seed_permutation(differences)
    return Comparison(
        n_common_seeds=len(pair.a),
        difference=sample.estimate,
        low=interval.low,
        high=interval.high,
        p_t=crossed_t_p(sample),
        p_randomisation=p_randomisation,
        p_seeds=p_seeds,
        attainable_p=smallest,
        effect=effect_size(differences),
        percentile=resampled.interval(level) if resampled else None,
        bca=resampled.interval(level, "bca") if resampled else None,
    )
