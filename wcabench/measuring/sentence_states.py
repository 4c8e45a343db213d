"""States of a few sentences, computed once and in float32, for all measurements on these sentences."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch.nn import functional

from wcabench.contract import Words
from wcabench.nn.coupler import Coupler, pool_of
from wcabench.nn.layers import layer_numbers
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.pieces import Window
from wcabench.nn.states import pool_pieces, window_states

# Number of sequences read at a time: it bounds memory and changes no number.
CHUNK = 128


class SentenceStates:
    """The states of some sentences after every layer; words beyond the length limit are left out."""

    @torch.inference_mode()
    def __init__(self, network: TaggingNetwork, sentences: Iterable[Words]) -> None:
        """Read each distinct sentence once, without dropout.

        Args:
            network: the network; it is left as it was.
            sentences: the sentences; none is empty.
        """
        texts = list(dict.fromkeys(sentences))
        network.table.add(texts)
        self.depth = network.depth
        self.windows: dict[Words, Window] = {words: network.table.truncated(words) for words in texts}
        self._states: dict[Words, torch.Tensor] = {}
        layers = range(network.depth + 1)
        was_training = network.training
        network.eval()
        with network.in_float32():
            for at in range(0, len(texts), CHUNK):
                chunk = texts[at : at + CHUNK]
                windows = [self.windows[words] for words in chunk]
                states = window_states(network, windows, "pieces", layers, special_tokens=True)
                self._states.update(zip(chunk, states, strict=True))
        network.train(was_training)

    def units(self, words: Words, coupler: Coupler) -> torch.Tensor:
        """Return the states of the units that a method couples, on its layers and of length 1, [layers, n, d]."""
        layers = layer_numbers(coupler.layers, self.depth, f"{coupler.info.name}.layers")
        pieces = self._states[words][layers]
        if not coupler.special_tokens:
            pieces = pieces[:, 1:-1]
        return functional.normalize(pool_pieces(pieces, self.windows[words], pool_of(coupler)), dim=-1)

    def mean_cosine(self, words: Words) -> float | None:
        """Return the mean cosine over all pairs of pieces, on the last layer; None for a sentence of one piece."""
        states = functional.normalize(self._states[words][-1, 1:-1], dim=-1)
        n = len(states)
        # The sum over all ordered pairs is the squared norm of the sum; each piece with itself contributes 1.
        return (float(states.sum(0).square().sum()) - n) / (n * (n - 1)) if n > 1 else None
