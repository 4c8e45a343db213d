import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.errors import UserError
from wcabench.words import SYMMETRISATIONS, symmetrise_corpus, symmetrise_links

links = st.frozensets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20)
Set = frozenset[tuple[int, int]]


@given(links, links)
def test_sets_are_sets(forward: Set, reverse: Set) -> None:
    assert set(symmetrise_links(forward, reverse, "intersect")) == forward & reverse
    assert set(symmetrise_links(forward, reverse, "union")) == forward | reverse
    assert set(symmetrise_links(forward, reverse, "forward")) == forward
    assert set(symmetrise_links(forward, reverse, "reverse")) == reverse


@given(links, links)
def test_growing_goes_from_the_intersection_towards_the_union(forward: Set, reverse: Set) -> None:
    found = {how: set(symmetrise_links(forward, reverse, how)) for how in SYMMETRISATIONS}
    assert found["intersect"] <= found["grow-diag"] <= found["grow-diag-final-and"] <= found["union"]
    assert found["grow-diag"] <= found["grow-diag-final"] <= found["union"]


@given(links, links)
def test_after_final_no_link_of_the_union_has_a_free_side(forward: Set, reverse: Set) -> None:
    taken = set(symmetrise_links(forward, reverse, "grow-diag-final"))
    sources, targets = {i for i, _ in taken}, {j for _, j in taken}
    assert all(i in sources and j in targets for i, j in forward | reverse)


@given(links, links)
def test_after_final_and_no_link_of_the_union_has_two_free_sides(forward: Set, reverse: Set) -> None:
    taken = set(symmetrise_links(forward, reverse, "grow-diag-final-and"))
    sources, targets = {i for i, _ in taken}, {j for _, j in taken}
    assert all(i in sources or j in targets for i, j in forward | reverse)


@given(links, links)
def test_after_grow_diag_nothing_more_can_grow(forward: Set, reverse: Set) -> None:
    taken = set(symmetrise_links(forward, reverse, "grow-diag"))
    sources, targets = {i for i, _ in taken}, {j for _, j in taken}
    for i, j in (forward | reverse) - taken:
        free = i not in sources or j not in targets
        near = any((i + di, j + dj) in taken for di in (-1, 0, 1) for dj in (-1, 0, 1))
        assert not (free and near)


@given(links)
def test_two_equal_directions_stay_as_they_are(both: Set) -> None:
    for how in SYMMETRISATIONS:
        assert symmetrise_links(both, both, how) == tuple(sorted(both))


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("grow-diag", {(0, 0), (1, 1)}),  # (1, 1) touches (0, 0); (4, 4), (4, 5) and (1, 5) touch nothing
        ("grow-diag-final-and", {(0, 0), (1, 1), (4, 4)}),  # (4, 5) and (1, 5) have one side taken
        ("grow-diag-final", {(0, 0), (1, 1), (4, 4), (1, 5)}),  # (1, 5) comes first and takes 5
    ],
)
def test_growing_by_hand(how: str, wanted: set[tuple[int, int]]) -> None:
    forward = [(0, 0), (1, 1), (4, 4)]
    reverse = [(0, 0), (4, 5), (1, 5)]
    assert set(symmetrise_links(forward, reverse, how)) == wanted


def test_links_of_forward_are_offered_before_those_of_reverse() -> None:
    assert symmetrise_links([(3, 3)], [(0, 3)], "grow-diag-final-and") == ((3, 3),)
    assert symmetrise_links([(0, 3)], [(3, 3)], "grow-diag-final-and") == ((0, 3),)


def test_unequal_lists_are_refused_with_both_lengths() -> None:
    with pytest.raises(UserError, match="2 sentences forward but 1 in reverse"):
        symmetrise_corpus([[], []], [[]], "union")


def test_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'grow-diag-final-and'"):
        symmetrise_links([], [], "grow-diag-final-an")


def test_no_links_give_none() -> None:
    for how in SYMMETRISATIONS:
        assert symmetrise_corpus([()], [()], how) == [()]
