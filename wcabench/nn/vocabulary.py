"""Trains only the embedding rows that the training text uses, with the same result as training the whole table.

A row that no training sequence uses gets a zero gradient at every step, so AdamW changes it only by weight decay. Its
value at the end is known without keeping gradients and moments, which with the 262,144 pieces of a large vocabulary
take most of the optimiser's memory and time. The decay of all rows is done here, by the same multiplications in the
same order, so that a row ends with the same bits whether it was among the trained rows or not.
"""

from collections.abc import Collection

import torch
from torch import nn

from wcabench.nn.network import TaggingNetwork

# How many numbers fit in a core's cache.
BLOCK = 1 << 16


class EmbeddingRows:
    """The rows of the input embedding that are trained, and the whole table that they were taken from."""

    def __init__(self, network: TaggingNetwork, pieces: Collection[int] | None = None) -> None:
        """Replace the network's embedding table by the rows of some pieces; `restore` puts the table back.

        Args:
            network: the network that is trained.
            pieces: the pieces that the training will read; None: all pieces that `network.table` has given so far.
                Objectives must tokenise their text before training begins, because pieces of later words have no row.
        """
        self.network = network
        self.embedding: nn.Embedding = network.encoder.get_input_embeddings()  # type: ignore[operator]
        self.table = self.embedding.weight
        self.shape = (self.embedding.num_embeddings, self.embedding.padding_idx)
        known = network.table.known_pieces() if pieces is None else set(pieces)
        used = known | {self.shape[1] or 0}
        self.rows = torch.tensor(sorted(used), device=self.table.device)
        self.row_of_piece = torch.full((len(self.table),), -1, device=self.table.device)
        self.row_of_piece[self.rows] = torch.arange(len(self.rows), device=self.table.device)
        self.before = self.table.detach()[self.rows]
        self.part = nn.Parameter(self.before.clone(), requires_grad=self.table.requires_grad)
        self.factors: list[float] = []
        self.narrow()

    def narrow(self) -> None:
        """Make the network use only the trained rows."""
        padding = self.shape[1]
        self.embedding.weight = self.part
        self.embedding.num_embeddings = len(self.rows)
        self.embedding.padding_idx = None if padding is None else int(self.row_of_piece[padding])
        self.network.vocabulary = self.row_of_piece

    @torch.no_grad()
    def decay(self, rate: float, weight_decay: float) -> None:
        """Apply one step's decoupled weight decay (Loshchilov & Hutter 2019); call it before the optimiser's step.

        The optimiser itself must not decay `part`.
        """
        if self.part.requires_grad and rate * weight_decay:
            self.factors.append(1 - rate * weight_decay)
            self.part.mul_(self.factors[-1])

    @torch.no_grad()
    def restore(self) -> None:
        """Give the network its whole table back, with the trained rows and the decayed others."""
        if self.part.requires_grad:
            self._decay_table()
            self.table[self.rows] = self.part
        self.embedding.weight = nn.Parameter(self.table.detach(), requires_grad=self.part.requires_grad)
        self.embedding.num_embeddings, self.embedding.padding_idx = self.shape
        self.network.vocabulary = None

    @torch.no_grad()
    def undo(self) -> None:
        """Give the network its whole table back as it was before training; nothing may have been decayed."""
        assert not self.factors, "rows that decayed cannot be brought back"
        self.restore()
        if self.part.requires_grad:
            self.table[self.rows] = self.before

    def _decay_table(self) -> None:
        """Multiply the table by all decay factors, block by block, so that each block is read from memory once."""
        for block in self.table.split(max(1, BLOCK // self.table.shape[1])):
            for factor in self.factors:
                block.mul_(factor)
        self.factors.clear()
