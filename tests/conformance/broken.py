"""Methods that are each broken in one way, by the check that must find it."""

import contextlib
import dataclasses
import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from wcabench.contract import MethodInfo
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.tagger import NetworkTagger
from wcabench.nn.training_data import UndeclaredNeedError
from wcabench.transport import Coupling, harden_columns


def info(name="broken", paper="nowhere", needs=("labelled", "parallel")):
    return MethodInfo(name=name, paper=paper, needs=frozenset(needs))


@dataclass(frozen=True)
class Sound(JointAlignment):
    """Nearest token."""

    info: ClassVar[MethodInfo] = info()

    def couple(self, costs):
        return Coupling(harden_columns([-cost for cost in costs.mean_over_layers()]))


@dataclass(frozen=True)
class Plain:
    """Plain transfer."""

    info: ClassVar[MethodInfo] = info(needs=["labelled"])

    def fit(self, bench):
        network = bench.network()
        return bench.train(network, [bench.cross_entropy(network)])


class Rule:
    def predict(self, sentences, side="target"):
        return [["O"] * len(words) for words in sentences]


@dataclass(frozen=True)
class NoNetwork(Plain):
    """Everything is O."""

    def fit(self, bench):
        return Rule()


@dataclass(frozen=True)
class Greedy(Plain):
    """Looks at all there is to see."""

    info: ClassVar[MethodInfo] = info(needs=["labelled", "parallel", "target-text", "dictionary"])

    def fit(self, bench):
        assert bench.parallel and bench.target_text and bench.dictionary
        bench.diagnostics = {"seen": 3.0}
        return super().fit(bench)


# info


class PaperMissing(Plain):
    """Plain transfer."""

    info = info(paper=" ")


@dataclass(frozen=True)
class SummaryMissing(Plain):
    info: ClassVar[MethodInfo] = info(needs=["labelled"])


# options


class NoDataclass:
    """Plain transfer."""

    info = info(needs=["labelled"])

    def fit(self, bench):
        return Plain().fit(bench)


@dataclass(frozen=True)
class Undescribed(Plain):
    """Plain transfer.

    Attributes:
        told: described.
    """

    told: int = 1
    untold: int = 1


@dataclass(frozen=True)
class NoDefault(Plain):
    """Plain transfer.

    Attributes:
        k: described.
    """

    k: int = dataclasses.field(kw_only=True)


@dataclass(frozen=True)
class Unreadable(Plain):
    """Plain transfer.

    Attributes:
        k: described.
    """

    k: dict = None


# needs


class AsksUndeclared(Plain):
    """Hides that it was refused."""

    def fit(self, bench):
        with contextlib.suppress(UndeclaredNeedError):
            bench.parallel  # noqa: B018
        return super().fit(bench)


class ReadsTheCorpus(Plain):
    """Loads the test set by itself."""

    def fit(self, bench):
        from wcabench.data.data_source import DataSource
        from wcabench.data.suites import load_suite

        suite = load_suite("mini")
        self.labels(suite.load("en-nl", suite.data, DataSource(offline=True)).target_test)
        return super().fit(bench)

    def labels(self, sentences):
        pass


class LooksBehind(Plain):
    """Reads what the bench keeps to itself."""

    def fit(self, bench):
        bench._data  # noqa: B018
        return super().fit(bench)


class ChangesTheRecipe(Plain):
    """Trains longer than the others."""

    def fit(self, bench):
        bench.recipe = dataclasses.replace(bench.recipe, epochs=3)
        return super().fit(bench)


# tagger


class Raises(Plain):
    """Cannot train."""

    def fit(self, bench):
        raise ValueError("no such\nthing")


class Exits(Plain):
    """Leaves the process."""

    def fit(self, bench):
        raise SystemExit(3)


class TooShort(Rule):
    def predict(self, sentences, side="target"):
        return [["O"] for _ in sentences]


class LosesWords(Plain):
    """One tag a sentence."""

    def fit(self, bench):
        return TooShort()


