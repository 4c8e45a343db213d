"""A trained network as a tagger of words: windows for long sentences, first piece of each word."""

from collections.abc import Sequence

import numpy as np
import torch

from wcabench.config import RecipeConfig
from wcabench.nn.labels import viterbi
from wcabench.nn.model import TokenClassifier
from wcabench.nn.pieces import Window
from wcabench.nn.training import Progress

# Sequences in one call at prediction: bounds the memory of a bucket, moves no score.
CALL = 64


class NeuralTagger:
    """Tags every word of every sentence exactly once, whatever the encoder's length limit.

    With `recipe.long_sentences` "truncate" it leaves the words beyond the limit without a tag instead.
    """

    def __init__(
        self, model: TokenClassifier, recipe: RecipeConfig, progress: Progress = lambda *_: None
    ) -> None:
        self.model = model
        self.recipe = recipe
        self.progress = progress

    def predict(self, sentences: Sequence[tuple[str, ...]]) -> list[list[str | None]]:
        """One IOB2 tag a word; None where the word lies beyond the limit and sentences are truncated."""
        return [self._tags(scores) for scores in self.scores(sentences)]

    def _tags(self, scores: np.ndarray) -> list[str | None]:
        """scores: [words, tags], NaN for words that were not read."""
        tags = self.model.tags
        read = scores[~np.isnan(scores).any(1)]
        if len(read) == 0:
            best: list[int] = []
        else:
            best = viterbi(read, tags) if self.recipe.decode == "viterbi" else read.argmax(1).tolist()
        return [tags[i] for i in best] + [None] * (len(scores) - len(best))

    @torch.inference_mode()
    def scores(self, sentences: Sequence[tuple[str, ...]]) -> list[np.ndarray]:
        """Logits of each word, one array [words, tags] a sentence."""
        self.model.eval()
        table = self.model.table
        table.add(sentences)
        windows = [(n, w) for n, words in enumerate(sentences) if words for w in self._windows(words)]
        scores = [
            np.full((len(words), len(self.model.tags)), np.nan, dtype=np.float32) for words in sentences
        ]
        done = 0
        for part in self.model.encode_buckets([w.ids for _, w in windows], most=CALL):
            chosen = [windows[r] for r in part.rows]
            places = [
                start + w.firsts[word - w.start]
                for start, (_, w) in zip(part.starts, chosen, strict=True)
                for word in w.own
            ]
            logits = iter(self.model.logits(part.hidden[-1][places]).cpu().numpy())
            for sentence, window in chosen:
                for word in window.own:
                    scores[sentence][word] = next(logits)
            done += len(chosen)
            self.progress("predicting", done, len(windows))
        return scores

    def _windows(self, words: tuple[str, ...]) -> list[Window]:
        table = self.model.table
        return [table.truncated(words)] if self.recipe.long_sentences == "truncate" else table.windows(words)
