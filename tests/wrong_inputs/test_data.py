"""Data that a user has wrong: exit 2, one line on stderr that names it, no traceback."""

import json
import os
from pathlib import Path

import pytest
from mistakes_by_hand import ENCODER, FILES, RUN, SUITE, ZEROS, change, refusal, wcabench


@pytest.mark.parametrize("file", ["train.conll", "test.en.conll", "test.nl.conll", "en.txt"])
@pytest.mark.parametrize("command", [RUN, (*RUN, "--dry-run"), ("status", *RUN[1:])])
def test_a_missing_data_file_is_named_with_the_places_looked_at(suite_folder, file, command):
    Path(file).unlink()
    line = refusal(wcabench(*command, *ENCODER))
    assert f"looked for {file}" in line and str(suite_folder) in line and "is missing" in line


def test_a_missing_file_of_two_that_belong_together_is_named(suite_folder):
    Path("nl.txt").unlink()
    line = refusal(wcabench(*RUN, *ENCODER))
    assert "nl.txt is missing" in line and "en.txt" in line and "put it there" in line


def test_a_missing_file_with_a_known_origin_says_how_to_get_it(suite_folder):
    known = f'{{ path = "train.conll", sha256 = "{ZEROS}", licence = "CC0", instructions = "ask Mira" }}'
    change("tiny.toml", '{ path = "train.conll" }', known)
    Path("train.conll").unlink()
    line = refusal(wcabench(*RUN, *ENCODER))
    assert all(part in line for part in ("en-train is missing", ZEROS, "licence: CC0", "get it: ask Mira"))


def test_a_data_folder_that_is_not_there_is_named():
    assert "--data-dir nowhere: no such folder" in refusal(wcabench(*RUN, *ENCODER, "--data-dir", "nowhere"))


def test_a_file_with_another_content_than_its_pin_is_refused_with_both_checksums(suite_folder):
    rows = json.loads(wcabench("suite", "prepare", "--suite", "tiny.toml", *ENCODER, "--json").stdout)[
        "resources"
    ]
    pin = next(row["sha256"] for row in rows if row["resource"] == "en-train")
    change(
        "tiny.toml",
        '{ path = "train.conll" }',
        f'{{ path = "train.conll", sha256 = "{pin}", sentences = 2 }}',
    )
    assert wcabench(*RUN, *ENCODER, "--dry-run").exit_code == 0
    assert wcabench("suite", "prepare", "--suite", "tiny.toml", *ENCODER).exit_code == 0

    change("train.conll", "hired", "fired")
    line = refusal(wcabench(*RUN, *ENCODER))
    assert (
        f"{suite_folder / 'train.conll'}: not the pinned content of en-train: wanted 2 sentences with sha256 {pin}"
        in line
    )
    assert "got 2 with" in line and "another version of the corpus" in line

    Path("train.conll").write_text(FILES["train.conll"].partition("\n\n")[0] + "\n")
    assert "got 1 with" in (line := refusal(wcabench(*RUN, *ENCODER))) and "cut short" in line


@pytest.mark.parametrize("file", ["train.conll", "test.en.conll", "test.nl.conll"])
def test_a_tag_that_the_suite_does_not_know_is_named_with_file_and_line(suite_folder, file):
    Path(file).write_text(FILES[file] + "\nGent B-GPE\n")
    line = refusal(wcabench(*RUN, *ENCODER))
    number = FILES[file].count("\n") + 2
    assert f"{suite_folder / file}:{number}: tag 'B-GPE'" in line and "known: LOC, ORG, PER" in line


@pytest.mark.parametrize(
    ("text", "where"),
    [("Mira PER\n", "train.conll:1: 'PER' is no tag"), ("Mira B-PER\nleft\n", "train.conll:2:")],
)
def test_a_malformed_line_is_named(text, where):
    Path("train.conll").write_text(text)
    assert where in refusal(wcabench(*RUN, *ENCODER))


