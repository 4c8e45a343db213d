import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2, Entities
from strict_repair import repaired

from wcabench.errors import UserError
from wcabench.scoring.entities import keep_stray
from wcabench.scoring.spans import Span, read_spans

TAGS = st.lists(st.sampled_from(["O", "B-LOC", "I-LOC", "B-PER", "I-PER", "B-A-B", "I-A-B"]), max_size=12)


def conlleval_spans(tags: list[str]) -> list[Span]:
    """conlleval's rules, chunk starts and ends decided from two neighbouring tags, as its script does."""
    spans, start = [], -1
    previous, previous_type = "O", ""
    for i, tag in enumerate([*tags, "O"]):
        prefix, kind = (tag[0], tag[2:]) if tag != "O" else ("O", "")
        chunk_ends = previous != "O" and (prefix in "BO" or kind != previous_type)
        chunk_starts = prefix == "B" or (prefix == "I" and (previous == "O" or kind != previous_type))
        if chunk_ends:
            spans.append(Span(start, i, previous_type))
        if chunk_starts:
            start = i
        previous, previous_type = prefix, kind
    return spans


@pytest.mark.parametrize(
    ("tags", "strict", "lenient"),
    [
        ("O B-PER I-PER O", [(1, 3, "PER")], [(1, 3, "PER")]),
        ("B-PER B-PER", [(0, 1, "PER"), (1, 2, "PER")], [(0, 1, "PER"), (1, 2, "PER")]),
        ("I-PER I-PER", [], [(0, 2, "PER")]),
        ("B-PER I-LOC I-PER", [(0, 1, "PER")], [(0, 1, "PER"), (1, 2, "LOC"), (2, 3, "PER")]),
        ("O I-LOC B-LOC", [(2, 3, "LOC")], [(1, 2, "LOC"), (2, 3, "LOC")]),
        ("", [], []),
    ],
)
def test_an_i_that_continues_nothing_is_o_in_strict_and_a_start_in_lenient(
    tags: str, strict: list[tuple[int, int, str]], lenient: list[tuple[int, int, str]]
) -> None:
    assert read_spans(tags.split()) == strict
    assert read_spans(tags.split(), keep_stray) == lenient


@given(TAGS)
def test_lenient_spans_equal_conlleval_and_seqeval_default(tags: list[str]) -> None:
    spans = read_spans(tags, keep_stray)
    assert spans == conlleval_spans(tags)
    assert spans == [(start, end + 1, kind) for kind, start, end in get_entities(tags)]


@given(TAGS)
def test_strict_spans_equal_seqeval_strict_after_the_repair(tags: list[str]) -> None:
    expected = [one.to_tuple()[1:] for one in Entities([repaired(tags)], IOB2).entities[0]]
    assert [(kind, start, end) for start, end, kind in read_spans(tags)] == expected


@given(TAGS)
def test_both_readings_agree_on_repaired_tags(tags: list[str]) -> None:
    legal = repaired(tags)
    assert read_spans(legal) == read_spans(legal, keep_stray) == read_spans(tags)


def test_a_word_without_prediction_reads_as_o() -> None:
    assert read_spans(["B-PER", None, "I-PER"]) == [(0, 1, "PER")]


@pytest.mark.parametrize("tag", ["", "B", "I-", "B-", "S-PER", "PER", "o", "-PER", "BPER", 3])
def test_a_malformed_tag_is_the_users_error(tag: str) -> None:
    with pytest.raises(UserError, match="malformed tag"):
        read_spans(["O", tag])
