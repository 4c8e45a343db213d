"""Test-time adaptation: train a few steps for each test sentence, tag it, and restore the weights."""

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
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.objectives import CrossEntropy
from wcabench.nn.randomness import Streams, own_randomness, stream_seed
from wcabench.nn.tagger import NetworkTagger
from wcabench.nn.vocabulary import EmbeddingRows

Support = Callable[[Words], Sequence[Sentence]]
T = TypeVar("T")


class AdaptedTagger:
    """Tags each sentence with a network that was adapted to that sentence only.

    The tags of a sentence do not depend on other sentences: the weights are restored after each sentence, and the
    random stream of its steps is seeded by the model's seed and the sentence's words. Only the embedding rows that
    the sentence and its support use are adapted.
    """

    def __init__(
        self,
        network: TaggingNetwork,
        recipe: RecipeConfig,
        support: Support,
        steps: int,
        rate: float,
        *,
        seed: int,
    ) -> None:
        """Store the settings; adaptation happens in `predict` and `probabilities`.

        Args:
            network: a trained network with a head.
            recipe: gives decoding and length limit.
            support: maps the words of a sentence to the labelled sentences that the network is adapted on; where it
                returns none, the network is used as it is.
            steps: number of Adam steps; each uses all support sentences.
            rate: the constant learning rate.
            seed: the model's seed.
        """
        self.network = network
        self.recipe = recipe
        self.support = support
        self.steps = steps
        self.rate = rate
        self.seed = seed
        self.tagger = NetworkTagger(network, recipe)

    def predict(self, sentences: Sequence[Words], side: Side = "target") -> list[list[str | None]]:
        """Return one IOB2 tag for each word."""
        return [
            self._adapted(words, lambda words: self.tagger.predict([words], side)[0]) for words in sentences
        ]

    def probabilities(self, sentences: Sequence[Words], side: Side = "target") -> list[np.ndarray]:
        """Return the probability of each tag at each word, as one array [words, tags] for each sentence."""
        return [
            self._adapted(words, lambda words: self.tagger.probabilities([words], side)[0])
            for words in sentences
        ]

    def save(self, folder: Path) -> None:
        """Refuse to save: the support sentences come from the training corpus.

        Raises:
            UserError: always.
        """
        raise UserError(
            "a tagger that adapts itself to each sentence cannot be saved: it needs its training corpus"
        )

    def _adapted(self, words: Words, tag: Callable[[Words], T]) -> T:
        """Return the result of `tag` on a sentence after the network was adapted to it."""
        support = self.support(words)
        if support and self.steps and self.rate:
            with torch.inference_mode(False), torch.enable_grad():
                return self._tag_adapted(support, words, tag)
        return tag(words)

    def _tag_adapted(self, support: Sequence[Sentence], words: Words, tag: Callable[[Words], T]) -> T:
        """Adapt the network, tag the sentence, and restore every weight."""
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

    def _steps(self, network: TaggingNetwork, loss: CrossEntropy, streams: Streams) -> None:
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
