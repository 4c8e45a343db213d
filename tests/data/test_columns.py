import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.contract import Sentence
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import read_columns, read_words, write_columns
from wcabench.data.formats import Columns, Text
from wcabench.errors import UserError

ANNA = Sentence(("Anna", "sings"), ("B-PER", "O"))


def file(tmp_path: Path, content: str | bytes, name: str = "some.conll") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path, line: int | None, *words: str, **options) -> None:
    with pytest.raises(UserError) as error:
        read_columns(path, options.pop("form", None), **options)
    message = str(error.value)
    assert message.startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("gap", [" ", "\t", "   "])
def test_tabs_spaces_and_either_line_end_are_read(tmp_path, gap, end):
    text = end.join([f"Anna{gap}B-PER", f"sings{gap}O", "", " ", f"Anna{gap}B-PER", f"sings{gap}O"])
    assert read_columns(file(tmp_path, text)) == [ANNA, ANNA]


def test_docstart_is_dropped_and_its_sentence_is_kept(tmp_path):
    text = (
        "-DOCSTART- -X- O\n\nAnna N B-PER\nsings V O\n\n"
        "-DOCSTART- -DOCSTART- O\nAnna N B-PER\nsings V O\n"
        "-DOCSTART- -X- O\nAnna N B-PER\nsings V O\n\n-DOCSTART-\n"
    )
    assert read_columns(file(tmp_path, text)) == [ANNA] * 3


def test_four_columns_with_underscores_and_stray_i_tags_are_read(tmp_path):
    text = "Anna _ _ I-PER\nKing _ _ I-PER\nof _ _ O\nOz _ _ B-LOC\nUno _ _ I-ORG\n"
    (sentence,) = read_columns(file(tmp_path, text))
    assert sentence.tags == ("B-PER", "I-PER", "O", "B-LOC", "B-ORG")


def test_iobes_is_found_out(tmp_path):
    text = "A S-PER\nB B-LOC\nC I-LOC\nD E-LOC\nE O\n"
    (sentence,) = read_columns(file(tmp_path, text))
    assert sentence.tags == ("B-PER", "B-LOC", "I-LOC", "I-LOC", "O")


def test_raw_leaves_illegal_tags_untouched(tmp_path):
    path = file(tmp_path, "A I-PER\nB E-LOC\n")
    assert read_columns(path, scheme="raw")[0].tags == ("I-PER", "E-LOC")


def test_columns_can_be_chosen(tmp_path):
    path = file(tmp_path, "1\tAnna\tB-PER\tx\n2\tsings\tO\tx\n")
    assert read_columns(path, ColumnForm(1), tag_column=2) == [ANNA]
    assert read_columns(path, ColumnForm(-3), tag_column=-2) == [ANNA]


def test_only_spaces_and_tabs_part_columns_and_only_line_feeds_part_lines(tmp_path):
    words = ("a\u00a0b", "c\u2028d", "e\x85f")
    path = file(tmp_path, "".join(f"{word} O\n" for word in words))
    assert read_columns(path)[0].words == words


def test_latin_1_is_read_where_it_is_declared_or_the_file_is_an_original(tmp_path):
    content = "Köln I-LOC\n".encode("latin-1")
    want = [Sentence(("Köln",), ("B-LOC",))]
    assert read_columns(file(tmp_path, content), ColumnForm(encoding="latin-1")) == want
    assert read_columns(file(tmp_path, content, "deu.testa")) == want
    assert read_columns(file(tmp_path, "Köln I-LOC\n", "deu.testb")) == want
    assert read_columns(file(tmp_path, "\ufeffKöln I-LOC\n")) == want


def test_undecodable_bytes_are_named_with_their_line(tmp_path):
    path = file(tmp_path, b"a O\n" + "Köln I-LOC\n".encode("latin-1"))
    refused(path, 2, "0xf6", "latin-1")
    for encoding in ("klingon", "undefined", "hex", "a\0b", "x" * 10_000):
        refused(path, None, "unknown encoding", form=ColumnForm(encoding=encoding))


@pytest.mark.parametrize("content", ["", "\n\n \n", "-DOCSTART- -X- O\n\n"])
def test_a_file_without_sentences_is_refused(tmp_path, content):
    refused(file(tmp_path, content), None, "no sentence")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    refused(tmp_path / "absent", None, "cannot be read")
    refused(tmp_path, None, "cannot be read")


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        ("Anna B-PER\nsings\n", 2, "1 column(s), but 2"),
        ("Anna\nsings\n", 1, "no tag column"),
        ("Anna _ _\n", 1, "'_' is no tag"),
        ("Anna B-PER\n\nsings o\n", 3, "'o' is no tag"),
        ("Anna PER\n", 1, "'PER' is no tag"),
        ("Anna B-\n", 1, "'B-' is no tag"),
        ("Anna\tB-PER\n\tO\n", 2, "empty token"),
        ("Anna B-PER\n\tO\n", 2, "a tab"),
        ("Anna B-PER\t\nsings O\t\n", 1, "the only tab is at the end of the line"),
        ("A S-PER\nB B-LOC\nC O\n", 3, "mix schemes"),
        ("A I-PER\n\nB S-LOC\n", 1, "S-LOC in line 3"),
    ],
)
def test_malformed_lines_are_named_with_a_remedy(tmp_path, content, line, word):
    refused(file(tmp_path, content), line, word)


