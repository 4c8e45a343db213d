"""Pieces as people read them, for each kind of tokenizer."""

import pytest
from encoders_by_hand import TOKENIZERS, tokenizer
from transformers import ByT5Tokenizer

from wcabench.nn.piece_text import piece_texts
from wcabench.nn.pieces import PieceTable

BYTES = [kind for kind in TOKENIZERS if "byte" in kind]


def texts(pieces, *words: str) -> list[list[str]]:
    return [piece_texts(pieces, ids) for ids in PieceTable(pieces, 64).pieces(words)]


@pytest.mark.parametrize("kind", BYTES)
def test_bytes_are_shown_as_the_characters_that_they_make(kind):
    first, second, third = texts(tokenizer(kind), "thé", "ж", "の.")
    assert "".join(first[:-2]).strip("▁") == "th"
    assert first[-2:] == ["é(1/2)", "é(2/2)"]
    assert second[-2:] == ["ж(1/2)", "ж(2/2)"]
    assert third[-4:] == ["の(1/3)", "の(2/3)", "の(3/3)", "."]


def test_a_slow_tokenizer_of_bytes_is_read_too():
    assert texts(ByT5Tokenizer(), "é") == [["é(1/2)", "é(2/2)"]]


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_marks_of_words_are_left_out_and_each_piece_has_a_text(kind):
    pieces = tokenizer(kind)
    for words in (("the", "thema"), ("\u200b", "\x00"), ("👩🏽", "\ufffd")):
        for ids, shown in zip(PieceTable(pieces, 64).pieces(words), texts(pieces, *words), strict=True):
            assert len(shown) == len(ids) and all(shown)
            assert not any("Ġ" in text or "<0x" in text or "</w>" in text for text in shown)
    assert texts(pieces, "x", "the")[1] == ["the"]


def test_a_continuation_keeps_its_mark():
    assert texts(tokenizer(), "them") == [["the", "##m"]]
