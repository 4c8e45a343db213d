"""The bench that methods are run with: their declared data, networks, random streams, and the training loop."""

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
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.objectives import CrossEntropy
from wcabench.nn.order import ShuffledOrder
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import MAIN_STAGE, Streams, generator, own_randomness
from wcabench.nn.selection import EpochSelection
from wcabench.nn.stages import fitted_stage, trained_stage
from wcabench.nn.states import window_states
from wcabench.nn.tagger import NetworkTagger
from wcabench.nn.training import Progress, train
from wcabench.nn.training_data import SelectionRule, SlotAccess, TrainingData

FitOther = Callable[["NetworkBench", Method], Tagger]


def train_without_store(bench: "NetworkBench", method: Method) -> Tagger:
    """Train another method's model now. This is what `NetworkBench.fitted` does where there is no store of models."""
    start = perf_counter()
    inner = bench.for_method(method)
    tagger = method.fit(inner)
    inner.close()
    bench.stages.append(fitted_stage(method.info.name, inner.stages, perf_counter() - start))
    return tagger


class NetworkBench(SlotAccess):
    """All that one method works with while it trains one model. `wcabench.contract.Bench` lists what it may use."""

    def __init__(
        self,
        data: TrainingData,
        encoder: EncoderConfig,
        recipe: RecipeConfig,
        *,
        seed: int,
        device: str = "cpu",
        progress: Progress = lambda *_: None,
        fit_other: FitOther = train_without_store,
    ) -> None:
        """Store the settings; encoders are loaded when a network is asked for.

        Args:
            data: the slots that the method declared.
            encoder: the encoder that every network is made from.
            recipe: the training settings.
            seed: the model's seed.
            device: "cpu" or "cuda".
            progress: called with (phase, done, total).
            fit_other: returns the trained tagger of another method; see `fitted`.
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
        self._fit_other = fit_other
        self._streams = Streams(seed)
        self._pretrained: TaggingNetwork | None = None
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
    ) -> TaggingNetwork:
        """Return the pretrained encoder with a new head; the same arguments give the same weights."""
        self._check_open()
        with own_randomness(self.seed, *(("head",) if seed == 0 else ("head", seed))):
            return TaggingNetwork(
                self._encoder,
                self.recipe,
                tag_names(self.types),
                self.device,
                head,
                features=features,
                feature_width=feature_width,
                train_encoder=train_encoder,
            )

    def pretrained(self) -> TaggingNetwork:
        """Return the pretrained encoder, frozen and without a head; every call returns the same object."""
        self._check_open()
        if self._pretrained is None:
            tags = tag_names(self.types)
            self._pretrained = TaggingNetwork(
                self._encoder, self.recipe, tags, self.device, None, train_encoder=False
            ).eval()
        return self._pretrained

    def fitted(self, method: Method) -> Tagger:
        """Return the tagger of another method, trained on the same data with the same recipe and seed."""
        self._check_open()
        return self._fit_other(self, method)

    def for_method(self, method: Method) -> "NetworkBench":
        """Return a bench with the same settings and the slots of another method.

        With `recipe.select` "target-dev" the other method keeps its last step instead: only this method's epoch is
        chosen on the target's development set.
        """
        recipe, data = self.recipe, self._data.of(method)
        if recipe.select == "target-dev":
            recipe, data = replace(recipe, select="last"), replace(data, selection=SelectionRule())
        return NetworkBench(
            data,
            self._encoder,
            recipe,
            seed=self.seed,
            device=self.device,
            progress=self.progress,
            fit_other=self._fit_other,
        )

    def order(self, name: str, number: int, size: int) -> ShuffledOrder:
        """Return an order of `size` of `number` items a step, reshuffled in each pass by stream `name`."""
        return ShuffledOrder(self._streams, ("method", name), number, size)

    def stream(self, name: str) -> AbstractContextManager[None]:
        """Seed all global generators (Python, NumPy, torch) with the method's stream `name` inside the context."""
        return own_randomness(self.seed, "method", name)

    def generator(self, name: str) -> np.random.Generator:
        """Return a NumPy generator for the method, seeded by the model's seed and `name`."""
        return generator(self.seed, "method", name)

    def states(
        self,
        network: TaggingNetwork,
        windows: Sequence[Window],
        pool: Pool = "first",
        layers: int | Sequence[int] = -1,
    ) -> list[torch.Tensor]:
        """Return the states of each window's words, with gradient; see `wcabench.nn.states`."""
        return window_states(network, windows, pool, layers)

    def word_links(self, symmetrisation: str = "intersect", *, lowercase: bool = True) -> list[Links]:
        """Return the links of each pair of the parallel text, by fast_align's model trained on that text."""
        from wcabench.words import align

        key = (symmetrisation, lowercase)
        if key not in self._word_links:
            texts = [(pair.source, pair.target) for pair in self.parallel]
            self._word_links[key] = align(texts, symmetrisation=symmetrisation, lowercase=lowercase)
        return self._word_links[key]

    # Training

    def cross_entropy(
        self,
        network: TaggingNetwork,
        labelled: Sequence[Sentence] | None = None,
        *,
        name: str = "cross_entropy",
        side: Side = "source",
    ) -> CrossEntropy:
        """Return the objective of eq. (2) on labelled sentences; None uses slot "labelled"."""
        sentences = self.labelled if labelled is None else labelled
        return CrossEntropy(sentences, network, self.recipe, self._streams, name=name, side=side)

    def alignment(self, network: TaggingNetwork, coupler: Coupler) -> AlignmentLoss:
        """Return the objective of eq. (3) on slot "parallel"."""
        coupler.prepare(self.parallel)
        return AlignmentLoss(coupler, self.parallel, network, self.recipe, self._streams)

    def adapted(self, network: TaggingNetwork, support: Support, *, steps: int, rate: float) -> AdaptedTagger:
        """Return a tagger that adapts itself to each sentence; see `wcabench.nn.adapted`."""
        return AdaptedTagger(network, self.recipe, support, steps, rate, seed=self.seed)

    def train(
        self,
        network: TaggingNetwork,
        objectives: Sequence[Objective],
        *,
        stage: str = MAIN_STAGE,
        recipe: Mapping[str, Any] | None = None,
        select: bool = True,
    ) -> NetworkTagger:
        """Train the network in place as one stage, and return its tagger.

        Raises:
            ValueError: a stage of this name was trained already.
        """
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
            trained_stage(
                stage,
                network,
                objectives,
                curve,
                recipe=recipe or {},
                epochs=settings.epochs,
                tokens=network.pieces_read - read,
                seconds=perf_counter() - start,
                selection=selection.finish(),
            )
        )
        return tagger
