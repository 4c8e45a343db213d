"""Gold sets: of the data folder, of the mini corpus, and the user's own."""

import os
from pathlib import Path

import pytest

from wcabench.data.data_source import DataSource
from wcabench.errors import UserError
from wcabench.sweep import gold_files
from wcabench.sweep.eflomal import line_of
from wcabench.sweep.gold_files import GoldFiles, GoldSet
from wcabench.sweep.gold_sets import chosen_names, gold_names, load_gold_set, own_gold_set

TEXT = "ein Haus ||| a house\nJa ! ||| yes !\n"


@pytest.fixture
def described(tmp_path, monkeypatch):
    """A data folder with one gold set, de-en, of the given text and links, and the pin that it has."""

    def write(links: str, text: str = TEXT, sha256: str | None = None, **more) -> DataSource:
        (tmp_path / "text").write_text(text, encoding="utf-8")
        (tmp_path / "links").write_text(links, encoding="utf-8")

        def files(pin: str) -> GoldFiles:
            return GoldFiles("two sentences", "links", 2, pin, text="text", first_word=1, **more)

        source = DataSource(data_dir=tmp_path)
        monkeypatch.setattr(gold_files, "described", lambda: {"de-en": files(sha256 or "unknown")})
        if sha256 is None:
            with pytest.raises(UserError, match="not the pinned content") as error:
                load_gold_set("de-en", source)
            found = str(error.value).split("got 2 with ")[1].split(";")[0]
            monkeypatch.setattr(gold_files, "described", lambda: {"de-en": files(found)})
        return source

    return write


def test_text_parted_by_bars_and_links_from_one_are_read(described):
    gold = load_gold_set("de-en", described("1-1 2p2\n1-1 2-2\n"))
    assert isinstance(gold, GoldSet)
    assert [pair.target for pair in gold.pairs] == [("a", "house"), ("yes", "!")]
    assert gold.gold[0].sure == {(0, 0)} and gold.gold[0].possible == {(0, 0), (1, 1)}
    assert not gold.notes


def test_a_gold_link_beyond_its_sentence_is_left_out_and_said(described):
    gold = load_gold_set("de-en", described("1-1 2-3\n1-1\n"))
    assert isinstance(gold, GoldSet)
    assert gold.gold[0].possible == {(0, 0)}
    assert gold.notes == ("gold link 1-2 of sentence 1 lies beyond it: left out",)


def test_text_beside_the_gold_set_is_tokenised_and_counted(described, tmp_path):
    (tmp_path / "more.tsv").write_text("Ja.\tYes.\n", encoding="utf-8")
    gold = load_gold_set("de-en", described("1-1\n1-1\n", parallel="more.tsv"))
    assert isinstance(gold, GoldSet)
    assert gold.parallel[0].source == ("Ja", ".") and gold.learned_from == "1 pairs of more.tsv"


def test_another_version_is_refused(described):
    with pytest.raises(UserError, match=r"wanted 2 sentences with sha256 abc.*GOLD with --text"):
        load_gold_set("de-en", described("1-1\n1-1\n", sha256="abc"))


def test_links_of_another_number_of_sentences_are_refused(described):
    with pytest.raises(UserError, match="1 sentences, but 2 in its text"):
        load_gold_set("de-en", described("1-1\n", sha256="abc"))


def test_a_set_that_is_not_there_is_left_out_in_one_line(tmp_path, monkeypatch):
    line = load_gold_set("ro-en", DataSource(data_dir=tmp_path))
    assert line == f"ro-en: left out, align-gold/awesome-align/roen.src-tgt is not there in {tmp_path}"
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    assert "set WCABENCH_DATA" in str(load_gold_set("ro-en", DataSource()))


def test_the_mini_corpus_is_a_gold_set_a_language_pair():
    assert chosen_names(["mini"]) == ["mini-en-de", "mini-en-es", "mini-en-nl", "mini-en-hy"]
    gold = load_gold_set("mini-en-nl", DataSource(offline=True))
    assert isinstance(gold, GoldSet)
    assert len(gold.pairs) == len(gold.gold) == 140 and len(gold.parallel) == 460
    assert not set(gold.pairs) & set(gold.parallel)


def test_names_are_taken_once_and_unknown_ones_get_the_nearest():
    assert chosen_names(["de-en", "all"]) == gold_names()
    with pytest.raises(UserError, match="did you mean 'de-en'"):
        chosen_names(["de-em"])


@pytest.mark.parametrize(
    ("links", "source", "message"),
    [
        ("0-0\n", "a b\nc\n", "unequal length"),
        ("0-0\n0-0\n", "a b\n\n", "source:2: empty"),
        ("0-0\n2-0\n", "a b\nc d\n", "beyond its 2 source and 1 target words"),
        ("0-0\n", "a b\nc d\n", "1 sentences, but the text has 2"),
    ],
)
def test_what_is_wrong_with_a_gold_set_of_ones_own_is_said(links, source, message, tmp_path):
    files = [tmp_path / name for name in ("links", "source", "target")]
    target = "x\n" if message == "unequal length" else "x\ny\n"
    for file, text in zip(files, (links, source, target), strict=True):
        file.write_text(text)
    with pytest.raises(UserError, match=message):
        own_gold_set(*files, first_word=0)


@pytest.mark.parametrize(("name", "notes"), [("de-en", 1), ("en-fr", 0), ("ro-en", 0)])
def test_the_gold_sets_of_the_data_folder_are_the_pinned_ones(name, notes):
    folder = Path(os.environ.get("WCABENCH_DATA", "/nowhere"))
    if not (folder / "align-gold").is_dir():
        pytest.skip("WCABENCH_DATA is unset or has no align-gold in it")
    gold = load_gold_set(name, DataSource(data_dir=folder))
    assert isinstance(gold, GoldSet)
    assert len(gold.notes) == notes


def test_an_own_set_of_the_shared_tasks_counts_from_1_and_doubt_is_noted(tmp_path):
    files = {"s": "a b\n", "t": "x y\n", "naacl": "1 1 1 S\n1 2 2 P\n", "pharaoh": "1-1\n"}
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    gold = own_gold_set(tmp_path / "naacl", tmp_path / "s", tmp_path / "t", None)
    assert gold.gold[0].sure == {(0, 0)} and gold.gold[0].possible == {(0, 0), (1, 1)} and not gold.notes
    doubted = own_gold_set(tmp_path / "pharaoh", tmp_path / "s", tmp_path / "t", None)
    assert doubted.gold[0].sure == {(1, 1)} and "none has a word 0" in doubted.notes[0]


def test_a_word_with_white_space_in_it_is_one_word_for_eflomal():
    assert len(line_of(("10 000", "a\u00a0b", "c\u2028d")).split()) == 3