def test_words_alone_may_have_spaces_unless_only_their_line_ends_have_tabs(tmp_path):
    assert read_words(file(tmp_path, "10 000\t\ncats\t\n")) == [("10 000", "cats")]
    with pytest.raises(UserError, match=":1: the only tab is at the end of the line"):
        read_words(file(tmp_path, "the DET\t\ncats NOUN\t\n"))


def test_declared_iob2_refuses_a_stray_i(tmp_path):
    refused(file(tmp_path, "A O\nB I-PER\n"), 2, "I-PER", "IOB2", scheme="iob2")


def test_a_missing_column_is_named(tmp_path):
    refused(file(tmp_path, "Anna O\n"), 1, "no tag column", tag_column=3)
    for column in (2, -3, -(10**12), 10**12):
        refused(file(tmp_path, "Anna O\n"), 1, "no token column", form=ColumnForm(column))


def test_a_type_that_is_not_known_is_named_with_its_line(tmp_path):
    path = file(tmp_path, "Anna B-PER\n\nOz B-GPE\n")
    refused(path, 3, "B-GPE", "LOC, PER", types=("PER", "LOC"))


def test_words_are_read_without_looking_at_tags(tmp_path):
    assert read_words(file(tmp_path, "Anna nonsense\nsings -\n\n-DOCSTART-\nHi O\n")) == [
        ("Anna", "sings"),
        ("Hi",),
    ]


word = st.text(
    st.characters(exclude_characters=" \t\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=6
).filter(lambda w: not w.startswith("-DOCSTART-"))
sentence = st.lists(st.tuples(word, st.sampled_from(["O", "B-PER", "B-LOC"])), min_size=1, max_size=5)


@given(st.lists(sentence, min_size=1, max_size=5), st.sampled_from(["iob2", "iob1", "iobes"]))
def test_what_is_written_is_read_back(tmp_path_factory, content, scheme):
    path = tmp_path_factory.mktemp("written") / "some.conll"
    sentences = [Sentence(tuple(w for w, _ in s), tuple(t for _, t in s)) for s in content]
    write_columns(path, sentences, scheme)
    assert read_columns(path) == sentences


@pytest.mark.parametrize("bad", ["", " ", "a\tb", "a\nb", "a\rb"])
def test_a_token_that_does_not_fit_into_a_column_file_is_not_written(tmp_path, bad):
    with pytest.raises(ValueError, match=re.escape(repr(bad))):
        write_columns(tmp_path / "out", [Sentence((bad,), ("O",))])


def test_writing_below_a_file_is_the_users_error(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        write_columns(file(tmp_path, "") / "out", [ANNA])


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


# What does not change the content of a file: as editors, spreadsheets and other tools write it.
HARMLESS = {
    "CRLF": crlf,
    "byte order mark": lambda text: "\ufeff" + text,
    "spaces at line ends": lambda text: text.replace("\n", "  \n"),
    "tabs at line ends": lambda text: text.replace("\n", "\t\n"),
    "more blank lines": lambda text: "\n \n" + text.replace("\n\n", "\n\t\n\n"),
    "no last line end": lambda text: text.rstrip("\n"),
    "comments": lambda text: (
        "# a comment of some words\n"
        + text.replace("\n\n", "\n\n# sent_id = 1\n").removesuffix("# sent_id = 1\n")
    ),
    "documents": lambda text: "-DOCSTART- -X- -X- O\n\n" + text,
    "spaces around the cells": lambda text: text.replace("\t", " \t "),
}


@given(st.lists(sentence, min_size=1, max_size=4), st.sets(st.sampled_from(sorted(HARMLESS)), max_size=3))
def test_what_does_not_change_the_content_changes_nothing(tmp_path_factory, content, changes):
    path = tmp_path_factory.mktemp("written") / "some.conll"
    sentences = [Sentence(tuple(w for w, _ in s), tuple(t for _, t in s)) for s in content]
    write_columns(path, sentences)
    text = path.read_bytes().decode().removeprefix("\ufeff")
    for name in sorted(changes - {"CRLF", "byte order mark"}):
        text = HARMLESS[name](text)
    for name in sorted(changes & {"CRLF", "byte order mark"}):
        text = HARMLESS[name](text)
    path.write_bytes(text.encode())
    if not content[0][0][0].startswith("\ufeff") or "byte order mark" in changes:
        assert read_columns(path) == sentences


def test_sentences_that_seem_to_be_parted_wrongly_are_doubted_aloud(tmp_path):
    one_sentence = file(tmp_path, "a B-X\n" * 1001)
    assert "a sentence of 1,001 words" in Columns().read([one_sentence]).doubt
    single_words = file(tmp_path, "a O\n\n" * 21)
    assert "each of the 21 sentences is one word" in Text().read([single_words]).doubt
    for content in ("a B-X\n\n" * 20, "a B-X\n" * 1000, "a O\n\n" * 30 + "b B-X\nc O\n"):
        assert Columns().read([file(tmp_path, content)]).doubt == ""
    assert "every tag is O" in Columns().read([file(tmp_path, "a O\nb O\n")]).doubt
