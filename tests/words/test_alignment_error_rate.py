import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wcabench.errors import UserError
from wcabench.words import AlignmentScore, score_alignment
from wcabench.words.alignment_error_rate import (
    error_rate_difference,
    error_rate_interval,
    error_rate_intervals,
    score_counts,
    sentence_counts,
)

link = st.tuples(st.integers(0, 4), st.integers(0, 4))
links = st.frozensets(link, max_size=8)
Set = frozenset[tuple[int, int]]


def test_by_hand_with_sure_and_possible_links() -> None:
    # A = 4 links; |A and S| = 2, |A and P| = 3, |S| = 3.
    score = score_alignment(
        [[(0, 0), (1, 1), (2, 2), (3, 0)]], [[(0, 0), (1, 1), (4, 4)]], [[(2, 2), (2, 3)]]
    )
    assert score == AlignmentScore(3 / 4, 2 / 3, pytest.approx(1 - 5 / 7), 4, 3)  # type: ignore[arg-type]


def test_counts_are_summed_over_sentences_before_dividing() -> None:
    score = score_alignment([[(0, 0)], [(0, 0), (1, 1), (2, 2)]], [[(0, 0)], [(0, 0)]])
    assert (score.precision, score.recall) == (0.5, 1.0)
    assert score.error_rate == pytest.approx(1 - 4 / 6)


def test_perfect_and_disjoint() -> None:
    assert score_alignment([[(0, 1)]], [[(0, 1)]]).error_rate == 0
    assert score_alignment([[(0, 1)]], [[(1, 0)]]) == AlignmentScore(0, 0, 1, 1, 1)


def test_nothing_predicted_and_nothing_sure() -> None:
    assert score_alignment([[]], [[(0, 0)]]) == AlignmentScore(1, 0, 1, 0, 1)
    assert score_alignment([[(0, 0)]], [[]]) == AlignmentScore(0, 1, 1, 1, 0)
    assert score_alignment([], []) == AlignmentScore(1, 1, 0, 0, 0)


@settings(deadline=None)  # a busy machine is no error
@given(links, links)
def test_with_sure_links_alone_it_is_one_minus_f1(predicted: Set, sure: Set) -> None:
    score = score_alignment([predicted], [sure])
    if predicted or sure:
        f1 = 2 * len(predicted & sure) / (len(predicted) + len(sure))
        assert score.error_rate == pytest.approx(1 - f1)


@settings(deadline=None)  # a busy machine is no error
@given(links, links, links)
def test_listing_the_sure_links_as_possible_too_changes_nothing(a: Set, s: Set, p: Set) -> None:
    assert score_alignment([a], [s], [p]) == score_alignment([a], [s], [p | s])


def test_unequal_lists_are_refused_with_their_lengths() -> None:
    with pytest.raises(UserError, match="1 sentences predicted, 2 with sure and 2 with possible"):
        score_alignment([[]], [[], []])


def test_a_difference_is_paired_by_sentence() -> None:
    gold = [[(0, 0), (1, 1)]] * 40
    good = sentence_counts([[(0, 0), (1, 1)]] * 20 + [[(0, 0)]] * 20, gold)
    worse = sentence_counts([[(0, 0)]] * 20 + [[(1, 0)]] * 20, gold)  # one link fewer on every sentence
    value, (low, high) = error_rate_difference(good, worse)
    rates = [score_counts(counts.sum(0)).error_rate for counts in (good, worse)]
    assert value == pytest.approx(rates[0] - rates[1])
    assert low < value < high < 0
    alone = [high - low for low, high in error_rate_intervals([good, worse])]
    assert high - low < sum(alone)
    assert error_rate_difference(good, good) == (0, (0, 0))


def test_intervals_of_several_alignments_are_those_of_each_alone() -> None:
    gold = [[(0, 0)], [(1, 1)], [(0, 1)]]
    counts = [sentence_counts(links, gold) for links in (gold, gold[::-1], [[], [], []])]
    assert error_rate_intervals(counts) == [error_rate_interval(one) for one in counts]
