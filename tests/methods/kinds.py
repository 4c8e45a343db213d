"""A method of each kind, as short as the contract lets it be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch.nn import functional

from wcabench.contract import MethodInfo, OwnParameters
from wcabench.methods.none import NoAlignment
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.heads import BiLstmCrf
from wcabench.transport import Coupling, harden_columns


class SoftLabels:
    """Squared error between the student's and a teacher's probabilities on target text."""

    name, weight = "soft_labels", 1.0

    def __init__(self, bench, network, texts, probabilities):
        network.table.add(texts)
        self.items = [
            (window, torch.from_numpy(soft[window.own.start : window.own.stop]))
            for words, soft in zip(texts, probabilities, strict=True)
            for window in network.table.windows(words)
        ]
        self.bench = bench
        self.order = bench.order("soft-labels", len(self.items), bench.recipe.batch_size)
        self.steps_per_epoch = self.order.steps_per_epoch

    def loss(self, network, step):
        windows, soft = zip(*(self.items[i] for i in self.order(step)), strict=True)
        states = self.bench.states(network, windows)
        logits = network.logits(torch.cat(states), [len(s) for s in states])
        return functional.mse_loss(logits.softmax(-1), torch.cat(soft).to(logits.device))


@dataclass(frozen=True)
class Distilled:
    """A student of plain transfer's soft labels on target text.

    Attributes:
        rate: the student's learning rate.
    """

    info: ClassVar[MethodInfo] = MethodInfo("distilled", "nowhere", frozenset({"labelled", "target-text"}))
    rate: float = 1e-3

    def requires(self):
        return (NoAlignment(),)

    def fit(self, bench):
        student, texts = bench.network(seed=1), bench.target_text[:24]
        soft = bench.fitted(NoAlignment()).probabilities(texts)
        loss = SoftLabels(bench, student, texts, soft)
        return bench.train(
            student, [loss], stage="student", recipe={"learning_rate": self.rate}, select=False
        )


class Adversary:
    """A discriminator of languages with an optimiser of its own, which the encoder learns to fool."""

    name, weight, steps_per_epoch = "adversary", 1.0, None

    def __init__(self, bench, network, rate):
        self.bench, self.rate, self.encoder = bench, rate, None
        texts = [s.words for s in bench.labelled], bench.target_text
        self.windows = [[network.table.truncated(words) for words in text] for text in texts]
        self.orders = [bench.order(f"text-{n}", len(w), 4) for n, w in enumerate(self.windows)]
        with bench.stream("discriminator"):
            self.judge = torch.nn.Linear(network.width, 1).to(bench.device)
        self.optimiser = torch.optim.Adam(self.judge.parameters(), lr=1e-3)
        self.accuracy = []

    def loss(self, network, step):
        return None

    def after_step(self, network, step, factor):
        parameters = network.encoder.parameters()
        self.encoder = self.encoder or torch.optim.Adam([p for p in parameters if p.requires_grad])
        windows = [w[i] for w, order in zip(self.windows, self.orders, strict=True) for i in order(step)]
        states = torch.stack([s.mean(0) for s in self.bench.states(network, windows)])
        truth = torch.arange(len(states), device=states.device)[:, None].ge(len(states) // 2).float()
        judged = self.judge(states.detach())
        self.accuracy.append(float(((judged > 0) == (truth > 0)).float().mean()))
        for optimiser, inputs, labels in (
            (self.optimiser, states.detach(), truth),
            (self.encoder, states, 1 - truth),
        ):
            optimiser.zero_grad()
            functional.binary_cross_entropy_with_logits(self.judge(inputs), labels).backward()
            optimiser.param_groups[0]["lr"] = self.rate * factor
            optimiser.step()


@dataclass(frozen=True)
class Adversarial:
    """The encoder learns to tag while it is kept from telling the languages apart.

    Attributes:
        rate: of the two further optimisers.
    """

    info: ClassVar[MethodInfo] = MethodInfo("adversarial", "nowhere", frozenset({"labelled", "target-text"}))
    rate: float = 1e-4

    def fit(self, bench):
        network = bench.network()
        adversary = Adversary(bench, network, self.rate)
        tagger = bench.train(network, [bench.cross_entropy(network), adversary])
        bench.diagnostics["discriminator_accuracy"] = sum(adversary.accuracy) / len(adversary.accuracy)
        return tagger


@dataclass(frozen=True)
class MappedFeatures:
    """English states are mapped onto the target's by Procrustes, and a BiLSTM-CRF reads the frozen encoder.

    Attributes:
        hidden: units of the LSTM a direction.
    """

    info: ClassVar[MethodInfo] = MethodInfo(
        "mapped-features", "nowhere", frozenset({"labelled", "parallel"}), trains_encoder=False
    )
    hidden: int = 16

    def fit(self, bench):
        rotation = self.rotation(bench, bench.pretrained())

        def features(hidden, side):
            return hidden[-1].float() @ rotation if side == "source" else hidden[-1].float()

        network = bench.network(BiLstmCrf(self.hidden, layers=1), features=features, train_encoder=False)
        return bench.train(network, [bench.cross_entropy(network)], recipe={"learning_rate": 1e-2})

    @torch.no_grad()
    def rotation(self, bench, encoder):
        pairs = bench.parallel
        sides = [
            bench.states(encoder, [encoder.table.truncated(getattr(p, side)) for p in pairs], "mean")
            for side in ("source", "target")
        ]
        linked = [
            (s[i], t[j])
            for s, t, links in zip(*sides, bench.word_links(), strict=True)
            for i, j in links
            if i < len(s) and j < len(t)
        ]
        source, target = (torch.stack(side) for side in zip(*linked, strict=True))
        left, _, right = torch.linalg.svd(source.T @ target)
        return left @ right


class PullTogether:
    """Squared distance between projections of linked words; the projection is the objective's own."""

    name, weight = "pull", 1.0

    def __init__(self, bench, network):
        self.bench, pairs = bench, bench.parallel
        network.table.add(words for p in pairs for words in (p.source, p.target))
        self.links = bench.word_links()
        self.windows = [(network.table.truncated(p.source), network.table.truncated(p.target)) for p in pairs]
        self.order = bench.order("pull", len(pairs), bench.recipe.pair_batch_size)
        self.steps_per_epoch = self.order.steps_per_epoch
        with bench.stream("projection"):
            self.projection = torch.nn.Linear(network.width, 8).to(bench.device)

    def parameters(self):
        return [OwnParameters(list(self.projection.parameters()), learning_rate=1e-2)]

    def loss(self, network, step):
        batch = self.order(step)
        states = self.bench.states(network, [self.windows[i][side] for side in (0, 1) for i in batch], "mean")
        gaps = [
            self.projection(source[i] - target[j])
            for number, source, target in zip(batch, states, states[len(batch) :], strict=False)
            for i, j in self.links[number]
            if i < len(source) and j < len(target)
        ]
        return {"distance": torch.stack(gaps).square().mean()} if gaps else None


