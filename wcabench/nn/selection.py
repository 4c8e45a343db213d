"""Chooses the weights that a stage keeps: those of the last step, or of the best epoch on a development set."""

from __future__ import annotations

from typing import Any

import torch

from wcabench.nn.network import TaggingNetwork
from wcabench.nn.tagger import NetworkTagger
from wcabench.nn.training_data import SelectionRule
from wcabench.scoring.scorer import STRICT


class EpochSelection:
    """Finds the best epoch of one stage."""

    def __init__(self, rule: SelectionRule, network: TaggingNetwork, tagger: NetworkTagger) -> None:
        self.rule = rule
        self.network = network
        self.tagger = tagger
        self.f1: list[float] = []
        self.best: dict[str, torch.Tensor] = {}

    def consider(self) -> None:
        """Score the network after an epoch, and keep its weights if the score is higher than all before."""
        if self.rule.name == "last":
            return
        sentences = self.rule.sentences
        predicted = self.tagger.predict([s.words for s in sentences], self.rule.side)
        self.f1.append(STRICT.count([s.tags for s in sentences], predicted, self.rule.types).f1)
        if self.f1[-1] > max(self.f1[:-1], default=-1.0):
            self.best = {name: value.detach().clone() for name, value in self.network.state_dict().items()}

    def finish(self) -> dict[str, Any]:
        """Restore the best weights, and return the entries of the stage's record that describe the choice."""
        if self.rule.name == "last":
            return {"select": "last"}
        self.network.load_state_dict(self.best)
        chosen = self.f1.index(max(self.f1)) + 1
        return {"select": self.rule.name, "epoch": chosen, "f1_by_epoch": self.f1}
