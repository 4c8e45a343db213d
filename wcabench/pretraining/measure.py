"""What a pretrained encoder can do: retrieval of translations, and the loss on sentences it was not trained on."""

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from wcabench.nn.batches import length_buckets, padded

CALL = 64


@torch.inference_mode()
def sentence_states(
    encoder: Any, tokenizer: Any, sentences: Sequence[str], layer: int, max_length: int, device: str = "cpu"
) -> torch.Tensor:
    """[sentences, d]: the mean of the pieces' states after a layer, centred over the sentences and of norm 1."""
    ids = tokenizer(list(sentences), truncation=True, max_length=max_length)["input_ids"]
    states = torch.empty(len(ids), encoder.config.hidden_size)
    for rows in length_buckets([len(one) for one in ids], most=CALL):
        pieces, mask = padded([ids[r] for r in rows], tokenizer.pad_token_id, device)
        hidden = encoder(input_ids=pieces, attention_mask=mask, output_hidden_states=True).hidden_states[
            layer
        ]
        states[rows] = ((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).float().cpu()
    return functional.normalize(states - states.mean(0), dim=-1)


def retrieval(one: torch.Tensor, other: torch.Tensor) -> float:
    """Share of the sentences whose nearest neighbour on the other side is their translation; mean of both ways."""
    similarity = one @ other.T
    wanted = torch.arange(len(one))
    ahead = (similarity.argmax(1) == wanted).float().mean()
    back = (similarity.argmax(0) == wanted).float().mean()
    return float(ahead + back) / 2
