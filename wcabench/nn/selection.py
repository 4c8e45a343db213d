"""Which step's weights a cell keeps: the last, or the best epoch on a development set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from wcabench.config import RecipeConfig
from wcabench.data.sentences import PairData, Sentence
from wcabench.errors import UserError
from wcabench.scoring.scorer import STRICT

if TYPE_CHECKING:
    from wcabench.nn.model import TokenClassifier
    from wcabench.nn.tagger import NeuralTagger


@dataclass(frozen=True)
class Selection:
    """The rule, with the development sentences it reads; `target-dev` is an oracle and not zero-shot."""

    rule: str
    sentences: list[Sentence]
    types: tuple[str, ...]

    @classmethod
    def of(cls, data: PairData, recipe: RecipeConfig) -> Selection:
        """The rule of the recipe on this pair's data.

        Raises:
            UserError: the corpus has no development set of the kind that the rule reads.
        """
        sets = {"last": [], "source-dev": data.source_dev, "target-dev": data.target_dev}
        if recipe.select != "last" and not sets[recipe.select]:
            raise UserError(
                f"recipe.select={recipe.select}: {data.pair} of suite {data.suite} has no such set"
            )
        return cls(recipe.select, sets[recipe.select], data.types)

    def start(self, model: TokenClassifier, tagger: NeuralTagger) -> Candidates:
        """Begin to compare the epochs of one training."""
        return Candidates(self, model, tagger)


class Candidates:
    """The best epoch so far of one training."""

    def __init__(self, selection: Selection, model: TokenClassifier, tagger: NeuralTagger) -> None:
        self.selection = selection
        self.model = model
        self.tagger = tagger
        self.f1: list[float] = []
        self.best: dict[str, torch.Tensor] = {}

    def consider(self) -> None:
        """Score the model as it is; remember its weights where they are the best yet (the first of equals)."""
        if self.selection.rule == "last":
            return
        sentences = self.selection.sentences
        predicted = self.tagger.predict([s.words for s in sentences])
        self.f1.append(STRICT.count([s.tags for s in sentences], predicted, self.selection.types).f1)
        if self.f1[-1] > max(self.f1[:-1], default=-1.0):
            self.best = {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def finish(self) -> dict[str, Any]:
        """Put the best weights back; what the record says of the choice."""
        if self.selection.rule == "last":
            return {"select": "last"}
        self.model.load_state_dict(self.best)
        chosen = self.f1.index(max(self.f1)) + 1
        return {"select": self.selection.rule, "epoch": chosen, "f1_by_epoch": self.f1}
