"""Trains only the embedding rows that the training text uses; the same result, without the rest of the table.

A row that no training sequence uses gets a zero gradient at every step. AdamW moves such a row by weight decay and by
nothing else, so its value at the end is known without keeping its gradient and moments: with the 262,144 pieces of a
large vocabulary that is most of the optimiser's memory and time. The decay is done here for all rows, by the same
multiplications in the same order, so that a row ends with the same bits whether it was among the trained ones or not.
"""

from collections.abc import Collection

import torch
from torch import nn

from wcabench.nn.network import Network

# Numbers of a block that stays in a core's cache.
BLOCK = 1 << 16


class EmbeddingRows:
    """The rows of the input embedding that are trained, and the whole table that they came from."""

    def __init__(self, network: Network, pieces: Collection[int] | None = None) -> None:
        """Swap the embedding for the rows of some pieces; `restore` puts the table back.

        Args:
            network: whose embedding it is.
            pieces: that the training will read; None: all that the network's table has made. Words that are tokenised
                later have no row then: objectives tokenise their text before the training begins.
        """
        self.network = network
        self.embedding: nn.Embedding = network.encoder.get_input_embeddings()  # type: ignore[operator]
        self.table = self.embedding.weight
        self.shape = (self.embedding.num_embeddings, self.embedding.padding_idx)
        known = network.table.known_pieces() if pieces is None else set(pieces)
        used = known | {self.shape[1] or 0}
        self.rows = torch.tensor(sorted(used), device=self.table.device)
        self.place = torch.full((len(self.table),), -1, device=self.table.device)
        self.place[self.rows] = torch.arange(len(self.rows), device=self.table.device)
        self.before = self.table.detach()[self.rows]
        self.part = nn.Parameter(self.before.clone(), requires_grad=self.table.requires_grad)
        self.factors: list[float] = []
        self.narrow()

    def narrow(self) -> None:
        """Let the network see only the trained rows."""
        padding = self.shape[1]
        self.embedding.weight = self.part
        self.embedding.num_embeddings = len(self.rows)
        self.embedding.padding_idx = None if padding is None else int(self.place[padding])
        self.network.vocabulary = self.place

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
        """Give the network its whole table again, trained rows and decayed others."""
        if self.part.requires_grad:
            self._decay_table()
            self.table[self.rows] = self.part
        self.embedding.weight = nn.Parameter(self.table.detach(), requires_grad=self.part.requires_grad)
        self.embedding.num_embeddings, self.embedding.padding_idx = self.shape
        self.network.vocabulary = None

    @torch.no_grad()
    def undo(self) -> None:
        """Give the network its whole table as it was before the training; nothing may have decayed."""
        assert not self.factors, "rows that decayed cannot be brought back"
        self.restore()
        if self.part.requires_grad:
            self.table[self.rows] = self.before

    def _decay_table(self) -> None:
        """All factors on a block of rows, then the next block: each is read from memory once."""
        for block in self.table.split(max(1, BLOCK // self.table.shape[1])):
            for factor in self.factors:
                block.mul_(factor)
        self.factors.clear()
