"""One direction of the model over a corpus: trained on it, or brought to it from another fit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wcabench.words.corpus import Corpus
from wcabench.words.layout import Doubles, Ints
from wcabench.words.symmetrise import Links
from wcabench.words.tables import Tables


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
class Direction:
    """Ready to link the words of its corpus.

    Attributes:
        corpus: as it is read: each of its target words gets one link at most.
        tables: the probabilities.
        reverse: the corpus has its sides swapped; links are (source, target) as given all the same.
        tension: the fitted one.
        passes: how it was trained; empty for a model that was brought along.
    """

    corpus: Corpus
    tables: Tables
    reverse: bool
    tension: float
    passes: tuple[Pass, ...]

    def links(self, best: Ints) -> Iterator[Links]:
        """The links of every pair given, from what `Tables.decode` found; none where a side is empty."""
        return links_of(self.corpus, best, reverse=self.reverse)

    def score(self, links: list[Links]) -> tuple[Doubles, Doubles]:
        """Posterior of each of these links, and log-likelihood a target word of each kept pair.

        Args:
            links: of every kept pair, (source, target) as given.

        Returns:
            [links], end to end, and [kept pairs] in nats.
        """
        firsts = np.cumsum([0, *map(len, links)]).astype(np.int64)
        pairs = np.asarray([link for one in links for link in one], np.int32).reshape(-1, 2)
        given, generated = (1, 0) if self.reverse else (0, 1)
        columns = (np.ascontiguousarray(pairs[:, side]) for side in (given, generated))
        posteriors, likelihoods = self.tables.score(firsts, *columns)
        return posteriors, likelihoods / self.corpus.target.lengths


def links_of(corpus: Corpus, best: Ints, *, reverse: bool) -> Iterator[Links]:
    """The links of every pair given, one after another; none where a side is empty.

    Args:
        corpus: as the direction read it.
        best: source position of each target word, -1 for none.
        reverse: the corpus has its sides swapped.
    """
    at = 0
    for sentence, index in enumerate(corpus.kept):
        for _ in range(at, index):
            yield ()
        at = index + 1
        start, end = corpus.target.offsets[sentence : sentence + 2]
        found = [(i, j) for j, i in enumerate(best[start:end].tolist()) if i >= 0]
        yield tuple((j, i) for i, j in found) if reverse else tuple(found)
    for _ in range(at, corpus.given):
        yield ()
