"""Trains only the embedding rows that the training text uses; the same result, without the rest of the table.

A row that no training sequence uses gets a zero gradient at every step. AdamW moves such a row by weight decay and by
nothing else, so its value at the end is known without keeping its gradient and moments: with the 262,144 pieces of a
large vocabulary that is most of the optimiser's memory and time. The decay is done here for all rows, by the same
multiplications in the same order, so that a row ends with the same bits whether it was among the trained ones or not.
"""

from collections.abc import Iterable

import torch
from torch import nn

from wcabench.nn.model import TokenClassifier

# Numbers of a block that stays in a core's cache.
BLOCK = 1 << 16


class EmbeddingRows:
    """The rows of the input embedding that are trained, and the whole table that they came from."""

    def __init__(self, model: TokenClassifier, used: Iterable[int]) -> None:
        """Swap the embedding of `model` for the rows of the piece ids `used`; `restore` puts the table back."""
        self.model = model
        self.embedding: nn.Embedding = model.encoder.get_input_embeddings()  # type: ignore[operator]
        self.table = self.embedding.weight
        self.shape = (self.embedding.num_embeddings, self.embedding.padding_idx)
        specials = {model.table.begin, model.table.end, model.table.pad, self.shape[1] or 0}
        self.rows = torch.tensor(sorted(set(used) | specials), device=self.table.device)
        self.place = torch.full((len(self.table),), -1, device=self.table.device)
        self.place[self.rows] = torch.arange(len(self.rows), device=self.table.device)
        self.part = nn.Parameter(self.table.detach()[self.rows], requires_grad=self.table.requires_grad)
        self.factors: list[float] = []
        self.narrow()

    def narrow(self) -> None:
        """Let the model see only the trained rows."""
        padding = self.shape[1]
        self.embedding.weight = self.part
        self.embedding.num_embeddings = len(self.rows)
        self.embedding.padding_idx = None if padding is None else int(self.place[padding])
        self.model.vocabulary = self.place

    @torch.no_grad()
    def decay(self, rate: float, weight_decay: float) -> None:
        """Decoupled weight decay of one step (Loshchilov & Hutter 2019), before the optimiser's own move.

        The optimiser must not decay `part` itself.
        """
        if self.part.requires_grad and rate * weight_decay:
            self.factors.append(1 - rate * weight_decay)
            self.part.mul_(self.factors[-1])

    @torch.no_grad()
    def restore(self) -> None:
        """Give the model its whole table again, trained rows and decayed others."""
        if self.part.requires_grad:
            self._decay_table()
            self.table[self.rows] = self.part
        self.embedding.weight = nn.Parameter(self.table.detach(), requires_grad=self.part.requires_grad)
        self.embedding.num_embeddings, self.embedding.padding_idx = self.shape
        self.model.vocabulary = None

    def _decay_table(self) -> None:
        """All factors on a block of rows, then the next block: each is read from memory once."""
        for block in self.table.split(max(1, BLOCK // self.table.shape[1])):
            for factor in self.factors:
                block.mul_(factor)
        self.factors.clear()
