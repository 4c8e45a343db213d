"""fast_align's model: IBM model 2 with a diagonal prior of one parameter, the tension.

Source: Dyer, Chahuneau & Smith 2013, "A Simple, Fast, and Effective Reparameterization of IBM Model 2".
Links, likelihoods and tensions are those of the authors' C++ program, its quirks included (see
`FastAlign.fit`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wcabench.errors import UserError, suggest
from wcabench.words.corpus import Corpus, Pair, check_pairs, encode
from wcabench.words.symmetrise import SYMMETRISATIONS, Links, symmetrise_corpus
from wcabench.words.tables import Tables

LOWEST_TENSION, HIGHEST_TENSION = 0.1, 14.0


@dataclass(frozen=True, slots=True)
class Pass:
    """What the C++ program logs for one pass over the corpus.

    Attributes:
        log_likelihood: natural logarithm, summed over the target words.
        cross_entropy: bits a target word.
        null_posterior: mean posterior probability of the null word; 0 in the last pass, which only decodes.
        feature: mean posterior feature (0 on the diagonal, -1 at the far corner); 0 in the last pass.
        model_features: mean feature that the prior expects, before each of the 8 steps on the tension; empty
            where the tension was not fitted.
        tensions: tension before each of these steps, and after the last: 9 numbers, or 1, the tension in use.
    """

    log_likelihood: float
    cross_entropy: float
    null_posterior: float
    feature: float
    model_features: tuple[float, ...]
    tensions: tuple[float, ...]

    @property
    def perplexity(self) -> float:
        """2 to the cross entropy."""
        return float(2.0**self.cross_entropy)


@dataclass(frozen=True, slots=True)
class Alignment:
    """What `FastAlign.fit` found.

    Attributes:
        links: of each pair given, (source index, target index) from 0, in the order in which the C++ program
            prints them: by target index, in reverse by source index. A pair with an empty side has none.
        passes: one a pass; the last is the decoding.
        length_ratio: mean over the pairs of target length / source length, after the swap if in reverse.
    """

    links: list[Links]
    passes: tuple[Pass, ...]
    length_ratio: float


@dataclass(frozen=True, slots=True)
class FastAlign:
    """The model's options. The defaults are what fast_align's authors advise, `-d -o -v`.

    Attributes:
        favor_diagonal: `-d`: the diagonal prior; else the uniform one of IBM model 1.
        optimize_tension: `-o`: fit the tension after every pass but the first; only with `favor_diagonal`.
        variational_bayes: `-v`: a Dirichlet prior on the translation table; else maximum likelihood.
        alpha: `-a`: concentration of that prior.
        null_probability: `-p`: prior of the null word; only with `favor_diagonal`.
        tension: `-T`: its start, from 0.1 to 14, the range in which it is fitted.
        iterations: `-I`: passes; the last one decodes, so 5 are 4 EM steps.
        reverse: `-r`: swap the sides, so that each source word gets one link at most.
    """

    favor_diagonal: bool = True
    optimize_tension: bool = True
    variational_bayes: bool = True
    alpha: float = 0.01
    null_probability: float = 0.08
    tension: float = 4.0
    iterations: int = 5
    reverse: bool = False

    def __post_init__(self) -> None:
        """Refuse options with which the model has no meaning."""
        if self.iterations < 1:
            raise UserError(f"fast_align: iterations must be 1 or more, not {self.iterations}")
        if not 0 < self.null_probability < 1:
            raise UserError(f"fast_align: null_probability must lie in (0, 1), not {self.null_probability}")
        if not 0 < self.alpha < math.inf:
            raise UserError(f"fast_align: alpha must be above 0, not {self.alpha}")
        if not LOWEST_TENSION <= self.tension <= HIGHEST_TENSION:
            raise UserError(
                f"fast_align: tension must lie in [{LOWEST_TENSION}, {HIGHEST_TENSION}], not {self.tension}"
            )

    def fit(self, pairs: Sequence[Pair]) -> Alignment:
        """Train on the pairs and align them.

        As in the C++ program: the first pass takes every translation probability as 1e-9; the feature is
        counted with target positions from 0, the prior with positions from 1; Z has its lengths swapped in
        the gradient of the tension. It runs in one thread, and the same pairs give the same links, bit for
        bit. Memory: 4 bytes a cell (source length x target length, summed over the pairs) and 16 a distinct
        pair of words.

        Args:
            pairs: (source words, target words), as they are to be compared (lower-cased or not).

        Raises:
            UserError: an item is no pair of word lists, or the likelihood is lost to underflow.
        """
        corpus = encode(pairs, reverse=self.reverse)
        if not len(corpus.kept):
            return Alignment([() for _ in pairs], (), math.nan)
        tables = Tables(corpus)
        passes: list[Pass] = []
        tension = self.tension
        for iteration in range(self.iterations - 1):
            tables.set_prior(tension if self.favor_diagonal else None, self.null_probability)
            passes.append(self._report(tables, tables.expect(), tension, fit_tension=iteration > 0))
            tables.maximise(self.alpha if self.variational_bayes else 0.0)
            tension = passes[-1].tensions[-1]
        tables.set_prior(tension if self.favor_diagonal else None, self.null_probability)
        likelihood, best = tables.decode()
        passes.append(self._report(tables, (likelihood, 0.0, 0.0), tension, fit_tension=False))
        ratio = float(np.mean(corpus.target.lengths / corpus.source.lengths))
        return Alignment(self._links(corpus, best.tolist(), len(pairs)), tuple(passes), ratio)

    def _report(
        self, tables: Tables, sums: tuple[float, float, float], tension: float, *, fit_tension: bool
    ) -> Pass:
        """Means over the target words, and the tension after 8 steps up its gradient."""
        likelihood, null, feature = sums
        if not math.isfinite(likelihood):
            raise UserError(f"fast_align: probabilities underflow; raise alpha, which is {self.alpha}")
        words = tables.target_words
        feature /= words
        expected: list[float] = []
        tensions = [tension]
        if fit_tension and self.favor_diagonal and self.optimize_tension:
            for _ in range(8):
                expected.append(tables.expected_feature(tensions[-1]) / words)
                step = (feature - expected[-1]) * 20.0
                tensions.append(min(HIGHEST_TENSION, max(LOWEST_TENSION, tensions[-1] + step)))
        bits = -likelihood / math.log(2) / words
        return Pass(likelihood, bits, null / words, feature, tuple(expected), tuple(tensions))

    def _links(self, corpus: Corpus, best: list[int], sentences: int) -> list[Links]:
        links: list[Links] = [() for _ in range(sentences)]
        for index, (start, end) in zip(
            corpus.kept.tolist(), pairwise(corpus.target.offsets.tolist()), strict=True
        ):
            found = [(i, j) for j, i in enumerate(best[start:end]) if i >= 0]
            links[index] = tuple((j, i) for i, j in found) if self.reverse else tuple(found)
        return links


def align(
    pairs: Sequence[Pair], *, symmetrisation: str = "intersect", lowercase: bool = True, iterations: int = 5
) -> list[Links]:
    """Align sentence pairs in both directions and symmetrise.

    Args:
        pairs: (source words, target words).
        symmetrisation: one of `SYMMETRISATIONS`; "forward" and "reverse" train one direction only.
        lowercase: compare words without case.
        iterations: passes a direction, the last of which decodes.

    Returns:
        Of each pair its (source index, target index) links, 0-based and sorted; none where a side is empty.

    Raises:
        UserError: unknown symmetrisation, fewer than 1 iteration, or an item that is no pair of word lists.
    """
    if symmetrisation not in SYMMETRISATIONS:
        raise suggest(symmetrisation, list(SYMMETRISATIONS), "symmetrisation")
    ahead, back = FastAlign(iterations=iterations), FastAlign(iterations=iterations, reverse=True)
    check_pairs(pairs)
    if lowercase:
        pairs = lowercased(pairs)
    unused: list[Links] = [() for _ in pairs]
    forward = unused if symmetrisation == "reverse" else ahead.fit(pairs).links
    reverse = unused if symmetrisation == "forward" else back.fit(pairs).links
    return symmetrise_corpus(forward, reverse, symmetrisation)


def lowercased(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with their words in lower case."""
    return [([w.lower() for w in source], [w.lower() for w in target]) for source, target in pairs]
