"""The tables of one direction of a corpus, and the compiled passes over them as methods."""

from typing import NamedTuple

import numpy as np

from wcabench.words.corpus import Corpus
from wcabench.words.layout import Doubles, Integers, Ints, Layout, Longs, Shapes, Table


class Probabilities(NamedTuple):
    """A translation table without its corpus.

    Attributes:
        rows: first slot of each source word, and the end: [source words + 1].
        columns: target word of each slot: [slots].
        values: t(target word | source word): [slots].
        null: t(target word | null word): [target words].
    """

    rows: Longs
    columns: Ints
    values: Doubles
    null: Doubles


class Tables:
    """The translation table and the prior of one direction of a corpus.

    The translation table starts as 1e-9 for every pair of words, as in the C++ program.

    Attributes:
        target_words: number of target words of the corpus.
    """

    def __init__(self, corpus: Corpus) -> None:
        from wcabench.words import diagonal, em  # imported here because they import numba

        self._diagonal, self._em = diagonal, em
        self.target_words = len(corpus.target.words)
        lengths = np.stack([corpus.target.lengths, corpus.source.lengths], axis=1)
        distinct, shape_of, repeats = np.unique(lengths, axis=0, return_inverse=True, return_counts=True)
        self._shapes = _shapes(distinct, repeats)
        diagonal.fill_features(self._shapes)
        self._layout = _layout(corpus, shape_of.reshape(-1).astype(np.int64))
        self._table = _table(self._fill_slots(corpus))
        self._null = _table(np.asarray([0, corpus.target.size], np.int64))
        self._scores = np.empty(int(corpus.source.lengths.max()) + 1)

    def _fill_slots(self, corpus: Corpus) -> Longs:
        source, target = corpus.source, corpus.target
        rows = np.empty(source.size + 1, np.int64)
        by_word = np.argsort(source.words, kind="stable")
        sentence_of = np.repeat(np.arange(len(source.lengths)), source.lengths)
        seen = np.full(target.size, -1, np.int32)
        slot_of = np.empty(target.size, self._layout.slots.dtype)
        self._em.fill_slots(
            self._layout, source.words, source.offsets, by_word, sentence_of, rows, seen, slot_of
        )
        return rows

    def set_prior(self, tension: float | None, p_null: float) -> None:
        """Set the diagonal prior of a tension; None: a uniform prior over the source words and the null word."""
        shapes = self._shapes
        if tension is None:
            shapes.null_prior[:] = 1.0 / (shapes.lengths[:, 1] + 1)
            shapes.prior[:] = np.repeat(shapes.null_prior, shapes.lengths.prod(axis=1))
        else:
            shapes.null_prior[:] = p_null
            self._diagonal.fill_prior(shapes, tension, p_null)

    def expect(self) -> tuple[float, float, float]:
        """Run an E step; return log-likelihood, summed posterior of the null word, and summed posterior feature."""
        return self._em.expect(self._layout, self._shapes, self._table, self._null, self._scores)

    def maximise(self, alpha: float) -> None:
        """Run an M step on the counts of the E step; alpha 0 is maximum likelihood."""
        self._em.maximise(self._table, alpha)
        self._em.maximise(self._null, alpha)

    def expected_feature(self, tension: float) -> float:
        """Return the sum over the target words of the expected feature under the prior of this tension."""
        return self._diagonal.expected_feature(self._shapes, tension)

    def decode(self) -> tuple[float, Ints]:
        """Return the log-likelihood, and the source position (-1: null) of each target word, [target words]."""
        best = np.empty(self.target_words, np.int32)
        likelihood = self._em.decode(self._layout, self._shapes, self._table, self._null, self._scores, best)
        return likelihood, best

    def score(self, firsts: Longs, sources: Ints, targets: Ints) -> tuple[Doubles, Doubles]:
        """Return the posterior of each given link, and the log-likelihood of each sentence; see `em.score_links`."""
        posteriors, likelihoods = np.empty(len(sources)), np.empty(len(firsts) - 1)
        self._em.score_links(
            self._layout, self._shapes, self._table, self._null, self._scores,
            firsts, sources, targets, posteriors, likelihoods,
        )  # fmt: skip
        return posteriors, likelihoods

    def probabilities(self) -> Probabilities:
        """Return the translation table by itself."""
        return Probabilities(self._table.rows, self._columns(), self._table.values, self._null.values)

    def take(self, known: Probabilities, source_of: Longs, target_of: Longs) -> None:
        """Take over the probabilities of a fitted table; unknown words and pairs keep 1e-9.

        Args:
            known: the fitted table.
            source_of: number in `known` of each source word of this corpus, -1 if unknown.
            target_of: number in `known` of each target word of this corpus, -1 if unknown.
        """
        scratch = np.full(len(known.null), -1.0)
        self._em.carry_over(
            known.rows,
            known.columns,
            known.values,
            source_of,
            target_of,
            scratch,
            self._table,
            self._columns(),
        )
        self._null.values[target_of >= 0] = known.null[target_of[target_of >= 0]]

    def _columns(self) -> Ints:
        columns = np.empty(len(self._table.values), np.int32)
        self._em.fill_columns(self._layout, columns)
        return columns


def _shapes(lengths: Longs, repeats: Longs) -> Shapes:
    sizes = lengths.prod(axis=1)
    total = int(sizes.sum())
    return Shapes(
        lengths=lengths,
        starts=np.cumsum(sizes) - sizes,
        repeats=repeats,
        prior=np.empty(total),
        null_prior=np.empty(len(lengths)),
        features=np.empty(total),
    )


def _layout(corpus: Corpus, shape_of: Longs) -> Layout:
    sizes = corpus.source.lengths * corpus.target.lengths
    cells = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    size = int(cells[-1])
    slots: Integers = np.empty(size, np.int32) if size < 2**31 else np.empty(size, np.int64)
    return Layout(corpus.target.words, corpus.target.offsets, cells, slots, shape_of)


def _table(rows: Longs) -> Table:
    return Table(rows, np.full(int(rows[-1]), 1e-9), np.zeros(int(rows[-1])))