class Foreign(Rule):
    def predict(self, sentences, side="target"):
        return [["S-PER"] * len(words) for words in sentences]


class UnknownTags(Plain):
    """Tags of another scheme."""

    def fit(self, bench):
        return Foreign()


# determinism


class GlobalNoise(Plain):
    """Starts from a head of its own, by the global generator."""

    def fit(self, bench):
        network = bench.network()
        with torch.no_grad():
            noise = np.random.rand(len(network.tags))
            network.head.linear.bias += torch.as_tensor(noise, dtype=torch.float32)
        return bench.train(network, [bench.cross_entropy(network)])


class SeedIgnored(Plain):
    """Never trains, and starts from zero."""

    def fit(self, bench):
        network = bench.network()
        torch.nn.init.zeros_(network.head.linear.weight)
        return NetworkTagger(network, bench.recipe)


# form


class Negative(Sound):
    """Weights below zero."""

    def couple(self, costs):
        return Coupling([-plan for plan in super().couple(costs).plans])


class NotFinite(Sound):
    """Weights that are no numbers."""

    def couple(self, costs):
        return Coupling([plan / 0 for plan in super().couple(costs).plans])


class Transposed(Sound):
    """Plans of the wrong shape."""

    def couple(self, costs):
        return Coupling([plan.mT for plan in super().couple(costs).plans])


class OneTooFew(Sound):
    """Forgets a pair."""

    def couple(self, costs):
        return Coupling(super().couple(costs).plans[1:])


class Whole(Sound):
    """Plans of integers."""

    def couple(self, costs):
        return Coupling([(plan > 0).long() for plan in super().couple(costs).plans])


class InPlace(Sound):
    """Changes the costs."""

    def couple(self, costs):
        for cost in costs.by_layer:
            cost -= cost.mean()
        return super().couple(costs)


# invariance


class CommonScale(Sound):
    """Weighs a pair by the longest of its batch."""

    def couple(self, costs):
        longest = max(cost.shape[-1] for cost in costs.by_layer)
        return Coupling([torch.full(c.shape[1:], 1 / c.shape[1] / longest) for c in costs.by_layer])


class ByPlace(Sound):
    """Weighs a pair by its place in the batch."""

    def couple(self, costs):
        return Coupling([plan * (1 + at) for at, plan in enumerate(super().couple(costs).plans)])


# gradients


class Empty(Sound):
    """Couples nothing."""

    def couple(self, costs):
        return Coupling([torch.zeros(cost.shape[1:]) for cost in costs.by_layer])


class FrozenEncoder(Plain):
    """Trains the head alone."""

    def fit(self, bench):
        network = bench.network(train_encoder=False)
        return bench.train(network, [bench.cross_entropy(network)])


# null


class OwnWeight(Sound):
    """Adds to beta."""

    def fit(self, bench):
        return super(OwnWeight, dataclasses.replace(self, beta=self.beta + 1)).fit(bench)


# speed


class Slow(Sound):
    """Counts to a very large number."""

    def couple(self, costs):
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
        return super().couple(costs)


# predictions


@dataclass(frozen=True)
class Wrapped(Plain):
    """Plain transfer with another tagger around it."""

    def fit(self, bench):
        return self.wrap(super().fit(bench), bench)

    def wrap(self, tagger, bench):
        return tagger


class NowAndThen:
    """Blanks a tag at random, one in fifty."""

    def __init__(self, tagger):
        self.tagger = tagger

    def predict(self, sentences, side="target"):
        tags = self.tagger.predict(sentences, side)
        return [["B-PER" if np.random.rand() < 0.02 else tag for tag in own] for own in tags]


class RandomTags(Wrapped):
    """Tags at random now and then."""

    def wrap(self, tagger, bench):
        return NowAndThen(tagger)


