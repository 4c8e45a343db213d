import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from wcabench.errors import UserError
from wcabench.pretraining.settings import TextConfig, VocabularyConfig, read_settings
from wcabench.pretraining.start import new_model, piece_embeddings
from wcabench.pretraining.start_encoder import find_start
from wcabench.pretraining.text import read_texts
from wcabench.pretraining.vocabulary import train_tokenizer

CONFIG = TextConfig(languages=("en", "xx", "yy"), held_out=20)


class Words:
    """A start tokenizer that knows each English word as one piece, and no other."""

    def __init__(self, words):
        self.numbers = {w: i for i, w in enumerate(sorted(words))}
        for k, name in enumerate(("pad", "unk", "cls", "sep", "mask")):
            setattr(self, f"{name}_token_id", len(self.numbers) + k)

    def __call__(self, words, add_special_tokens):
        return {"input_ids": [[self.numbers[w]] if w in self.numbers else [] for w in words]}


def test_a_word_of_another_language_starts_where_its_translation_is(text):
    texts = read_texts(text, CONFIG)
    tokenizer = train_tokenizer(texts, VocabularyConfig(size=400))
    start = Words({w for s in texts.sentences("en") for w in s.split()})
    table = np.random.default_rng(1).normal(size=(len(start.numbers) + 5, 16)).astype(np.float32)
    made = piece_embeddings(tokenizer, texts, start, table)

    def cosine(a, b):
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    for word in ("house", "woman", "garden"):
        (english,), *others = tokenizer([word, f"x{word}", f"y{word}"], add_special_tokens=False)["input_ids"]
        assert cosine(made[english], table[start.numbers[word]]) > 0.99
        for ids in others:
            assert len(ids) == 1 and cosine(made[ids[0]], made[english]) > 0.9
    assert np.isfinite(made).all()


def test_the_chosen_layers_are_copied(settings_file, text, tiny_start):
    settings = read_settings(settings_file)
    texts = read_texts(text, settings.text)
    tokenizer = train_tokenizer(texts, settings.vocabulary)
    made = new_model(settings, tokenizer, texts)
    start = AutoModel.from_pretrained(tiny_start)
    for layer, number in zip(made.bert.encoder.layer, (2, 4), strict=True):
        for name, value in layer.state_dict().items():
            assert torch.equal(value, start.encoder.layer[number - 1].state_dict()[name])


def test_a_start_encoder_of_another_shape_is_refused(settings_file, text):
    settings = read_settings(settings_file, {"model": {"width": "16"}})
    texts = read_texts(text, settings.text)
    with pytest.raises(UserError, match=r"has 4 layers of width 32: set model\.width"):
        new_model(settings, train_tokenizer(texts, settings.vocabulary), texts)


def test_a_start_encoder_may_be_in_an_installed_package(tmp_path, monkeypatch):
    place = tmp_path / "some_package" / "model"
    place.mkdir(parents=True)
    (place / "model.safetensors").touch()
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name: SimpleNamespace(submodule_search_locations=[str(place.parent)]),
    )
    assert find_start("some_package") == place
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="no such folder, and no installed package"):
        find_start("some_package")


@pytest.fixture(scope="module")
def older(settings_file, text, tmp_path_factory):
    """An encoder of two layers with a vocabulary of its own, as `pretrain` writes one."""
    settings = read_settings(settings_file)
    texts = read_texts(text, settings.text)
    tokenizer = train_tokenizer(texts, settings.vocabulary)
    folder = tmp_path_factory.mktemp("older")
    new_model(settings, tokenizer, texts).bert.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def grown(settings_file, text, older, **model):
    settings = read_settings(settings_file, {"model": {"layers": "3", **model}})
    settings = dataclasses.replace(settings, grown_from=str(older))
    texts = read_texts(text, settings.text)
    return new_model(settings, AutoTokenizer.from_pretrained(older), texts).bert


def test_a_grown_encoder_has_the_older_ones_embeddings_and_layers_below_those_copied(
    settings_file, text, older, tiny_start
):
    made = grown(settings_file, text, older, start_layers="4")
    below, above = AutoModel.from_pretrained(older), AutoModel.from_pretrained(tiny_start)
    for name, value in below.embeddings.state_dict().items():
        assert torch.equal(value, made.embeddings.state_dict()[name])
    for layer, given in zip(made.encoder.layer, [*below.encoder.layer, above.encoder.layer[3]], strict=True):
        for name, value in given.state_dict().items():
            assert torch.equal(value, layer.state_dict()[name])


def test_growing_that_does_not_fit_is_refused(settings_file, text, older):
    with pytest.raises(UserError, match=r"model\.start_layers: 2 layers, but 1 of model\.layers"):
        grown(settings_file, text, older)
    with pytest.raises(UserError, match=r"grown_from .* has 2 layers of width 32: set"):
        grown(settings_file, text, older, width="16")


def test_a_folder_without_an_encoder_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"there is no model\.safetensors in that folder"):
        find_start(str(tmp_path))
