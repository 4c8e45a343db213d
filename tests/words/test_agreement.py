import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.words import score_alignment
from wcabench.words.agreement import link_agreement

links = st.frozensets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8)
texts = st.lists(st.tuples(links, links), min_size=1, max_size=5)


@given(texts)
def test_it_is_the_f1_of_counting_every_possible_link_and_the_same_both_ways(text):
    one, other = [a for a, _ in text], [b for _, b in text]
    cells = [(i, j) for i in range(5) for j in range(5)]
    both = sum(cell in a and cell in b for a, b in text for cell in cells)
    mine, theirs = sum(map(len, one)), sum(map(len, other))
    if not mine + theirs:
        assert link_agreement(one, other) is None
        return
    precision, recall = both / mine if mine else 0, both / theirs if theirs else 0
    f1 = 2 * precision * recall / (precision + recall) if both else 0
    assert link_agreement(one, other) == pytest.approx(f1)
    assert link_agreement(other, one) == link_agreement(one, other)


@given(texts)
def test_with_sure_links_alone_it_is_what_the_error_rate_leaves(text):
    one, other = [a for a, _ in text], [b for _, b in text]
    found = link_agreement(one, other)
    if found is not None:
        assert found == pytest.approx(1 - score_alignment(one, other).error_rate)


def test_links_are_counted_over_all_sentences_before_dividing():
    assert link_agreement([[(0, 0)], []], [[(0, 0)], [(0, 0), (1, 1)]]) == pytest.approx(2 / 4)


def test_texts_of_unequal_length_are_an_error():
    with pytest.raises(ValueError):
        link_agreement([[]], [])
