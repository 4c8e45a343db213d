"""Tags words with a trained network."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from wcabench.config import RecipeConfig
from wcabench.contract import Side, Words
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.pieces import Window
from wcabench.nn.saving import save_network

# Largest number of sequences in one encoder call: it bounds memory and changes no score.
CALL = 64


class NetworkTagger:
    """Tags every word of every sentence, also of sentences beyond the encoder's length limit.

    With `recipe.long_sentences` "truncate", words beyond the limit get no tag instead.
    """

    def __init__(self, network: TaggingNetwork, recipe: RecipeConfig) -> None:
        self.network = network
        self.recipe = recipe

    def predict(self, sentences: Sequence[Words], side: Side = "target") -> list[list[str | None]]:
        """Return one IOB2 tag for each word; None for words beyond the limit of truncated sentences."""
        return [self._tags(scores) for scores in self.scores(sentences, side)]

    def probabilities(self, sentences: Sequence[Words], side: Side = "target") -> list[np.ndarray]:
        """Return the probability of each tag at each word, as one array [words, tags] for each sentence.

        Words beyond the limit of truncated sentences have NaN.
        """
        assert self.network.head is not None, "this network has no head"
        probabilities = []
        for scores in self.scores(sentences, side):
            read = ~np.isnan(scores).any(1)
            values = np.full_like(scores, np.nan)
            if read.any():
                values[read] = self.network.head.probabilities(scores[read])
            probabilities.append(values)
        return probabilities

    def save(self, folder: Path) -> None:
        """Write the network into an empty folder; `wcabench.nn.saving.load_network` reads it.

        Raises:
            UserError: the network has a method's own features or head, which cannot be saved.
        """
        save_network(self.network, folder)

    def _tags(self, scores: np.ndarray) -> list[str | None]:
        """Return the tags of one sentence; `scores` is [words, tags], with NaN for words that were not read."""
        assert self.network.head is not None, "this network has no head"
        tags = self.network.tags
        read = scores[~np.isnan(scores).any(1)]
        best = self.network.head.decode(read, self.recipe.decode) if len(read) else []
        return [tags[i] for i in best] + [None] * (len(scores) - len(best))

    @torch.inference_mode()
    def scores(self, sentences: Sequence[Words], side: Side = "target") -> list[np.ndarray]:
        """Return the unnormalised scores of each tag, as one array [words, tags] for each sentence."""
        self.network.eval()
        table = self.network.table
        table.add(sentences)
        windows = [(n, w) for n, words in enumerate(sentences) if words for w in self._windows(words)]
        scores = [
            np.full((len(words), len(self.network.tags)), np.nan, dtype=np.float32) for words in sentences
        ]
        for part in self.network.encode_buckets([w.ids for _, w in windows], most=CALL):
            chosen = [windows[r] for r in part.rows]
            positions = [
                start + w.firsts[word - w.start]
                for start, (_, w) in zip(part.starts, chosen, strict=True)
                for word in w.own
            ]
            states = self.network.represent(part, side)[positions]
            sizes = [len(w.own) for _, w in chosen]
            logits = iter(self.network.logits(states, sizes).cpu().numpy())
            for sentence, window in chosen:
                for word in window.own:
                    scores[sentence][word] = next(logits)
        return scores

    def _windows(self, words: Words) -> list[Window]:
        table = self.network.table
        return [table.truncated(words)] if self.recipe.long_sentences == "truncate" else table.windows(words)
