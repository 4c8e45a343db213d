"""What a method works with: the data it declared, fresh models, random streams, and the one training loop."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.data.sentences import PairData, Sentence, SentencePair, Words
from wcabench.errors import require
from wcabench.nn.labels import tag_names
from wcabench.nn.model import TokenClassifier
from wcabench.nn.objectives import CrossEntropy, Objective
from wcabench.nn.randomness import generator, seed_torch
from wcabench.nn.selection import Selection
from wcabench.nn.tagger import NeuralTagger
from wcabench.nn.training import Progress, train
from wcabench.registry import Need


class UndeclaredNeedError(PermissionError):
    """A method asked for data that its `info.needs` does not declare."""


class Bench:
    """One cell's workplace.

    Target labels are not within reach: the bench keeps the sentences of the target's dev set behind a closure, for
    `recipe.select=target-dev` alone, and never holds the test set.

    Attributes:
        recipe: the training settings; a method reads them, the loop applies them.
        types: the entity types.
        seed: the cell's seed.
        device: "cpu" or "cuda".
        diagnostics: numbers that a method leaves to explain itself; they are stored with the cell, beside those that
            the harness measures once the method is done (`wcabench.nn.diagnostics`).
    """

    def __init__(
        self,
        data: PairData,
        encoder: EncoderConfig,
        recipe: RecipeConfig,
        *,
        seed: int,
        needs: frozenset[Need],
        device: str = "cpu",
        progress: Progress = lambda *_: None,
    ) -> None:
        self.recipe = recipe
        self.types = data.types
        self.seed = seed
        self.device = device
        self.diagnostics: dict[str, float] = {}
        self._encoder = encoder
        self._progress = progress
        self._training: dict[str, Any] = {}
        self._data = _declared(data, recipe, needs)
        self._selection = Selection.of(data, recipe)

    @property
    def labelled(self) -> list[Sentence]:
        """Labelled source sentences (need "labelled")."""
        return self._ask("labelled")  # type: ignore[no-any-return]

    @property
    def parallel(self) -> list[SentencePair]:
        """Sentence pairs (need "parallel"); links that came with the text are left out."""
        return self._ask("parallel")  # type: ignore[no-any-return]

    @property
    def target_text(self) -> list[Words]:
        """Unlabelled target sentences (need "target-text")."""
        return self._ask("target-text")  # type: ignore[no-any-return]

    @property
    def dictionary(self) -> list[tuple[str, str]]:
        """(source word, target word) entries (need "dictionary")."""
        return self._ask("dictionary")  # type: ignore[no-any-return]

    def fresh_model(self) -> TokenClassifier:
        """The pretrained encoder with a new linear layer made by the seed; each call gives the same weights."""
        seed_torch(self.seed, "head")
        return TokenClassifier(self._encoder, self.recipe, tag_names(self.types), self.device)

    def generator(self, name: str) -> np.random.Generator:
        """A random stream of the method's own, made by the cell's seed and a name."""
        return generator(self.seed, "method", name)

    def train(
        self,
        model: TokenClassifier,
        objectives: Sequence[Objective] = (),
        labelled: Sequence[Sentence] | None = None,
    ) -> NeuralTagger:
        """Train with cross entropy on the labelled sentences plus `objectives`; the trained tagger.

        Args:
            model: from `fresh_model`, trained in place.
            objectives: further terms of the loss.
            labelled: other labelled sentences than the source's, for methods that make their own.
        """
        sentences = self.labelled if labelled is None else labelled
        cross_entropy = CrossEntropy(sentences, model, self.recipe, self.seed)
        tagger = NeuralTagger(model, self.recipe, self._progress)
        selection = self._selection.start(model, tagger)
        curve = train(
            model,
            cross_entropy,
            objectives,
            self.recipe,
            seed=self.seed,
            progress=self._progress,
            after_epoch=selection.consider,
        )
        self._training = {
            "precision": model.precision,
            "steps": len(curve.total),
            "labelled_sentences": len(sentences),
            "parameters": sum(p.numel() for p in model.parameters()),
            "loss": curve.record(),
            **selection.finish(),
        }
        return tagger

    def record(self) -> dict[str, Any]:
        """What the cell keeps of the training: the loss curve, sizes, and the method's diagnostics."""
        return {"training": self._training, "diagnostics": dict(self.diagnostics)}

    def _ask(self, need: Need) -> Any:
        if need not in self._data:
            raise UndeclaredNeedError(
                f"the method asked for '{need}' without declaring it: add it to `needs` of its MethodInfo"
            )
        return self._data[need]


def _declared(data: PairData, recipe: RecipeConfig, needs: frozenset[Need]) -> dict[Need, Any]:
    """What each declared need is answered with.

    Raises:
        UserError: the suite has nothing for a need: a method is not run on less than it declares.
    """
    for need in needs:
        require(bool(data.slot(need)), f"suite '{data.suite}' has no {need} data for {data.pair}")
    train = data.train + (data.source_dev if recipe.train_on == "train+dev" else [])
    pairs = [SentencePair(p.source, p.target) for p in data.parallel if p.source and p.target]
    made: dict[Need, Callable[[], Any]] = {
        "labelled": lambda: _subset([s for s in train if s.words], recipe.max_labelled),
        "parallel": lambda: _subset(pairs, recipe.max_pairs),
        "target-text": lambda: data.target_text,
        "dictionary": lambda: data.dictionary,
    }
    return {need: made[need]() for need in needs}


def _subset(items: list[Any], size: int | None) -> list[Any]:
    """The first `size` of a shuffle that is the same for every method and seed, in the corpus' order."""
    if size is None or size >= len(items):
        return items
    return [items[i] for i in sorted(generator(0, "subset").permutation(len(items))[:size])]


def cuda_or_cpu(device: str) -> str:
    """ "auto" as the device there is."""
    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"
