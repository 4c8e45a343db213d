"""Adaptation to each sentence: undone after it, independent of the others, and the same every time."""

import dataclasses

import pytest
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import UserError
from wcabench.nn.bench import NetworkBench
from wcabench.runs.inputs import training_data

RECIPE = RecipeConfig(epochs=1, batch_size=8, learning_rate=1e-3, precision="fp32")


@pytest.fixture
def adapted(tiny_data, tiny_encoder):
    """Makes an adapting tagger over a briefly trained network."""
    bench = NetworkBench(
        training_data(tiny_data, {"labelled"}, RECIPE), EncoderConfig(str(tiny_encoder)), RECIPE, seed=1
    )
    network = bench.network()
    plain = bench.train(network, [bench.cross_entropy(network)])

    def make(support=lambda words: tiny_data.train[len(words) % 3 : len(words) % 3 + 2], steps=2, rate=1e-2):
        return bench.adapted(network, support, steps=steps, rate=rate), plain

    return make


def test_it_changes_what_is_predicted_and_leaves_the_network_as_it_was(adapted, tiny_data):
    tagger, plain = adapted()
    words = [s.words for s in tiny_data.target_test[:6]]
    before = {name: value.clone() for name, value in plain.network.state_dict().items()}
    unadapted = plain.probabilities(words)
    probabilities = tagger.probabilities(words)
    assert any(abs(a - b).max() > 1e-3 for a, b in zip(probabilities, unadapted, strict=True))
    after = plain.network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert plain.network.vocabulary is None and not plain.network.training
    assert all(p.grad is None for p in plain.network.parameters())


def test_a_sentences_tags_do_not_depend_on_the_others_nor_on_the_global_generators(adapted, tiny_data):
    tagger, _ = adapted()
    words = [s.words for s in tiny_data.target_test[:6]]
    torch.manual_seed(1)
    together = tagger.probabilities(words)
    torch.manual_seed(2)
    alone = [tagger.probabilities([one])[0] for one in words[::-1]][::-1]
    for a, b in zip(together, alone, strict=True):
        assert (a == b).all()


@pytest.mark.parametrize("none", [{"steps": 0}, {"rate": 0.0}, {"support": lambda words: []}])
def test_without_steps_rate_or_support_nothing_is_adapted(none, adapted, tiny_data):
    tagger, plain = adapted(**none)
    words = [s.words for s in tiny_data.target_test[:4]]
    assert tagger.predict(words) == plain.predict(words)


def test_it_works_where_gradients_are_off_and_words_are_new(adapted):
    tagger, _ = adapted()
    with torch.inference_mode():
        (tags,) = tagger.predict([("huiszag", "Corpus", "man")])
    assert len(tags) == 3 and None not in tags


def test_a_frozen_embedding_stays(tiny_data, tiny_encoder):
    encoder = EncoderConfig(str(tiny_encoder), freeze=1)
    recipe = dataclasses.replace(RECIPE, epochs=1)
    bench = NetworkBench(training_data(tiny_data, {"labelled"}, recipe), encoder, recipe, seed=1)
    network = bench.network()
    before = network.encoder.get_input_embeddings().weight.detach().clone()
    bench.adapted(network, lambda words: tiny_data.train[:2], steps=1, rate=1e-2).predict([("the", "man")])
    assert torch.equal(network.encoder.get_input_embeddings().weight, before)


def test_it_cannot_be_saved(adapted, tmp_path):
    with pytest.raises(UserError, match="training corpus"):
        adapted()[0].save(tmp_path)
