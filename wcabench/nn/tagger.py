"""A trained network as a tagger of words: windows for long sentences, first piece of each word."""

from collections.abc import Sequence

import numpy as np
import torch

from wcabench.nn.labels import viterbi
from wcabench.nn.model import TokenClassifier
from wcabench.nn.training import Progress

# Sequences in one call at prediction: bounds the memory of a bucket, moves no score.
CALL = 64


class NeuralTagger:
    """Tags every word of every sentence exactly once, whatever the encoder's length limit."""

    def __init__(self, model: TokenClassifier, decode: str, progress: Progress = lambda *_: None) -> None:
        self.model = model
        self.decode = decode
        self.progress = progress

    def predict(self, sentences: Sequence[tuple[str, ...]]) -> list[list[str | None]]:
        """One IOB2 tag a word; None where no window owns the word (there is none such here)."""
        scores = self.scores(sentences)
        tags = self.model.tags
        if self.decode == "viterbi":
            return [[tags[i] for i in viterbi(s, tags)] if len(s) else [] for s in scores]
        return [[tags[i] for i in s.argmax(1)] for s in scores]

    @torch.inference_mode()
    def scores(self, sentences: Sequence[tuple[str, ...]]) -> list[np.ndarray]:
        """Logits of each word, one array [words, tags] a sentence."""
        self.model.eval()
        table = self.model.table
        table.add(sentences)
        windows = [(n, w) for n, words in enumerate(sentences) if words for w in table.windows(words)]
        scores = [
            np.full((len(words), len(self.model.tags)), np.nan, dtype=np.float32) for words in sentences
        ]
        done = 0
        for bucket in self.model.encode([w.ids for _, w in windows], most=CALL):
            chosen = [windows[r] for r in bucket.rows]
            rows = [i for i, (_, w) in enumerate(chosen) for _ in w.own]
            columns = [w.firsts[word - w.start] for _, w in chosen for word in w.own]
            logits = iter(self.model.logits(bucket.hidden[-1][rows, columns]).cpu().numpy())
            for sentence, window in chosen:
                for word in window.own:
                    scores[sentence][word] = next(logits)
            done += len(chosen)
            self.progress("predicting", done, len(windows))
        return scores
