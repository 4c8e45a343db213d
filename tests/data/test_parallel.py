from pathlib import Path

import pytest

from wcabench.contract import SentencePair
from wcabench.data.link_form import LinkForm
from wcabench.data.parallel import read_tsv, read_two_column_files, read_two_files
from wcabench.data.tokenise import tokenise
from wcabench.errors import UserError


def file(tmp_path: Path, content: str, name: str = "some.tsv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_columns_links_and_flags_are_read(tmp_path):
    lines = [
        "0\tik zie je\tI see you\t0-0 1-1 2-2\t",
        "1\tlang\tlong\t0-0\trunaway",
        "2\tgoed dan\twell\t0-0 1-0\tlooks-fine",
        "3\tx\ty\t0-0\tnoted, docstart",
        "4\t\tnothing\t\t",
    ]
    text = read_tsv(
        file(tmp_path, "\n".join(lines)),
        source_column=2,
        target_column=1,
        links_column=3,
        links=LinkForm("target-source"),
        flags_column=4,
    )
    assert text.pairs == [
        SentencePair(("I", "see", "you"), ("ik", "zie", "je"), ((0, 0), (1, 1), (2, 2))),
        SentencePair(("well",), ("goed", "dan"), ((0, 0), (0, 1))),
    ]
    assert text.skipped == {"runaway": 1, "docstart": 1, "empty": 1}


def test_empty_lines_are_skipped_and_counted(tmp_path):
    text = read_tsv(file(tmp_path, "a\tb\n\n \t \nc\td\n"))
    assert [pair.source for pair in text.pairs] == [("a",), ("c",)]
    assert text.skipped == {"empty": 2}
    assert text.pairs[0].links is None


@pytest.mark.parametrize(
    ("content", "options", "line", "word"),
    [
        ("a\tb\nalone\n", {}, 2, "1 column(s)"),
        ("a b\tc\t0-0 1:0\n", {"links_column": 2}, 1, "'1:0' is no link"),
        ("a b\tc\t0-0 0-1\n", {"links_column": 2}, 1, "2 and 1 words"),
    ],
)
def test_malformed_lines_are_named(tmp_path, content, options, line, word):
    path = file(tmp_path, content)
    with pytest.raises(UserError) as error:
        read_tsv(path, **options)
    assert str(error.value).startswith(f"{path}:{line}: ") and word in str(error.value)


def test_a_file_without_pairs_is_refused(tmp_path):
    with pytest.raises(UserError, match="no sentence pair"):
        read_tsv(file(tmp_path, "\n\n"))


def test_two_files_and_their_alignment_are_read(tmp_path):
    one, other = file(tmp_path, "a b\n\nc\n", "en"), file(tmp_path, "x y\nz\nw\n", "nl")
    links = file(tmp_path, "0-1 1-0\n\n0-0\n", "links")
    text = read_two_files(one, other, links)
    assert text.pairs[0] == SentencePair(("a", "b"), ("x", "y"), ((0, 1), (1, 0)))
    assert text.skipped == {"empty": 1}


@pytest.mark.parametrize("which", ["target", "links"])
def test_files_of_unequal_length_are_both_named_with_their_counts(tmp_path, which):
    one, short = file(tmp_path, "a\nb\nc\n", "en"), file(tmp_path, "x\ny\n", "nl")
    files = (one, short) if which == "target" else (one, one, short)
    with pytest.raises(UserError) as error:
        read_two_files(*files)
    assert f"{one} has 3 lines" in str(error.value) and f"{short} has 2" in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Wait... what?!", "Wait ... what ? !"),
        ('He said: "no."', 'He said : " no . "'),
        ("well-known O'Neill can't, 1,000.50 (ok)", "well-known O'Neill can't , 1,000.50 ( ok )"),
        ("«Ո՞վ է», ասաց նա՝ այո՛։", "« Ո՞վ է » , ասաց նա ՝ այո ՛ ։"),
        ("at 10:30, U.S. time", "at 10:30 , U.S . time"),
        ("प्रधान मंत्री ने", "प्रधान मंत्री ने"),
        ("a\u200bb\u00a0c 😀😀", "a b c 😀😀"),
    ],
)
def test_raw_text_is_cut_at_its_punctuation(text, words):
    assert " ".join(tokenise(text, "punctuation")) == words


def test_tokenised_text_is_cut_at_plain_spaces_only():
    assert tokenise(" a\u00a0b  c. ") == ("a\u00a0b", "c.")


def test_two_column_files_are_read_without_their_tags(tmp_path):
    source = file(tmp_path, "Anna\tB-PER\nsleeps\tO\n\nyes\tO\n\n", "en.conll")
    target = file(tmp_path, "Anna\tB-PER\nslaapt\tO\n\nja\tO\n\n", "nl.conll")
    links = file(tmp_path, "0-0 1-1\n0-0\n", "nl.links")
    assert read_two_column_files(source, target, links).pairs == [
        SentencePair(("Anna", "sleeps"), ("Anna", "slaapt"), ((0, 0), (1, 1))),
        SentencePair(("yes",), ("ja",), ((0, 0),)),
    ]
    assert read_two_column_files(source, target).pairs[0].links is None


def test_column_files_of_unequal_length_are_refused(tmp_path):
    source = file(tmp_path, "a\tO\n\nb\tO\n", "en.conll")
    target = file(tmp_path, "c\tO\n", "nl.conll")
    with pytest.raises(UserError, match=r"unequal length: .*en\.conll has 2 .*nl\.conll has 1"):
        read_two_column_files(source, target)
