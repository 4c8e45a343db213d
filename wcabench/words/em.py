"""Expectation-maximisation over pairs of words that occur together (numba, one thread).

`layout` describes the arrays. This module imports numba, so import it only inside a function.
"""

import math

from wcabench.compiled import compiled
from wcabench.words.layout import Doubles, Integers, Ints, Layout, Longs, Shapes, Table


@compiled
def fill_slots(
    layout: Layout, source: Ints, source_offsets: Longs, by_word: Longs, sentence_of: Longs, rows: Longs,
    seen: Ints, slot_of: Integers,
) -> None:  # fmt: skip
    """Give each pair (source word, target word) that occurs together a slot: write `layout.slots` and `rows`.

    Args:
        layout: everything except its slots is read.
        source: source word numbers of all sentences: [source words].
        source_offsets: first source word of each sentence: [sentences + 1].
        by_word: positions in `source`, sorted by word number: [source words].
        sentence_of: sentence of each position: [source words].
        rows: out, first slot of each source word: [distinct source words + 1].
        seen: scratch, -1 everywhere: [distinct target words].
        slot_of: scratch: [distinct target words].
    """
    used = 0
    word = -1
    for position in by_word:
        while word < source[position]:
            word += 1
            rows[word] = used
        sentence = sentence_of[position]
        n = source_offsets[sentence + 1] - source_offsets[sentence]
        cell = layout.cells[sentence] + position - source_offsets[sentence]
        for t in range(layout.offsets[sentence], layout.offsets[sentence + 1]):
            f = layout.target[t]
            if seen[f] != word:
                seen[f] = word
                slot_of[f] = used
                used += 1
            layout.slots[cell] = slot_of[f]
            cell += n
    rows[word + 1] = used


@compiled
def score_sources(
    layout: Layout, shapes: Shapes, values: Doubles, cell: int, at: int, n: int, scores: Doubles
) -> float:
    """Write scores[i] = p(i) t(f | e_i) for the n source words of a target word; return the sum with null.

    The null word's score, scores[n], is there already.
    """
    total = float(scores[n])
    for i in range(n):
        scores[i] = values[layout.slots[cell + i]] * shapes.prior[at + i]
        total += scores[i]
    return total


@compiled
def expect(
    layout: Layout, shapes: Shapes, table: Table, null: Table, scores: Doubles
) -> tuple[float, float, float]:
    """E step: add the posteriors to the counts of `table` and `null`; `scores` is scratch: [longest n + 1].

    Returns:
        Log-likelihood (natural), the summed posterior of the null word, the summed posterior feature.
    """
    likelihood, null_mass, feature_mass = 0.0, 0.0, 0.0
    for k in range(len(layout.shape_of)):
        shape, cell = layout.shape_of[k], layout.cells[k]
        n, at = shapes.lengths[shape, 1], shapes.starts[shape]
        for t in range(layout.offsets[k], layout.offsets[k + 1]):
            f = layout.target[t]
            scores[n] = null.values[f] * shapes.null_prior[shape]
            total = score_sources(layout, shapes, table.values, cell, at, n, scores)
            null_mass += scores[n] / total
            null.counts[f] += scores[n] / total
            for i in range(n):
                posterior = scores[i] / total
                table.counts[layout.slots[cell + i]] += posterior
                feature_mass += shapes.features[at + i] * posterior
            likelihood += math.log(total)
            at += n
            cell += n
    return likelihood, null_mass, feature_mass


@compiled
def decode(layout: Layout, shapes: Shapes, table: Table, null: Table, scores: Doubles, best: Ints) -> float:
    """Write to best[t] the most probable source position of target word t, -1 for null; return the log-likelihood.

    The null word wins a tie, then the leftmost source word.
    """
    likelihood = 0.0
    for k in range(len(layout.shape_of)):
        shape, cell = layout.shape_of[k], layout.cells[k]
        n, at = shapes.lengths[shape, 1], shapes.starts[shape]
        for t in range(layout.offsets[k], layout.offsets[k + 1]):
            scores[n] = null.values[layout.target[t]] * shapes.null_prior[shape]
            likelihood += math.log(score_sources(layout, shapes, table.values, cell, at, n, scores))
            highest = scores[n]
            best[t] = -1
            for i in range(n):
                if scores[i] > highest:
                    highest = scores[i]
                    best[t] = i
            at += n
            cell += n
    return likelihood


