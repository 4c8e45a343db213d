"""One direction of the model on a corpus: trained on it, or with the probabilities of an earlier fit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wcabench.words.corpus import Corpus
from wcabench.words.layout import Doubles, Ints
from wcabench.words.symmetrise import Links
from wcabench.words.tables import Tables


@dataclass(frozen=True, slots=True)
class Pass:
    """The numbers that the C++ program logs for one pass over the corpus.

    Attributes:
        log_likelihood: natural logarithm, summed over the target words.
        cross_entropy: bits per target word; the C++ program's perplexity is 2 to the power of it.
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


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of the model, ready to link the words of a corpus.

    Attributes:
        corpus: the corpus, with swapped sides in reverse; each of its target words gets at most one link.
        tables: the probabilities.
        reverse: whether the sides are swapped. Links are always (source, target) of the given pairs.
        tension: the fitted tension.
        passes: the log of the training; empty for a model that was trained earlier.
    """

    corpus: Corpus
    tables: Tables
    reverse: bool
    tension: float
    passes: tuple[Pass, ...]

    def links(self, source_positions: Ints) -> Iterator[Links]:
        """Yield the links of every given pair, from the result of `Tables.decode`; none if a side is empty."""
        return links_of(self.corpus, source_positions, reverse=self.reverse)

    def score(self, links: list[Links]) -> tuple[Doubles, Doubles]:
        """Return the posterior of each given link, and the log-likelihood per target word of each kept pair.

        Args:
            links: the links of every kept pair, (source, target) of the given pair.

        Returns:
            Posteriors of all links one after another, [links], and log-likelihoods in nats, [kept pairs].
        """
        firsts = np.cumsum([0, *map(len, links)]).astype(np.int64)
        pairs = np.asarray([link for links_of_pair in links for link in links_of_pair], np.int32).reshape(
            -1, 2
        )
        given, generated = (1, 0) if self.reverse else (0, 1)
        columns = (np.ascontiguousarray(pairs[:, side]) for side in (given, generated))
        posteriors, likelihoods = self.tables.score(firsts, *columns)
        return posteriors, likelihoods / self.corpus.target.lengths


def links_of(corpus: Corpus, source_positions: Ints, *, reverse: bool) -> Iterator[Links]:
    """Yield the links of every given pair, in order; none for a pair with an empty side.

    Args:
        corpus: the corpus, with swapped sides in reverse.
        source_positions: source position of each target word, -1 for none. [target words]
        reverse: whether the sides are swapped; the links are swapped back.
    """
    next_pair = 0
    for sentence, index in enumerate(corpus.kept):
        for _ in range(next_pair, index):
            yield ()
        next_pair = index + 1
        start, end = corpus.target.offsets[sentence : sentence + 2]
        links = [(i, j) for j, i in enumerate(source_positions[start:end].tolist()) if i >= 0]
        yield tuple((j, i) for i, j in links) if reverse else tuple(links)
    for _ in range(next_pair, corpus.given):
        yield ()
