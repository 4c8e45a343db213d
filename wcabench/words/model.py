"""fast_align's model: IBM model 2 with a diagonal prior of one parameter, the tension.

Source: Dyer, Chahuneau & Smith 2013, "A Simple, Fast, and Effective Reparameterization of IBM Model 2".
Links, likelihoods and tensions are those of the authors' C++ program, including its quirks (see
`FastAlignModel.fit`).
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from wcabench.errors import UserError
from wcabench.words.corpus import Corpus, Pair, encode
from wcabench.words.direction import Direction, Pass
from wcabench.words.symmetrise import Links
from wcabench.words.tables import Probabilities, Tables

Numbers = tuple[Mapping[str, int], Mapping[str, int]]

LOWEST_TENSION, HIGHEST_TENSION = 0.1, 14.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """The result of `FastAlignModel.fit`.

    Attributes:
        links: links of each given pair, (source index, target index) from 0, in the order in which the C++ program
            prints them: by target index, or in reverse by source index. A pair with an empty side has none.
        passes: log of each pass over the corpus; the last pass decodes.
        length_ratio: mean of target length / source length over the pairs, with swapped sides in reverse.
    """

    links: list[Links]
    passes: tuple[Pass, ...]
    length_ratio: float


@dataclass(frozen=True, slots=True)
class FastAlignModel:
    """The model with its options. The defaults are those that fast_align's authors recommend, `-d -o -v`.

    Attributes:
        favor_diagonal: `-d`: use the diagonal prior; False: the uniform prior of IBM model 1.
        optimize_tension: `-o`: fit the tension after every pass but the first; only with `favor_diagonal`.
        variational_bayes: `-v`: use a Dirichlet prior on the translation table; False: maximum likelihood.
        alpha: `-a`: concentration of the Dirichlet prior.
        null_probability: `-p`: prior of the null word; only with `favor_diagonal`.
        tension: `-T`: initial tension, from 0.1 to 14, the range in which it is fitted.
        iterations: `-I`: number of passes; the last one decodes, so 5 passes are 4 EM steps.
        reverse: `-r`: swap the sides, so that each source word gets at most one link.
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
        """Refuse options out of range."""
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

    def in_direction(self, reverse: bool) -> "FastAlignModel":
        """Return the same options in a direction."""
        return replace(self, reverse=reverse)

    def fit(self, pairs: Iterable[Pair]) -> Alignment:
        """Train on the pairs and align them.

        These quirks are those of the C++ program: in the first pass every translation probability is 1e-9; target
        positions count from 0 in the feature and from 1 in the prior; and Z has swapped lengths in the gradient of
        the tension. The model runs in one thread, and the same pairs always give the same links. It needs 4 bytes for
        each cell (source length x target length, summed over the pairs), and 16 for each distinct pair of words.

        Args:
            pairs: (source words, target words); words are compared as they are, so lower-case them before if needed.

        Raises:
            UserError: an item is not a pair of word lists, or the likelihood underflows.
        """
        corpus = encode(pairs)
        if not len(corpus.kept):
            return Alignment([() for _ in range(corpus.given)], (), math.nan)
        direction = self.train(corpus)
        likelihood, source_positions = direction.tables.decode()
        last = self._report(direction.tables, (likelihood, 0.0, 0.0), direction.tension, fit_tension=False)
        ratio = float(np.mean(direction.corpus.target.lengths / direction.corpus.source.lengths))
        return Alignment(list(direction.links(source_positions)), (*direction.passes, last), ratio)

    def train(self, corpus: Corpus, progress: Callable[[int, Pass], None] = lambda *_: None) -> Direction:
        """Fit the model to a corpus, by all passes except the one that decodes.

        Args:
            corpus: source and target as they were given, at least one pair; `reverse` swaps them here.
            progress: called after each pass with its number, from 1, and its log.

        Raises:
            UserError: the likelihood underflows.
        """
        corpus = corpus.swapped() if self.reverse else corpus
        tables = Tables(corpus)
        passes: list[Pass] = []
        tension = self.tension
        for iteration in range(self.iterations - 1):
            tables.set_prior(tension if self.favor_diagonal else None, self.null_probability)
            passes.append(self._report(tables, tables.expect(), tension, fit_tension=iteration > 0))
            tables.maximise(self.alpha if self.variational_bayes else 0.0)
            tension = passes[-1].tensions[-1]
            progress(iteration + 1, passes[-1])
        tables.set_prior(tension if self.favor_diagonal else None, self.null_probability)
        return Direction(corpus, tables, self.reverse, tension, tuple(passes))

    def apply(self, corpus: Corpus, known: Probabilities, numbers: Numbers, tension: float) -> Direction:
        """Return the model on a corpus with the probabilities of an earlier fit; nothing is trained.

        Args:
            corpus: source and target as they were given, at least one pair; `reverse` swaps them here.
            known: the fitted translation table, in this direction.
            numbers: word -> number in `known`, one mapping for each side of `corpus` after the swap.
            tension: the fitted tension.
        """
        corpus = corpus.swapped() if self.reverse else corpus
        tables = Tables(corpus)
        source_of, target_of = (
            np.asarray([known_words.get(word, -1) for word in side.vocabulary], np.int64)
            for known_words, side in zip(numbers, (corpus.source, corpus.target), strict=True)
        )
        tables.take(known, source_of, target_of)
        tables.set_prior(tension if self.favor_diagonal else None, self.null_probability)
        return Direction(corpus, tables, self.reverse, tension, ())

    def _report(
        self, tables: Tables, sums: tuple[float, float, float], tension: float, *, fit_tension: bool
    ) -> Pass:
        """Return the log of a pass: means over the target words, and the tension after 8 gradient steps."""
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
