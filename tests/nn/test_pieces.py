import os
from pathlib import Path

import pytest
from encoders_by_hand import TOKENIZERS, tokenizer
from hypothesis import given, settings
from hypothesis import strategies as st

from wcabench.config import EncoderConfig
from wcabench.nn.batches import length_buckets, padded
from wcabench.nn.encoder import load_tokenizer
from wcabench.nn.pieces import PieceTable, _stretches


@given(st.lists(st.integers(1, 10), min_size=1, max_size=80), st.integers(10, 40))
def test_windows_fit_and_own_every_word_exactly_once(lengths, room):
    stretches = _stretches(lengths, room)
    assert all(sum(lengths[start:stop]) <= room for start, stop, _ in stretches)
    assert [word for *_, own in stretches for word in own] == list(range(len(lengths)))
    assert all(start <= own.start and own.stop <= stop for start, stop, own in stretches)


def test_a_sentence_that_fits_is_one_window(tiny_encoder):
    table = PieceTable(load_tokenizer(EncoderConfig(name=str(tiny_encoder))), 64)
    (window,) = table.windows(["the", "man", "saw"])
    assert window.ids[0] == table.begin
    assert window.ids[-1] == table.end
    assert window.spans() == [(1, 2), (2, 3), (3, 4)]


def test_a_word_longer_than_the_encoder_is_cut_and_still_a_word(tiny_encoder):
    table = PieceTable(load_tokenizer(EncoderConfig(name=str(tiny_encoder))), 16)
    windows = table.windows(["the", "pariswithannaandtwodogs", "man"])
    assert all(len(w.ids) <= 16 for w in windows)
    assert sum(len(w.own) for w in windows) == 3


def test_a_word_without_pieces_stays_a_word(tiny_encoder):
    table = PieceTable(load_tokenizer(EncoderConfig(name=str(tiny_encoder))), 64)
    assert table.pieces(["man", "\u200b\x00", "saw"])[1] == [table.unknown]


def test_truncation_keeps_whole_words_from_the_start(tiny_encoder):
    table = PieceTable(load_tokenizer(EncoderConfig(name=str(tiny_encoder))), 6)
    window = table.truncated(["the", "man", "saw", "a", "red", "house"])
    assert len(window.ids) == 6
    assert window.own == range(4)


def test_pieces_equal_what_the_tokenizer_gives_for_the_whole_sentence(tiny_encoder):
    tokenizer = load_tokenizer(EncoderConfig(name=str(tiny_encoder)))
    table = PieceTable(tokenizer, 64)
    words = ["the", "oldman", "saw", "Paris", "zzz"]
    (window,) = table.windows(words)
    whole = tokenizer(words, is_split_into_words=True)["input_ids"]
    content = [i for ids in table.pieces(words) for i in ids]
    assert content == [i for i in whole if i not in (table.begin, table.end)]
    assert window.ids[1:-1] == content


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_words_have_the_pieces_that_they_have_in_a_sentence(kind):
    pieces = tokenizer(kind)
    table = PieceTable(pieces, 64)
    for words in (["the", "man", "Zoë", ",", "the", "a"], ["Ж", "the"], ["é", "の", "don't"], ["the"] * 3):
        whole = pieces(" ".join(words), add_special_tokens=False)["input_ids"]
        assert [number for ids in table.pieces(words) for number in ids] == whole


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize("word", ["<s>", "</s>", "<pad>", "<mask>"])
def test_a_word_that_looks_like_a_special_piece_is_text(kind, word):
    table = PieceTable(tokenizer(kind), 64)
    (ids,) = table.pieces([word])
    assert not {table.begin, table.end, table.pad, 4} & set(ids)
    assert table.truncated(["the", word, "the"]).ids.count(table.end) == 1


def test_mbert_pieces_equal_its_own_tokenizer_on_real_words():
    data = os.environ.get("WCABENCH_DATA", "")
    folder = Path(data).parent / "encoders" / "mbert-cased-tokenizer"
    if not data or not folder.is_dir():
        pytest.skip("WCABENCH_DATA is unset, or has no encoders folder beside it")
    tokenizer = load_tokenizer(EncoderConfig(name=str(folder)))
    table = PieceTable(tokenizer, 128)
    words = ["Der", "Bundeskanzler", "wohnt", "unweit", "von", "Kőszeg", ",", "sagte", "Հայաստան", "."]
    whole = tokenizer(words, is_split_into_words=True)["input_ids"]
    assert table.windows(words)[0].ids == whole
    assert not table.spaced


@given(st.lists(st.integers(1, 128), min_size=1, max_size=100), st.integers(0, 200))
def test_buckets_hold_every_sequence_once(lengths, call_cost):
    buckets = length_buckets(lengths, call_cost)
    assert sorted(i for bucket in buckets for i in bucket) == list(range(len(lengths)))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(0, 12))
@settings(max_examples=60)
def test_buckets_cost_as_little_as_any_partition_of_the_sorted_lengths(lengths, call_cost):
    ordered = sorted(lengths)

    def cost(parts):
        return sum(call_cost + max(part) * len(part) for part in parts)

    def partitions(items):
        if not items:
            yield []
        for size in range(1, len(items) + 1):
            for rest in partitions(items[size:]):
                yield [items[:size], *rest]

    found = [[lengths[i] for i in bucket] for bucket in length_buckets(lengths, call_cost)]
    assert cost(found) == min(cost(parts) for parts in partitions(ordered))


def test_no_bucket_holds_more_than_the_most():
    assert max(map(len, length_buckets([5] * 100, most=7))) == 7


def test_padding_is_masked():
    ids, mask = padded([[5, 6], [7, 8, 9]], pad=0, device="cpu")
    assert ids.tolist() == [[5, 6, 0], [7, 8, 9]]
    assert mask.tolist() == [[1, 1, 0], [1, 1, 1]]


def test_a_known_sentence_costs_nothing_for_the_words_known_beside_it(tiny_encoder):
    """Once, each sentence went through all known words: 90 of the 190 seconds of a training."""

    class Unread(dict):
        def __iter__(self):
            raise AssertionError("went through every known word")

        keys = items = values = __iter__

    table = PieceTable(load_tokenizer(EncoderConfig(name=str(tiny_encoder))), 64)
    table.add([["the", "man", "saw"]])
    table._ids = Unread(table._ids)
    assert len(table.windows(["man", "the", "dogs"])[0].firsts) == 3
