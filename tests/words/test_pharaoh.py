import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.errors import UserError
from wcabench.words import GoldLinks, format_gold, format_links, parse_gold, parse_links

link = st.tuples(st.integers(0, 999), st.integers(0, 999))


@given(st.lists(link))
def test_links_survive_the_round_trip_in_their_order(links: list[tuple[int, int]]) -> None:
    assert parse_links(format_links(links), where="x:1") == tuple(links)


@given(st.frozensets(link), st.frozensets(link))
def test_gold_links_survive_the_round_trip(
    sure: frozenset[tuple[int, int]], possible: frozenset[tuple[int, int]]
) -> None:
    gold = GoldLinks(sure, sure | possible)
    assert parse_gold(format_gold(gold), where="x:1") == gold


def test_both_marks_of_a_possible_link_are_read() -> None:
    gold = parse_gold("0-0 1?2 3p4\n", where="x:1")
    assert gold == GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (1, 2), (3, 4)}))


def test_an_empty_line_has_no_links() -> None:
    assert parse_links("  \n", where="x:1") == ()


@pytest.mark.parametrize("field", ["3", "3-", "-3", "a-b", "1--2", "1-2-3", "1,2", "1.0-2", "²-1", "-1-2"])
def test_what_is_no_link_is_refused_with_its_place(field: str) -> None:
    for parse in (parse_links, parse_gold):
        with pytest.raises(UserError, match=r"gold\.align:12: '.*' is no link"):
            parse(f"0-0 {field}", where="gold.align:12")


def test_a_possible_link_is_refused_where_sure_ones_are_wanted() -> None:
    with pytest.raises(UserError, match="possible"):
        parse_links("1?2", where="x:1")


@pytest.mark.parametrize("line", ["2-0", "0-3"])
def test_a_link_beyond_the_sentence_is_refused(line: str) -> None:
    assert parse_links("1-2", where="x:1", lengths=(2, 3)) == ((1, 2),)
    with pytest.raises(UserError, match=r"x:1: link '.-.' lies beyond the sentence \(2 source and 3 target"):
        parse_links(line, where="x:1", lengths=(2, 3))
