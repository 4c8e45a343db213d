"""Test-time adaptation: a few steps on similar labelled sentences before each test sentence, undone after it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from wcabench.config import RecipeConfig
from wcabench.contract import Sentence, Side, Words
from wcabench.errors import UserError
from wcabench.nn.network import Network
from wcabench.nn.objectives import CrossEntropy
from wcabench.nn.randomness import Streams, own_randomness, stream_seed
from wcabench.nn.tagger import NetworkTagger
from wcabench.nn.vocabulary import EmbeddingRows

Support = Callable[[Words], Sequence[Sentence]]
T = TypeVar("T")


class AdaptedTagger:
    """Tags each sentence with a network that was adapted to it alone.

    What a sentence gets does not depend on the others: the network is put back after each, and the random stream of
    its steps is made by the seed and its words. The embedding rows in use are adapted, the others stay.
    """

    def __init__(
        self,
        network: Network,
        recipe: RecipeConfig,
        support: Support,
        steps: int,
        rate: float,
        *,
        seed: int,
    ) -> None:
        """Adapt nothing yet.

        Args:
            network: trained, with a head.
            recipe: its decoding and length limit.
            support: the labelled sentences that a sentence is adapted on; none leaves the network as it is.
            steps: of Adam, each on all of them.
            rate: learning rate, constant.
            seed: of the model.
        """
        self.network = network
        self.recipe = recipe
        self.support = support
        self.steps = steps
        self.rate = rate
        self.seed = seed
        self.tagger = NetworkTagger(network, recipe)

    def predict(self, sentences: Sequence[Words], side: Side = "target") -> list[list[str | None]]:
        """One IOB2 tag a word."""
        return [
            self._adapted(words, lambda words: self.tagger.predict([words], side)[0]) for words in sentences
        ]

    def probabilities(self, sentences: Sequence[Words], side: Side = "target") -> list[np.ndarray]:
        """Probability of each tag at each word, one array [words, tags] a sentence."""
        return [
            self._adapted(words, lambda words: self.tagger.probabilities([words], side)[0])
            for words in sentences
        ]

    def save(self, folder: Path) -> None:
        """Refused: the support sentences are the training corpus.

        Raises:
            UserError: always.
        """
        raise UserError(
            "a tagger that adapts itself to each sentence cannot be saved: it needs its training corpus"
        )

    def _adapted(self, words: Words, tag: Callable[[Words], T]) -> T:
        """What `tag` says of a sentence once the network is adapted to it."""
        support = self.support(words)
        if support and self.steps and self.rate:
            with torch.inference_mode(False), torch.enable_grad():
                return self._between(support, words, tag)
        return tag(words)

    def _between(self, support: Sequence[Sentence], words: Words, tag: Callable[[Words], T]) -> T:
        """Adapt, tag, and put every weight back."""
        network = self.network
        network.table.add([words])
        streams = Streams(stream_seed(self.seed, "adapt", *words))
        loss = CrossEntropy(support, network, replace(self.recipe, batch_size=len(support)), streams)
        rows = EmbeddingRows(network, {piece for w in loss.windows for s, _ in w for piece in s.ids})
        before = [(p, p.detach().clone()) for p in network.trained_parameters() if p is not rows.part]
        try:
            self._steps(network, loss, streams)
            rows.restore()
            return tag(words)
        finally:
            _put_back(before, rows)

    def _steps(self, network: Network, loss: CrossEntropy, streams: Streams) -> None:
        optimiser = torch.optim.Adam(network.trained_parameters(), lr=self.rate)
        network.train()
        with own_randomness(streams.seed):
            for step in range(self.steps):
                loss.loss(network, step).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
        network.eval()


@torch.no_grad()
def _put_back(before: Sequence[tuple[nn.Parameter, torch.Tensor]], rows: EmbeddingRows) -> None:
    for parameter, value in before:
        parameter.copy_(value)
    rows.undo()
