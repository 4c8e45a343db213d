import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.data.schemes import IllegalTagError, detect, from_iob2, to_iob2

TYPES = ["PER", "LOC", "B-side"]


@st.composite
def iob2_sentences(draw: st.DrawFn) -> tuple[str, ...]:
    tags: list[str] = []
    spans = st.tuples(st.sampled_from([*TYPES, None]), st.integers(1, 4))
    for kind, length in draw(st.lists(spans, max_size=6)):
        tags += ["O"] * length if kind is None else [f"B-{kind}"] + [f"I-{kind}"] * (length - 1)
    return tuple(tags)


any_tag = st.one_of(
    st.just("O"), st.builds(lambda p, t: f"{p}-{t}", st.sampled_from("BI"), st.sampled_from(TYPES))
)


def spans(tags: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """conlleval's reading of IOB1/IOB2 chunks, written from its definition."""
    found: list[tuple[str, int, int]] = []
    for i, tag in enumerate(tags):
        if tag == "O":
            continue
        goes_on = tag[0] == "I" and i > 0 and tags[i - 1] != "O" and tags[i - 1][2:] == tag[2:]
        if goes_on:
            kind, start, _ = found.pop()
            found.append((kind, start, i + 1))
        else:
            found.append((tag[2:], i, i + 1))
    return found


@given(iob2_sentences(), st.sampled_from(["iob1", "iob2", "iobes", "raw"]))
def test_every_scheme_gives_back_the_iob2_tags_it_was_made_of(tags, scheme):
    assert to_iob2(from_iob2(tags, scheme), scheme) == tags


@given(iob2_sentences())
def test_a_single_type_never_begins_with_b_in_iob1_unless_it_touches_another(tags):
    made = from_iob2(tags, "iob1")
    for i, tag in enumerate(made):
        if tag.startswith("B-"):
            assert made[i - 1][2:] == tag[2:] and i > 0


@given(st.lists(any_tag, max_size=12).map(tuple))
def test_reading_iob1_keeps_the_entities_that_conlleval_sees(tags):
    made = to_iob2(tags, "iob1")
    assert spans(made) == spans(tags)
    assert to_iob2(made, "iob2") == made


@given(st.lists(iob2_sentences(), max_size=4), st.sampled_from(["iob1", "iob2", "iobes"]))
def test_reading_with_the_scheme_found_out_gives_the_entities_back(sentences, scheme):
    written = [from_iob2(tags, scheme) for tags in sentences]
    found = detect(written)
    assert [to_iob2(tags, found) for tags in written] == sentences


def test_a_stray_i_makes_a_file_iob1_and_starts_an_entity():
    sentences = [("B-PER", "I-PER", "O"), ("O", "I-LOC", "I-LOC", "I-PER")]
    assert detect(sentences) == "iob1"
    assert to_iob2(sentences[1], "iob1") == ("O", "B-LOC", "I-LOC", "B-PER")


@pytest.mark.parametrize(
    ("tags", "scheme", "position"),
    [
        (("O", "I-PER"), "iob2", 1),
        (("B-PER", "I-LOC"), "iob2", 1),
        (("B-PER", "E-PER"), "iob2", 1),
        (("S-PER", "B-PER", "O"), "iobes", 2),
        (("B-PER", "B-PER", "E-PER"), "iobes", 1),
        (("O", "I-PER", "E-PER"), "iobes", 1),
        (("B-LOC", "E-PER"), "iobes", 1),
        (("S-PER", "B-PER"), "iobes", 1),
    ],
)
def test_illegal_tags_are_refused_at_their_place(tags, scheme, position):
    with pytest.raises(IllegalTagError) as error:
        to_iob2(tags, scheme)
    assert error.value.position == position
