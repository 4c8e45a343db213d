"""States of a few sentences by a trained encoder, read once and in float32, for everything that is measured on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch.nn import functional

from wcabench.data.sentences import Words
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.alignment_loss import as_units
from wcabench.nn.layers import layer_numbers
from wcabench.nn.model import TokenClassifier
from wcabench.nn.pieces import Window

# Sequences read at a time: bounds the memory, moves no number.
CHUNK = 128


class SentenceStates:
    """The states of some sentences on every layer; words beyond the length limit are left out."""

    @torch.inference_mode()
    def __init__(self, model: TokenClassifier, sentences: Iterable[Words]) -> None:
        """Read each different sentence once, without dropout.

        Args:
            model: left as it was.
            sentences: none empty.
        """
        texts = list(dict.fromkeys(sentences))
        model.table.add(texts)
        self.depth = model.depth
        self.windows: dict[Words, Window] = {words: model.table.truncated(words) for words in texts}
        self._states: dict[Words, torch.Tensor] = {}
        was_training = model.training
        model.eval()
        with model.in_float32():
            for at in range(0, len(texts), CHUNK):
                self._read(model, texts[at : at + CHUNK])
        model.train(was_training)

    def _read(self, model: TokenClassifier, texts: Sequence[Words]) -> None:
        for part in model.encode([self.windows[words].ids for words in texts]):
            hidden = torch.stack(part.hidden).float()
            for start, row in zip(part.starts, part.rows, strict=True):
                words = texts[row]
                self._states[words] = hidden[:, start : start + len(self.windows[words].ids)]

    def units(self, words: Words, method: JointAlignment) -> torch.Tensor:
        """Unit states of what the method couples, pieces or words, on its layers: [layers, n, d]."""
        layers = layer_numbers(method.layers, self.depth, f"{method.info.name}.layers")
        pieces = self._states[words][layers]
        if not method.special_tokens:
            pieces = pieces[:, 1:-1]
        return functional.normalize(as_units(pieces, self.windows[words], method), dim=-1)

    def mean_cosine(self, words: Words) -> float | None:
        """Mean cosine of the last layer's states of two different pieces; None for a sentence of one piece."""
        states = functional.normalize(self._states[words][-1, 1:-1], dim=-1)
        n = len(states)
        # The sum over all ordered pairs is the square of the sum; each piece with itself gives 1.
        return (float(states.sum(0).square().sum()) - n) / (n * (n - 1)) if n > 1 else None
