"""The bench that runs: the data a method declared, networks, random streams, and the one training loop."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
import torch

from wcabench.config import EncoderConfig, RecipeConfig, build
from wcabench.contract import (
    Features,
    Links,
    Method,
    Objective,
    Pool,
    Sentence,
    Side,
    Tagger,
)
from wcabench.nn.adapted import AdaptedTagger, Support
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.coupler import Coupler
from wcabench.nn.heads import HeadOptions
from wcabench.nn.labels import tag_names
from wcabench.nn.network import Network
from wcabench.nn.objectives import CrossEntropy
from wcabench.nn.order import ShuffledOrder
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import MAIN_STAGE, Streams, generator, own_randomness
from wcabench.nn.selection import EpochSelection
from wcabench.nn.states import window_states
from wcabench.nn.tagger import NetworkTagger
from wcabench.nn.training import Progress, train
from wcabench.nn.training_data import SelectionRule, SlotAccess, TrainingData

Fitted = Callable[["Bench", Method], Tagger]


def train_here(bench: "Bench", method: Method) -> Tagger:
    """Train another method's model on the spot: what `fitted` does where no store of models is at hand."""
    start = perf_counter()
    inner = bench.for_method(method)
    tagger = method.fit(inner)
    inner.close()
    bench.stages.append(fitted_stage(method.info.name, inner.stages, perf_counter() - start))
    return tagger