@pytest.mark.parametrize(("text", "lines"), [("Zij vertrok .\n", 1), ("Zij vertrok .\nHij won\nen\n", 3)])
def test_parallel_files_of_unequal_length_are_named_with_their_lengths(suite_folder, text, lines):
    Path("nl.txt").write_text(text)
    line = refusal(wcabench(*RUN, *ENCODER))
    assert (
        f"unequal length: {suite_folder / 'en.txt'} has 2 lines, {suite_folder / 'nl.txt'} has {lines}"
        in line
    )


NAMED = [
    ("test.nl.conll", b"Jon B-PER\nver\rliet O\n", "test.nl.conll:2: a carriage return (CR) within the line"),
    ("test.nl.conll", b"Jon B-PER\rverliet O\r", "test.nl.conll: its line ends are carriage returns alone"),
    (
        "test.nl.conll",
        b"Jon B-PER\r\r\nverliet O\r\r\n",
        "test.nl.conll:1: the line ends in two carriage returns",
    ),
    ("test.nl.conll", "Jon B-PER\n".encode("utf-16"), "test.nl.conll: is in UTF-16"),
    ("test.nl.conll", b"Jon B-PER\nver\0liet O\n", "test.nl.conll:2: a NUL character"),
    ("test.nl.conll", b"Jon N B-PER\nverliet O\n", "test.nl.conll:2: 2 column(s), but 3"),
    ("test.nl.conll", b"1 Jon B-PER\n2 verliet O\n", "test.nl.conll:1: the first column counts the words"),
    ("test.nl.conll", b"Jon B-PER\n# x y\nverliet O\n", "test.nl.conll:2: the line begins with #"),
    ("en.txt", b"She left .\tx\nHe won\n", "en.txt:1: a tab in a file of one sentence a line"),
    ("en.txt", b"She left .\r\nHe\rwon\r\n", "en.txt:2: a carriage return"),
    ("tiny.toml", b"a = " + b"9" * 5000, "tiny.toml: a number of thousands of digits"),
    ("tiny.toml", b"a = " + b"[" * 5000, "tiny.toml: tables and lists more than 32 deep"),
    ("tiny.toml", SUITE.encode("utf-16"), "tiny.toml: is in UTF-16"),
]


@pytest.mark.parametrize(("file", "content", "message"), NAMED)
@pytest.mark.parametrize("command", [RUN, ("suite", "prepare", "--suite", "tiny.toml")])
def test_what_cannot_be_read_rightly_is_named_before_anything_is_trained(file, content, message, command):
    Path(file).write_bytes(content)
    result = wcabench(*command, *ENCODER)
    assert result.exit_code == 2 and message in result.stderr and result.stderr.count("\n") == 1, (
        result.output
    )
    assert not Path("results", "tiny").exists()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"a\\u0000b"', "tiny.toml: a NUL character"),
        ('"' + "x" * 5000 + '"', "cannot be read: File name too long"),
        ('"~nobody-such/x"', "that user has no home folder"),
        ('"train.conll", encoding = "undefined"', "unknown encoding 'undefined'"),
        ('"train.conll", tag_column = -9', "no tag column -9"),
        ('"train.conll", tag_column = 0', "no tag column"),
        ('"train.conll", token_column = 9', "no token column 9"),
        ('"pipe"', "pipe: cannot be read: it is a pipe"),
    ],
)
def test_paths_columns_and_encodings_that_cannot_be_are_named(value, message):
    os.mkfifo("pipe")
    change("tiny.toml", '"train.conll"', value)
    assert message in refusal(wcabench(*RUN, *ENCODER))


def test_the_home_folder_is_meant_by_its_sign_in_a_suite_and_a_mark_before_the_suite_is_none(
    monkeypatch, suite_folder
):
    plan = wcabench(*RUN, *ENCODER, "--dry-run").stdout
    monkeypatch.setenv("HOME", str(suite_folder))
    change("tiny.toml", '"train.conll"', '"~/train.conll"')
    change("tiny.toml", "[source]", '[encoder]\nname = "~/encoder"\n\n[source]')
    Path("tiny.toml").write_bytes(b"\xef\xbb\xbf" + Path("tiny.toml").read_bytes().replace(b"\n", b"\r\n"))
    assert wcabench(*RUN, "--dry-run").stdout == plan
