"""How many pieces an encoder can read."""

import pytest
import torch
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

from wcabench.nn.encoder import position_limit

SMALL = {
    "vocab_size": 20,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "intermediate_size": 8,
    "max_position_embeddings": 34,
}


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        (BertModel(BertConfig(pad_token_id=0, **SMALL)), 34),
        (RobertaModel(RobertaConfig(pad_token_id=1, **SMALL)), 32),
    ],
    ids=["bert", "roberta"],
)
def test_the_limit_is_the_longest_sequence_that_can_be_read(model, limit):
    assert position_limit(model) == limit
    with torch.inference_mode():
        model(input_ids=torch.full((1, limit), 5))
        with pytest.raises((IndexError, RuntimeError)):
            model(input_ids=torch.full((1, limit + 1), 5))


def test_an_encoder_with_rotary_positions_has_no_limit():
    assert position_limit(torch.nn.ModuleList([torch.nn.Linear(2, 2)])) is None
