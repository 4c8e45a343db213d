"""Builds and fits a method on the sample, and keeps the results so that checks share them."""

import importlib.resources
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import torch

from wcabench.config import EncoderConfig, RecipeConfig, build
from wcabench.conformance.sample import MAX_LENGTH, SUITE, training_data
from wcabench.conformance.watch import Watch, WatchedBench
from wcabench.contract import MethodInfo, Need
from wcabench.data.guard import data_closed
from wcabench.data.sentences import PairData
from wcabench.data.suite_files import CORPUS, PACKAGE
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.bench import NetworkBench
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.randomness import Streams
from wcabench.runs.tagging import disturb_generators
from wcabench.transport.costs import Costs

# In float32, so that differences come from the method.
RECIPE = RecipeConfig(
    epochs=2, batch_size=4, pair_batch_size=4, learning_rate=1e-3, max_length=MAX_LENGTH, precision="fp32"
)


class NoTrainingError(Exception):
    """A check needs a fit that raised an error."""


@dataclass
class Fitted:
    """The result of one `fit`.

    Attributes:
        tagger: what `fit` returned; None if it raised.
        error: the error that it raised.
        watch: the slots and attributes that it used.
        steps: processor time at the end of each training step, in seconds.
        stages: the record of each stage.
    """

    tagger: Any = None
    error: BaseException | None = None
    watch: Watch = field(default_factory=Watch)
    steps: list[float] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def step_seconds(self) -> float | None:
        """Median processor time of a step; None if no training loop ran."""
        gaps = [b - a for a, b in pairwise(self.steps)]
        return median(gaps) if gaps else None

    @property
    def network(self) -> TaggingNetwork | None:
        """The trained network, if the tagger has one."""
        network = getattr(self.tagger, "network", None)
        return network if isinstance(network, TaggingNetwork) else None


class Trial:
    """One method, the sample and the tiny encoder.

    Attributes:
        cls: the method's class.
        name: the method's registered name.
        data: the sample.
        couples: whether the method is a `JointAlignment`.
    """

    def __init__(self, cls: type[Any], name: str, data: PairData, encoder: Path) -> None:
        self.cls = cls
        self.name = name
        self.data = data
        self.encoder = EncoderConfig(name=str(encoder))
        self.couples = issubclass(cls, JointAlignment)
        self._fits: dict[tuple[Any, ...], Fitted] = {}

    @property
    def info(self) -> MethodInfo:
        """The method's declaration."""
        return self.cls.info  # type: ignore[no-any-return]

    def method(self, **options: Any) -> Any:
        """Return a new instance of the method.

        Raises:
            UserError: an option has no default, or the class refuses its defaults.
        """
        return build(self.cls, options, self.name)

    def fit(self, seed: int = 1, *, again: bool = False, **options: Any) -> Fitted:
        """Fit the method with a seed and options; the result is cached, and `again` asks for a second fit."""
        key = (seed, again, *options.items())
        if key not in self._fits:
            self._fits[key] = self._fit(
                lambda bench: self.method(**options).fit(bench), seed, self.info.needs
            )
        return self._fits[key]

    def trained(self, seed: int = 1, *, again: bool = False, **options: Any) -> Fitted:
        """Fit the method as `fit` does, and raise if that failed.

        Raises:
            NoTrainingError: `fit` raised.
        """
        fitted = self.fit(seed, again=again, **options)
        if fitted.error is not None:
            raise NoTrainingError
        return fitted

    @cached_property
    def plain(self) -> Fitted:
        """Plain transfer with seed 1, as the method `none` trains it."""

        def fit(bench: NetworkBench) -> Any:
            network = bench.network()
            return bench.train(network, [bench.cross_entropy(network)])

        fitted = self._fit(fit, 1, frozenset({"labelled"}))
        if fitted.error is not None:
            raise fitted.error
        return fitted

    def loss(self) -> tuple[AlignmentLoss, TaggingNetwork]:
        """Return the alignment loss of a new, prepared instance, and the untrained network that it reads."""
        method = self.method()
        method.prepare(self.data.parallel)
        network = self.untrained().eval()
        return AlignmentLoss(method, self.data.parallel, network, RECIPE, Streams(1)), network

    @torch.no_grad()
    def costs(self) -> tuple[JointAlignment, Costs]:
        """Return a new, prepared instance, and the costs of all pairs of the sample."""
        loss, network = self.loss()
        return loss.coupler, loss.costs(network, list(range(len(self.data.parallel))))  # type: ignore[return-value]

    def untrained(self) -> TaggingNetwork:
        """Return the network that a training with seed 1 begins with."""
        return self._bench(1, frozenset()).network()

    def _bench(self, seed: int, needs: frozenset[Need], steps: list[float] | None = None) -> NetworkBench:
        def progress(phase: str, done: int, total: int) -> None:
            if phase == "training" and steps is not None:
                steps.append(process_time())

        return NetworkBench(
            training_data(self.data, needs), self.encoder, RECIPE, seed=seed, progress=progress
        )

    def _fit(self, fit: Callable[[NetworkBench], Any], seed: int, needs: frozenset[Need]) -> Fitted:
        fitted = Fitted()
        disturb_generators(len(self._fits))
        bench = self._bench(seed, needs, fitted.steps)
        try:
            with data_closed(corpus_files()):
                fitted.tagger = fit(WatchedBench(bench, fitted.watch))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # foreign code may raise anything; the checks report it
            fitted.error = error
        fitted.stages = bench.stages
        bench.close()
        return fitted


def corpus_files() -> list[Path]:
    """Return the files of the sample's suite, including those with labels."""
    corpus = Path(str(importlib.resources.files(PACKAGE))) / SUITE / CORPUS
    return [file for file in corpus.rglob("*") if file.is_file()]
