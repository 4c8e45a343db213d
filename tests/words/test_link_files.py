"""Files of word alignments: each format's own convention, and doubt where a file may have another."""

from pathlib import Path

import pytest

from wcabench.errors import UserError
from wcabench.words import GoldLinks
from wcabench.words.link_files import LinkFile, parse_link_file

PATH = Path("some.links")


def parse(*lines: str, **options) -> LinkFile:
    return parse_link_file(PATH, list(lines), **options)


def links(*pairs: tuple[int, int], possible: tuple[tuple[int, int], ...] = ()) -> GoldLinks:
    return GoldLinks(frozenset(pairs), frozenset((*pairs, *possible)))


def test_the_shared_tasks_count_words_from_1_without_a_word():
    found = parse("1 1 1 S", "1 2 2 S", "2 1 1", "2 2 2 P 0.75")
    assert found == LinkFile([links((0, 0), (1, 1)), links((0, 0), possible=((1, 1),))], open_end=True)
    assert parse("1 1 1 S", "", "3 2 1 S").sentences == [links((0, 0)), links(), links((1, 0))]
    assert parse("1 1 1 s", "1 2 2 p").sentences == [links((0, 0), possible=((1, 1),))]
    with pytest.raises(UserError, match=r"some\.links:2: '1 2 2 X' is no link "):
        parse("1 1 1 S", "1 2 2 X")


def test_a_part_of_a_larger_file_that_kept_its_numbers_is_doubted():
    found = parse("101 1 1 S", "102 1 1 S")
    assert len(found.sentences) == 102 and "2 of 102 sentences have a link" in found.doubt
    assert parse("1 1 1 S", "2 1 1 S", "4 1 1 S").doubt == ""
    assert parse("4 1 1 S", lengths=[(1, 1)] * 4).doubt == "", "the text says how many there are"


@pytest.mark.parametrize("wrong", ["2 1", "2 1 1 X", "2-1", "# a", "\u00b2 1 1"])
def test_a_line_unlike_the_shared_tasks_others_is_named_by_its_number_in_the_file(wrong):
    for lines in (("", "1 1 1 S", "", wrong), ("", wrong, "1 1 1 S")):
        with pytest.raises(
            UserError, match=rf"some\.links:{lines.index(wrong) + 1}: .*no link as in the other"
        ):
            parse(*lines)


def test_a_shared_task_file_that_links_word_0_with_word_0_counts_from_0():
    assert parse("1 1 0 S", "1 0 0 S").sentences == [links((1, 0), (0, 0))]
    assert parse("1 0 1 S", "1 2 2 S", first=0).sentences == [links((0, 1), (2, 2))]


def test_links_to_no_word_are_left_out_where_words_are_counted_from_1():
    assert parse("1 1 1 S", "1 2 0 S", "1 0 3 P", first=1).sentences == [links((0, 0))]
    with pytest.raises(UserError, match=r"some\.links:2: a word 0.*--one-based.*--zero-based"):
        parse("1 1 1 S", "1 2 0 S")


def test_pharaoh_counts_from_0_and_is_doubted_where_no_link_has_it():
    assert parse("0-0 1?1", "").doubt == "" and parse("", "").doubt == ""
    doubted = parse("1-1 2-2", "1-1")
    assert doubted.sentences == [links((1, 1), (2, 2)), links((1, 1))] and "--one-based" in doubted.doubt
    for first in (0, 1):
        assert parse("1-1 2-2", first=first).doubt == ""
    assert parse("1-1 2-2", first=1).sentences == [links((0, 0), (1, 1))]
    with pytest.raises(UserError, match="sentence 1: link 0-1, but words are counted from 1"):
        parse("0-1 2-2", first=1)


@pytest.mark.parametrize("number", ["1000000000000", "9" * 5000, "0", "1000001"])
def test_a_sentence_that_cannot_be_is_refused_at_once(number):
    with pytest.raises(UserError, match=r"some\.links:2: sentence .*counted from 1 to 1,000,000") as error:
        parse("1 1 1 S", f"{number} 1 1 S")
    assert len(str(error.value)) < 200
    with pytest.raises(UserError, match="counted from 1 to 2"):
        parse("3 1 1 S", lengths=[(2, 2), (2, 2)])


@pytest.mark.parametrize("link", ["1-" + "9" * 5000, "1000000000-1", "١-١", "1-1-1"])
def test_a_number_that_no_word_has_is_no_link(link):
    with pytest.raises(UserError, match="is no link"):
        parse(link)


def test_links_beyond_the_text_and_other_numbers_of_sentences_are_refused():
    lengths = [(2, 2), (1, 1)]
    assert len(parse("1 2 2 S", lengths=lengths).sentences) == 2, "the last sentence has no link"
    with pytest.raises(UserError, match="sentence 1: link 3-1 lies beyond its 2 source and 2 target words"):
        parse("1 3 1 S", lengths=lengths)
    with pytest.raises(UserError, match="1 sentences, but the text has 2"):
        parse("0-0", lengths=lengths)
    with pytest.raises(UserError, match="no link in it"):
        parse()