@dataclass(frozen=True)
class PreAligned:
    """The encoder is aligned first, then trained to tag."""

    info: ClassVar[MethodInfo] = MethodInfo("pre-aligned", "nowhere", frozenset({"labelled", "parallel"}))

    def fit(self, bench):
        network = bench.network()
        stage = {"epochs": 1, "decay": "constant", "adam_betas": (0.9, 0.98)}
        bench.train(network, [PullTogether(bench, network)], stage="align", recipe=stage, select=False)
        return bench.train(network, [bench.cross_entropy(network)])


class MostFrequent:
    """Each word's most frequent tag in the training data."""

    def __init__(self, sentences):
        counts = {}
        for sentence in sentences:
            for word, tag in zip(sentence.words, sentence.tags, strict=True):
                counts.setdefault(word, Counter())[tag] += 1
        self.tags = {word: count.most_common(1)[0][0] for word, count in counts.items()}

    def predict(self, sentences, side="target"):
        return [[self.tags.get(word) for word in words] for words in sentences]


@dataclass(frozen=True)
class Gazetteer:
    """No network at all: words have the tag that they had most often."""

    info: ClassVar[MethodInfo] = MethodInfo("gazetteer", "nowhere", frozenset({"labelled"}))

    def fit(self, bench):
        return MostFrequent(bench.labelled)


@dataclass(frozen=True)
class FarthestToken(JointAlignment):
    """Each target token goes to its farthest source token."""

    info: ClassVar[MethodInfo] = MethodInfo("farthest-token", "nowhere", frozenset({"labelled", "parallel"}))

    def couple(self, costs):
        return Coupling(harden_columns(costs.mean_over_layers()))


KINDS = (Distilled, Adversarial, MappedFeatures, PreAligned, Gazetteer, FarthestToken)
