"""Measures a pretrained encoder by retrieval of translations."""

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
    """Return a vector of length 1 for each sentence, [sentences, d].

    It is the mean of the pieces' states after a layer, minus the mean over all sentences.
    """
    ids = tokenizer(list(sentences), truncation=True, max_length=max_length)["input_ids"]
    states = torch.empty(len(ids), encoder.config.hidden_size)
    for rows in length_buckets([len(sentence) for sentence in ids], most=CALL):
        pieces, mask = padded([ids[r] for r in rows], tokenizer.pad_token_id, device)
        hidden = encoder(input_ids=pieces, attention_mask=mask, output_hidden_states=True).hidden_states[
            layer
        ]
        states[rows] = ((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).float().cpu()
    return functional.normalize(states - states.mean(0), dim=-1)


def retrieval(source: torch.Tensor, target: torch.Tensor) -> float:
    """Return the share of sentences whose nearest neighbour is their translation, averaged over both directions.

    Args:
        source: vectors of the sentences. [sentences, d]
        target: vectors of their translations, in the same order. [sentences, d]
    """
    similarity = source @ target.T
    wanted = torch.arange(len(source))
    forward = (similarity.argmax(1) == wanted).float().mean()
    reverse = (similarity.argmax(0) == wanted).float().mean()
    return float(forward + reverse) / 2
