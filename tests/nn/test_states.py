"""States of words and pieces against the encoder called by hand."""

import pytest
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.states import window_states

TEXTS = [("the", "old", "Parisian", "man"), ("Anna",), ("two", "dogs", "saw", "huiszag", "Corp")]


@pytest.fixture
def network(tiny_encoder) -> TaggingNetwork:
    network = TaggingNetwork(
        EncoderConfig(str(tiny_encoder)), RecipeConfig(precision="fp32"), ["O"], "cpu"
    ).eval()
    network.table.add(TEXTS)
    return network


@pytest.mark.parametrize("layers", [-1, 0, [1, 4]])
@pytest.mark.parametrize("pool", ["first", "last", "mean", "pieces"])
def test_states_are_those_of_the_encoder_alone(pool, layers, network):
    windows = [network.table.truncated(words) for words in TEXTS]
    for window, states in zip(windows, window_states(network, windows, pool, layers), strict=True):
        out = network.encoder(input_ids=torch.tensor([window.ids]), output_hidden_states=True)
        hidden = torch.stack([layer[0] for layer in out.hidden_states])
        hidden = hidden[layers if isinstance(layers, list) else [layers]]
        words = {
            "first": [hidden[:, a] for a, _ in window.spans()],
            "last": [hidden[:, b - 1] for _, b in window.spans()],
            "mean": [hidden[:, a:b].mean(1) for a, b in window.spans()],
            "pieces": [hidden[:, i] for i in range(1, len(window.ids) - 1)],
        }[pool]
        wanted = torch.stack(words, dim=1)
        torch.testing.assert_close(
            states, wanted if isinstance(layers, list) else wanted[0], atol=1e-5, rtol=0
        )


def test_special_tokens_come_with_the_pieces_where_they_are_wanted(network):
    windows = [network.table.truncated(words) for words in TEXTS]
    for window, states in zip(
        windows, window_states(network, windows, "pieces", special_tokens=True), strict=True
    ):
        assert states.shape == (len(window.ids), network.width)


def test_of_a_long_sentence_each_window_gives_the_words_that_it_owns(tiny_encoder):
    network = TaggingNetwork(
        EncoderConfig(str(tiny_encoder)), RecipeConfig(max_length=8), ["O"], "cpu"
    ).eval()
    words = tuple(word for text in TEXTS for word in text) * 2
    windows = network.table.windows(words)
    assert len(windows) > 1
    for pool in ("first", "mean"):
        states = window_states(network, windows, pool)
        assert [len(part) for part in states] == [len(window.own) for window in windows]


def test_the_gradient_reaches_the_encoder(network):
    states = window_states(network, [network.table.truncated(TEXTS[0])], "mean", [2, 3])
    states[0].square().sum().backward()
    assert network.encoder.get_input_embeddings().weight.grad.abs().sum() > 0