class Bench(SlotAccess):
    """One model's workplace. See `wcabench.contract.Bench` for what a method may use."""

    def __init__(
        self,
        data: TrainingData,
        encoder: EncoderConfig,
        recipe: RecipeConfig,
        *,
        seed: int,
        device: str = "cpu",
        progress: Progress = lambda *_: None,
        fitted: Fitted = train_here,
    ) -> None:
        """Set up; nothing is loaded yet.

        Args:
            data: what the method declared.
            encoder: of every network.
            recipe: the training settings.
            seed: of the model.
            device: "cpu" or "cuda".
            progress: called with (phase, done, total).
            fitted: gives another method's trained tagger, see `fitted`.
        """
        super().__init__(data)
        self.recipe = recipe
        self.types = data.types
        self.seed = seed
        self.device = device
        self.diagnostics: dict[str, float] = {}
        self.stages: list[dict[str, Any]] = []
        self._encoder = encoder
        self.progress = progress
        self._fitted = fitted
        self._streams = Streams(seed)
        self._pretrained: Network | None = None
        self._word_links: dict[tuple[str, bool], list[Links]] = {}

    # Networks and random streams

    def network(
        self,
        head: str | HeadOptions = "linear",
        *,
        seed: int = 0,
        features: Features | None = None,
        feature_width: int | None = None,
        train_encoder: bool = True,
    ) -> Network:
        """The pretrained encoder with a new head; the same arguments give the same weights."""
        self._check_open()
        with own_randomness(self.seed, *(("head",) if seed == 0 else ("head", seed))):
            return Network(
                self._encoder,
                self.recipe,
                tag_names(self.types),
                self.device,
                head,
                features=features,
                feature_width=feature_width,
                train_encoder=train_encoder,
            )

    def pretrained(self) -> Network:
        """The encoder as it was pretrained, frozen and without a head; one for all who ask."""
        self._check_open()
        if self._pretrained is None:
            tags = tag_names(self.types)
            self._pretrained = Network(
                self._encoder, self.recipe, tags, self.device, None, train_encoder=False
            ).eval()
        return self._pretrained

    def fitted(self, method: Method) -> Tagger:
        """The tagger of another method on the same data, recipe and seed."""
        self._check_open()
        return self._fitted(self, method)

    def for_method(self, method: Method) -> "Bench":
        """A bench like this one with the slots of another method.

        Where the target's development set chooses this method's epoch, it does not choose the other's.
        """
        recipe, data = self.recipe, self._data.of(method)
        if recipe.select == "target-dev":
            recipe, data = replace(recipe, select="last"), replace(data, selection=SelectionRule())
        return Bench(
            data,
            self._encoder,
            recipe,
            seed=self.seed,
            device=self.device,
            progress=self.progress,
            fitted=self._fitted,
        )

    def order(self, name: str, number: int, size: int) -> ShuffledOrder:
        """`size` of `number` items a step, cycled, each pass in a new order of the stream of that name."""
        return ShuffledOrder(self._streams, ("method", name), number, size)

    def stream(self, name: str) -> AbstractContextManager[None]:
        """Meanwhile every global generator stands at the method's stream of that name."""
        return own_randomness(self.seed, "method", name)

    def generator(self, name: str) -> np.random.Generator:
        """A random stream of the method's own, made by the seed and a name."""
        return generator(self.seed, "method", name)

    def states(
        self,
        network: Network,
        windows: Sequence[Window],
        pool: Pool = "first",
        layers: int | Sequence[int] = -1,
    ) -> list[torch.Tensor]:
        """States of each window's words, with gradient; see `wcabench.nn.states`."""
        return window_states(network, windows, pool, layers)

    def word_links(self, symmetrisation: str = "intersect", *, lowercase: bool = True) -> list[Links]:
        """Links of each pair of the parallel text by fast_align's model, learned on that text."""
        from wcabench.words import align

        key = (symmetrisation, lowercase)
        if key not in self._word_links:
            texts = [(pair.source, pair.target) for pair in self.parallel]
            self._word_links[key] = align(texts, symmetrisation=symmetrisation, lowercase=lowercase)
        return self._word_links[key]

    # Training

    def cross_entropy(
        self,
        network: Network,
        labelled: Sequence[Sentence] | None = None,
        *,
        name: str = "cross_entropy",
        side: Side = "source",
    ) -> CrossEntropy:
        """The objective of eq. (2) on labelled sentences; None: on slot "labelled"."""
        sentences = self.labelled if labelled is None else labelled
        return CrossEntropy(sentences, network, self.recipe, self._streams, name=name, side=side)

    def alignment(self, network: Network, coupler: Coupler) -> AlignmentLoss:
        """The objective of eq. (3) on slot "parallel"."""
        coupler.prepare(self.parallel)
        return AlignmentLoss(coupler, self.parallel, network, self.recipe, self._streams)

    def adapted(self, network: Network, support: Support, *, steps: int, rate: float) -> AdaptedTagger:
        """A tagger that adapts itself to each sentence; see `wcabench.nn.adapted`."""
        return AdaptedTagger(network, self.recipe, support, steps, rate, seed=self.seed)

    def train(
        self,
        network: Network,
        objectives: Sequence[Objective],
        *,
        stage: str = MAIN_STAGE,
        recipe: Mapping[str, Any] | None = None,
        select: bool = True,
    ) -> NetworkTagger:
        """One stage of training, in place; the tagger of the trained network."""
        self._check_open()
        if any(done["name"] == stage for done in self.stages):
            raise ValueError(
                f"stage '{stage}' was trained already: each needs a name, and so streams, of its own"
            )
        settings = build(RecipeConfig, {**vars(self.recipe), **(recipe or {})}, "recipe")
        tagger = NetworkTagger(network, self.recipe)
        rule = self._data.selection if select and network.head is not None else SelectionRule()
        selection = EpochSelection(rule, network, tagger)
        self._streams.stage = stage
        start, read = perf_counter(), network.pieces_read
        curve = train(
            network,
            objectives,
            settings,
            self._streams,
            progress=self.progress,
            after_epoch=selection.consider,
        )
        self._streams.stage = MAIN_STAGE
        network.eval()
        self.stages.append(
            {
                "name": stage,
                "objectives": [objective.name for objective in objectives],
                "recipe": dict(recipe or {}),
                "precision": network.precision,
                "epochs": settings.epochs,
                "steps": len(curve.total),
                "tokens": network.pieces_read - read,
                "parameters": sum(p.numel() for p in network.parameters()),
                "seconds": round(perf_counter() - start, 3),
                "loss": curve.record(),
                **selection.finish(),
            }
        )
        return tagger


def fitted_stage(name: str, stages: Sequence[Mapping[str, Any]], seconds: float) -> dict[str, Any]:
    """The stage that stands for another method's model in the record of one that builds on it."""
    return {
        "name": f"fitted:{name}",
        "steps": sum(stage["steps"] for stage in stages),
        "tokens": sum(stage["tokens"] for stage in stages),
        "seconds": round(seconds, 3),
        "stages": list(stages),
    }