class SelfTraining:
    """Trains on its own predictions of what it is asked to tag, the first time that it is asked."""

    def __init__(self, tagger):
        self.tagger = tagger
        self.trained = False

    def predict(self, sentences, side="target"):
        if not self.trained:
            self.trained = True
            with torch.inference_mode(False), torch.enable_grad():
                self.learn(sentences)
        return self.tagger.predict(sentences, side)

    def learn(self, sentences):
        network = self.tagger.network
        optimiser = torch.optim.SGD(network.parameters(), lr=20.0)
        for words in sentences[:4]:
            (window,) = network.table.windows(words)
            (part,) = network.encode([window.ids])
            logits = network.logits(part.hidden[-1][window.firsts])
            torch.nn.functional.cross_entropy(
                logits, torch.full((len(words),), len(words) % len(network.tags))
            ).backward()
            optimiser.step()
            optimiser.zero_grad()


class TrainsAtTest(Wrapped):
    """Trains while it predicts."""

    def wrap(self, tagger, bench):
        return SelfTraining(tagger)


class Majority:
    """Gives every word of a call the tag that its first word would have."""

    def __init__(self, tagger):
        self.tagger = tagger

    def predict(self, sentences, side="target"):
        first = len(sentences[0]) % 2
        return [["O" if first else "B-LOC"] * len(words) for words in sentences]


class SeesTheOthers(Wrapped):
    """Tags a sentence by the others that come with it."""

    def wrap(self, tagger, bench):
        return Majority(tagger)


class ReadsAtTest(Wrapped):
    """Opens the test set when it is asked to tag it."""

    def wrap(self, tagger, bench):
        tagger.predict = self.read
        return tagger

    def read(self, sentences, side="target"):
        import importlib.resources

        corpus = importlib.resources.files("wcabench.tasks") / "mini/corpus/nl/test.conll"
        corpus.read_text(encoding="utf-8")
        return [["O"] * len(words) for words in sentences]


class Infinite:
    name, weight, steps_per_epoch = "infinite", 1.0, None

    def loss(self, network, step):
        return torch.tensor(float("nan"))


class LossIsNaN(Plain):
    """A second loss that is no number."""

    def fit(self, bench):
        network = bench.network()
        return bench.train(network, [bench.cross_entropy(network), Infinite()])


BREAKS = [
    ("info", PaperMissing, "info.paper is empty"),
    ("info", SummaryMissing, "no docstring"),
    ("options", NoDataclass, "no frozen dataclass"),
    ("options", Undescribed, "no description of untold"),
    ("options", NoDefault, "k: has no default"),
    ("options", Unreadable, "cannot be read"),
    ("needs", AsksUndeclared, "asked for parallel"),
    ("needs", ReadsTheCorpus, "reads data by its bench alone"),
    ("needs", LooksBehind, "bench._data"),
    ("needs", ChangesTheRecipe, "bench.recipe (set)"),
    ("tagger", Raises, "ValueError: no such thing"),
    ("tagger", Exits, "SystemExit: 3"),
    ("tagger", LosesWords, "one tag a word"),
    ("tagger", UnknownTags, "S-PER"),
    ("tagger", ReadsAtTest, "ClosedDataError"),
    ("tagger", LossIsNaN, "infinite is nan"),
    ("predictions", RandomTags, "draws at random"),
    ("predictions", TrainsAtTest, "one by one"),
    ("predictions", SeesTheOthers, "came alone"),
    ("determinism", GlobalNoise, "two fits with seed 1 differ"),
    ("determinism", SeedIgnored, "seeds 1 and 2"),
    ("form", Negative, "a weight is -"),
    ("form", NotFinite, "not finite"),
    ("form", Transposed, "where the costs are"),
    ("form", OneTooFew, "11 plans for 12 pairs"),
    ("form", Whole, "torch.int64"),
    ("form", InPlace, "changes the costs"),
    ("invariance", CommonScale, "alone"),
    ("invariance", ByPlace, "alone"),
    ("gradients", NotFinite, "alignment loss is nan"),
    ("gradients", Empty, "moves nothing"),
    ("gradients", FrozenEncoder, "left the encoder as it was"),
    ("null", OwnWeight, "beta=0.0 is not plain transfer"),
    ("speed", Slow, "times that of `none`"),
]
