"""`wcabench align show`: each method's coupling of one sentence pair, as a table and as a figure."""

import pytest
from click.testing import CliRunner

from wcabench.cli import main

OWN = ["--source", "the old man saw Anna", "--target", "de oude man zag Anna"]


@pytest.fixture
def show(tiny_encoder):
    def run(*arguments):
        fixed = ["align", "show", "--suite", "mini", "--pair", "en-nl", "--encoder", str(tiny_encoder)]
        return CliRunner().invoke(main, [*fixed, *map(str, arguments)])

    return run


def test_the_table_has_a_row_for_each_target_token(show):
    result = show(*OWN)
    assert result.exit_code == 0, result.output
    rows = [line.split("│")[1].strip() for line in result.stdout.splitlines() if line.startswith("│")]
    assert [row for row in rows if row] == ["de", "oude", "man", "zag", "Anna"]


def test_identical_sentences_are_coupled_token_by_token(show):
    text = "the old man saw Anna"
    result = show("--source", text, "--target", text, "--set", "wca-hard.epsilon=none")
    rows = [line.split("│") for line in result.stdout.splitlines() if line.startswith("│")]
    assert [(row[1].strip(), row[3].strip()) for row in rows if row[1].strip()] == [
        (w, w) for w in text.split()
    ]


def test_a_line_of_the_parallel_text_is_shown(show):
    from wcabench.data.data_source import DataSource
    from wcabench.data.suites import load_suite

    suite = load_suite("mini")
    pair = suite.load("en-nl", suite.data, DataSource(offline=True)).parallel[2]
    by_line, by_text = (
        show(*which)
        for which in (["--line", 3], ["--source", " ".join(pair.source), "--target", " ".join(pair.target)])
    )
    assert by_line.exit_code == 0 and by_line.stdout == by_text.stdout


def test_words_beyond_the_encoders_limit_are_counted(show):
    long = "Anna " * 40
    result = show("--source", long, "--target", "Anna", "--set", "recipe.max_length=32")
    assert result.exit_code == 0 and "10 words lie beyond the encoder's limit" in result.stderr


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_figure_is_of_the_kind_its_name_says(show, tmp_path, ending, start):
    out = tmp_path / f"figure.{ending}"
    assert show(*OWN, "--out", out).exit_code == 0
    content = out.read_bytes()
    assert content.startswith(start)


def test_the_figure_labels_every_token_and_says_its_units(show, tmp_path, monkeypatch):
    import matplotlib as mpl

    monkeypatch.setitem(mpl.rcParams, "svg.fonttype", "none")  # text stays text
    out = tmp_path / "figure.svg"
    show(*OWN, "--out", out)
    svg = out.read_text(encoding="utf-8")
    for text in ("oude", "saw", "cosine similarity", "share of the target", "fast_align"):
        assert text in svg


def test_the_figure_of_a_short_sentence_fits_a_column_of_8_5_cm_and_is_the_same_twice(show, tmp_path):
    import re

    files = tmp_path / "one.svg", tmp_path / "two.svg"
    for file in files:
        show(*OWN, "--out", file)
    one, two = (file.read_bytes() for file in files)
    assert one == two
    width = re.search(rb'<svg[^>]* width="([\d.]+)pt"', one)
    assert width and float(width[1]) < 8.5 / 2.54 * 72


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "which sentences?"),
        (["--line", "1", *OWN], "which sentences?"),
        (["--source", "a"], "which sentences?"),
        (["--source", " ", "--target", "a"], "at least one word"),
        (["--line", "401"], "has 400 pairs"),
        ([*OWN, "--out", "figure.gif"], ".png, .svg, .pdf"),
        ([*OWN, "--set", "fastalign.lowercase=no"], "table of --set"),
    ],
)
def test_what_cannot_be_shown_is_refused(show, arguments, message):
    result = show(*arguments)
    assert result.exit_code == 2 and message in result.stderr


def test_without_matplotlib_the_error_says_how_to_get_it(show, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = show(*OWN, "--out", tmp_path / "figure.png")
    assert result.exit_code == 2 and "pip install matplotlib" in result.stderr
