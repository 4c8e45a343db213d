"""Packed lines: whole sequences, little padding, and the states that each sequence has alone."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.packing import fill_lines, first_position, layout, pack

LENGTHS = st.lists(st.integers(2, 60), min_size=1, max_size=40)
SMALL = {
    "vocab_size": 50,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 40,
    "pad_token_id": 1,
}


@given(LENGTHS)
def test_every_sequence_is_on_one_line_that_is_long_enough(lengths):
    for lines in (fill_lines(lengths, 60), layout(lengths, 64)):
        assert sorted(i for line in lines for i in line) == list(range(len(lengths)))
    assert all(sum(lengths[i] for i in line) <= 60 for line in fill_lines(lengths, 60))


def test_lines_of_a_real_step_pad_little():
    lengths = [9, 12, 14, 15, 15, 17, 18, 20, 21, 21, 22, 24, 25, 27, 30, 31, 33, 36, 41, 58]
    lines = layout(lengths, 640)
    places = len(lines) * max(sum(lengths[i] for i in line) for line in lines)
    assert places <= 1.1 * sum(lengths)


def test_padding_looks_at_padding_alone_and_so_never_at_nothing():
    packed = pack([[5, 6, 7], [8, 9], [10, 11]], [[0], [1, 2]], pad=0, device="cpu")
    assert packed.ids.tolist() == [[5, 6, 7, 0], [8, 9, 10, 11]]
    assert packed.positions.tolist() == [[0, 1, 2, 0], [0, 1, 0, 1]]
    assert packed.starts == [0, 4, 6]
    seen = packed.mask[:, 0] == 0
    assert seen[0].tolist() == [[True] * 3 + [False]] * 3 + [[False] * 3 + [True]]
    assert seen[1].tolist() == [[True, True, False, False]] * 2 + [[False, False, True, True]] * 2


@pytest.mark.parametrize(
    ("config", "model", "expected"),
    [
        (BertConfig, BertModel, 0),
        (RobertaConfig, RobertaModel, 2),  # positions are counted from the padding index
    ],
)
def test_the_first_position_of_an_architecture_is_found_by_trying(config, model, expected):
    encoder = model(config(**SMALL)).train()
    assert first_position(encoder, 32, 2, 3, 1, "cpu") == expected
    assert encoder.training


def test_an_encoder_that_does_not_look_at_given_positions_is_fed_buckets(monkeypatch):
    encoder = BertModel(BertConfig(**SMALL))
    reads = BertModel.forward

    def deaf(self, *args, position_ids=None, **kwargs):
        return reads(self, *args, **kwargs)

    monkeypatch.setattr(BertModel, "forward", deaf)
    assert first_position(encoder, 32, 2, 3, 1, "cpu") is None


def test_an_encoder_with_a_short_window_of_attention_is_not_packed():
    encoder = BertModel(BertConfig(**SMALL))
    encoder.config.sliding_window = 63
    assert first_position(encoder, 32, 2, 3, 1, "cpu") is None
    encoder.config.sliding_window = 64
    assert first_position(encoder, 32, 2, 3, 1, "cpu") == 0


def test_packed_states_equal_those_of_each_sequence_alone(tiny_encoder):
    model = TaggingNetwork(
        EncoderConfig(name=str(tiny_encoder)), RecipeConfig(precision="fp32"), ["O"], "cpu"
    ).eval()
    sequences = [[2, *range(5, 5 + n), 3] for n in (1, 9, 4, 17, 2, 30)]
    (part,) = model.encode(sequences)
    for start, sequence in zip(part.starts, sequences, strict=True):
        alone = model.encoder(torch.tensor([sequence]), output_hidden_states=True).hidden_states
        for layer, states in enumerate(alone):
            torch.testing.assert_close(
                part.hidden[layer][start : start + len(sequence)], states[0], atol=1e-5, rtol=0
            )