@compiled
def score_links(
    layout: Layout, shapes: Shapes, table: Table, null: Table, scores: Doubles,
    firsts: Longs, sources: Ints, targets: Ints, posteriors: Doubles, likelihoods: Doubles,
) -> None:  # fmt: skip
    """Write the posteriors p(source word | target word, sentence) of given links, and each sentence's log-likelihood.

    Args:
        layout: layout of the sentences.
        shapes: shapes with the prior.
        table: table of the source words.
        null: table of the null word.
        scores: scratch, [longest n + 1].
        firsts: first link of each sentence, and the end: [sentences + 1].
        sources: source position of each link: [links].
        targets: target position of each link: [links].
        posteriors: out: [links].
        likelihoods: out, natural logarithm, summed over the sentence's target words: [sentences].
    """
    for k in range(len(layout.shape_of)):
        shape, cell = layout.shape_of[k], layout.cells[k]
        n, at = shapes.lengths[shape, 1], shapes.starts[shape]
        likelihoods[k] = 0.0
        for t in range(layout.offsets[k], layout.offsets[k + 1]):
            scores[n] = null.values[layout.target[t]] * shapes.null_prior[shape]
            total = score_sources(layout, shapes, table.values, cell, at, n, scores)
            likelihoods[k] += math.log(total)
            for link in range(firsts[k], firsts[k + 1]):
                if targets[link] == t - layout.offsets[k]:
                    posteriors[link] = scores[sources[link]] / total
            at += n
            cell += n


@compiled
def fill_columns(layout: Layout, columns: Ints) -> None:
    """Write the target word of each slot: [slots]."""
    for k in range(len(layout.shape_of)):
        words = layout.offsets[k + 1] - layout.offsets[k]
        if words == 0:
            continue
        cell = layout.cells[k]
        n = (layout.cells[k + 1] - cell) // words
        for t in range(layout.offsets[k], layout.offsets[k + 1]):
            for i in range(n):
                columns[layout.slots[cell + i]] = layout.target[t]
            cell += n


@compiled
def carry_over(
    rows: Longs, columns: Ints, values: Doubles, source_of: Longs, target_of: Longs, scratch: Doubles,
    table: Table, its_columns: Ints,
) -> None:  # fmt: skip
    """Copy a fitted table's probabilities into the table of another corpus; unknown pairs of words keep their values.

    Args:
        rows: first slot of each source word in the fitted table: [source words + 1].
        columns: target word of each slot of the fitted table: [slots].
        values: probability of each slot of the fitted table: [slots].
        source_of: number in the fitted table of each source word of the other corpus, -1 if unknown.
        target_of: number in the fitted table of each target word of the other corpus, -1 if unknown.
        scratch: scratch, -1 everywhere: [target words of the fitted table].
        table: out, the table of the other corpus.
        its_columns: target word of each slot of `table`.
    """
    for word in range(len(table.rows) - 1):
        known = source_of[word]
        if known < 0:
            continue
        for slot in range(rows[known], rows[known + 1]):
            scratch[columns[slot]] = values[slot]
        for slot in range(table.rows[word], table.rows[word + 1]):
            target = target_of[its_columns[slot]]
            if target >= 0 and scratch[target] >= 0:
                table.values[slot] = scratch[target]
        for slot in range(rows[known], rows[known + 1]):
            scratch[columns[slot]] = -1.0


@compiled
def digamma(x: float) -> float:
    """Digamma of x > 0: recurrence up to 7, then the asymptotic series in x - 1/2 of the C++ program."""
    result = 0.0
    while x < 7.0:
        result -= 1.0 / x
        x += 1.0
    x -= 0.5
    square = (1.0 / x) * (1.0 / x)
    fourth = square * square
    series = (1.0 / 24.0) * square - (7.0 / 960.0) * fourth
    series += (31.0 / 8064.0) * fourth * square - (127.0 / 30720.0) * fourth * fourth
    return result + math.log(x) + series


@compiled
def maximise(table: Table, alpha: float) -> None:
    """M step: each row of counts becomes t(f | e), and the counts are emptied.

    With alpha > 0 it is the mean-field update under a symmetric Dirichlet prior (variational Bayes),
    exp(digamma(c + alpha) - digamma(sum of c + alpha)); with alpha = 0, relative frequencies.
    """
    for word in range(len(table.rows) - 1):
        total = 0.0
        for slot in range(table.rows[word], table.rows[word + 1]):
            total += table.counts[slot] + alpha
        if total == 0.0:
            total = 1.0
        for slot in range(table.rows[word], table.rows[word + 1]):
            if alpha > 0.0:
                table.values[slot] = math.exp(digamma(table.counts[slot] + alpha) - digamma(total))
            else:
                table.values[slot] = table.counts[slot] / total
            table.counts[slot] = 0.0
