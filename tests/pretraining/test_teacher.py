import dataclasses

import pytest
import torch

from wcabench.pretraining.links import link_words, word_cutter
from wcabench.pretraining.settings import read_settings
from wcabench.pretraining.stream import Stream
from wcabench.pretraining.teacher import Teacher
from wcabench.pretraining.text import read_texts
from wcabench.pretraining.vocabulary import train_tokenizer


@pytest.fixture(scope="module")
def taught(settings_file, text):
    settings = read_settings(settings_file)
    texts = read_texts(text, settings.text)
    tokenizer = train_tokenizer(texts, settings.vocabulary)
    stream = Stream(tokenizer, texts, settings.text, settings.training, settings.teaching.share)
    return settings, texts, tokenizer, stream, Teacher(settings, tokenizer, texts, "cpu")


def test_words_are_numbered_as_the_tokenizer_numbers_them(taught):
    _, _, tokenizer, *_ = taught
    sentence = "A\u200bman's house-dog,\u00a0 sees (Zürich) U.S.\x07"
    words = word_cutter(tokenizer)(sentence)
    assert set(tokenizer(sentence).word_ids()) - {None} == set(range(len(words)))
    assert words[:6] == ["Aman", "'", "s", "house", "-", "dog"]


def test_linked_words_are_translations(taught):
    _, texts, tokenizer, *_ = taught
    pairs = link_words(texts.pairs["xx"], word_cutter(tokenizer))
    linked = [(pair.words[j], pair.first[i]) for pair in pairs for i, j in pair.links]
    assert len(linked) > 500
    assert sum(other == (one if one == "." else f"x{one}") for other, one in linked) > 0.95 * len(linked)


def test_taught_pairs_are_read_apart_and_have_their_share_of_a_batch(taught):
    settings, *_, stream, _ = taught
    total = share = 0
    for step in range(20):
        batch = stream.batch(step)
        alone = {group[0] for group in batch.groups if len(group) == 1}
        for sequence, *_ in batch.taught:
            assert {sequence, sequence + 1} <= alone
            share += len(batch.sequences[sequence]) + len(batch.sequences[sequence + 1])
        total += sum(map(len, batch.sequences))
    assert share / total == pytest.approx(settings.teaching.share, abs=0.05)


def test_a_word_is_pulled_to_the_state_of_the_english_word_it_is_linked_to(taught):
    """The lesson of a pair against the start encoder called by itself on the English sentence."""
    from transformers import AutoModel, AutoTokenizer

    settings, _, tokenizer, stream, teacher = taught
    batch = stream.batch(0)
    sequence, language, number = batch.taught[0]
    pair = teacher.pairs[language][number]
    own = AutoTokenizer.from_pretrained(settings.start)
    encoder = AutoModel.from_pretrained(settings.start).eval()
    found = own(pair.first, is_split_into_words=True, return_tensors="pt")
    with torch.no_grad():
        states = encoder(**found, output_hidden_states=True).hidden_states[settings.teaching.of][0]
    word_of = found.word_ids()
    means = [states[[k for k, w in enumerate(word_of) if w == i]].mean(0) for i in range(len(pair.first))]

    places, wanted = teacher._lesson(dataclasses.replace(batch, taught=batch.taught[:1]))
    expected = {(sequence + 1, _first(tokenizer, pair.first, i)): means[i] for i in range(len(pair.first))}
    expected |= {(sequence, _first(tokenizer, pair.words, j)): means[i] for i, j in pair.links}
    assert set(places) == set(expected) and len(places) == len(expected)
    for place, state in zip(places, wanted, strict=True):
        torch.testing.assert_close(state, expected[place], atol=1e-5, rtol=0)


def _first(tokenizer, words, word):
    return tokenizer(words, is_split_into_words=True).word_ids().index(word)


def test_the_loss_is_0_where_the_states_are_the_teachers_and_1_at_their_mean(taught):
    *_, stream, teacher = taught
    batch = stream.batch(1)
    places, wanted = teacher._lesson(batch)
    starts = torch.arange(len(batch.sequences)) * 100
    head = teacher.head(wanted.shape[1])
    states = torch.zeros(len(batch.sequences) * 100, wanted.shape[1])
    # The head changes nothing at first, so standardised states are their own image; their mean is 0.
    assert teacher.loss(head, states, starts, batch).item() == pytest.approx(1, abs=0.2)
    for (sequence, position), state in zip(places, wanted, strict=True):
        states[starts[sequence] + position] = (state - teacher.mean) / teacher.spread
    assert teacher.loss(head, states, starts, batch).item() == pytest.approx(0, abs=1e-9)


def test_without_a_start_encoder_there_is_no_teacher(settings_file, tmp_path):
    from wcabench.errors import UserError

    file = tmp_path / "none.toml"
    lines = settings_file.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith("start =")))
    with pytest.raises(UserError, match="there is no teacher; name a start encoder"):
        read_settings(file)
