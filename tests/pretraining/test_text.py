import pytest

from wcabench.errors import UserError
from wcabench.pretraining.settings import TextConfig
from wcabench.pretraining.text import read_texts

CONFIG = TextConfig(languages=("en", "xx", "yy"), held_out=20)


def test_held_out_pairs_are_not_trained_on(text):
    texts = read_texts(text, CONFIG)
    for language in ("xx", "yy"):
        assert len(texts.held_out[language]) == 20
        assert len(texts.pairs[language]) == 180
        assert not set(texts.sentences(language)) & {sentence for sentence, _ in texts.held_out[language]}


def test_a_language_is_all_its_sentences_those_of_pairs_too(text):
    texts = read_texts(text, CONFIG)
    assert len(list(texts.sentences("xx"))) == 100 + 180
    assert len(list(texts.sentences("en"))) == 300 + 2 * 180


def test_a_missing_file_and_a_malformed_line_are_named(text, tmp_path):
    with pytest.raises(UserError, match=r"mono\.zz\.txt: cannot be read"):
        read_texts(text, TextConfig(languages=("en", "zz")))
    for name in ("mono.en.txt", "mono.xx.txt"):
        (tmp_path / name).write_text("a\n")
    (tmp_path / "parallel.xx-en.tsv").write_text("a\tb\nalone\n")
    with pytest.raises(UserError, match=r"parallel\.xx-en\.tsv:2: 1 column\(s\), but 2"):
        read_texts(tmp_path, TextConfig(languages=("en", "xx")))


def test_too_few_pairs_to_hold_any_out_are_refused(text):
    with pytest.raises(UserError, match="200 pairs do not leave 200 to measure on"):
        read_texts(text, TextConfig(languages=("en", "xx"), held_out=200))
