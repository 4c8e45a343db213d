"""Methods that try to see, or to learn from, what they are scored on."""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from wcabench.contract import MethodInfo, Sentence


def info(*needs):
    return MethodInfo("cheat", "nowhere", frozenset(needs or ("labelled",)))


@dataclass(frozen=True)
class Honest:
    """Plain transfer."""

    info: ClassVar[MethodInfo] = info()

    def fit(self, bench):
        network = bench.network()
        return self.wrap(bench.train(network, [bench.cross_entropy(network)]), bench)

    def wrap(self, tagger, bench):
        return tagger


class Wrapper:
    def __init__(self, tagger):
        self.tagger = tagger

    def predict(self, sentences, side="target"):
        return self.tagger.predict(sentences, side)


class SearchedMemory(Wrapper):
    """Answers with the tags of any labelled sentence of the same words that the process holds."""

    answered: ClassVar[list[bool]] = []

    def predict(self, sentences, side="target"):
        # Sentences have slots and no cycles, so they are found by what holds them.
        holders = (item for item in gc.get_objects() if type(item) in (list, tuple, dict))
        known = {}
        for holder in holders:
            for item in list(holder.values() if type(holder) is dict else holder):
                if type(item) is Sentence:
                    known[item.words] = list(item.tags)
        self.answered += [words in known for words in sentences if side == "target"]
        tags = self.tagger.predict(sentences, side)
        return [known.get(words, own) for words, own in zip(sentences, tags, strict=True)]


class SearchesMemory(Honest):
    """Searches the process for labels when it predicts."""

    def wrap(self, tagger, bench):
        return SearchedMemory(tagger)


class LoadsTheSuite(Honest):
    """Opens the suite by its public loader, and hides that it was refused."""

    suite: ClassVar[str] = ""

    def fit(self, bench):
        from wcabench.data.data_source import DataSource
        from wcabench.data.suites import load_suite

        with contextlib.suppress(Exception):
            suite = load_suite(self.suite)
            suite.load("en-nl", suite.data, DataSource(offline=True))
        return super().fit(bench)


class OpenedFile(Wrapper):
    file: ClassVar[str] = ""

    def predict(self, sentences, side="target"):
        with contextlib.suppress(OSError):
            Path(self.file).read_text()
        return super().predict(sentences, side)


class OpensTheTestSet(Honest):
    """Opens the test set's file when it predicts, and hides that it was refused."""

    def wrap(self, tagger, bench):
        return OpenedFile(tagger)


class Learner(Wrapper):
    """Trains on its own predictions of what it is asked to tag."""

    def predict(self, sentences, side="target"):
        with torch.inference_mode(False), torch.enable_grad():
            network = self.tagger.network
            optimiser = torch.optim.SGD(network.parameters(), lr=20.0)
            (window,) = network.table.windows(sentences[0])
            (part,) = network.encode([window.ids])
            classes = torch.full((len(sentences[0]),), len(sentences[0]) % len(network.tags))
            logits = network.logits(part.hidden[-1][window.firsts])
            torch.nn.functional.cross_entropy(logits, classes).backward()
            optimiser.step()
        return self.tagger.predict(sentences, side)


class TrainsAtTest(Honest):
    """Trains while it predicts."""

    def wrap(self, tagger, bench):
        return Learner(tagger)


class Dice(Wrapper):
    def predict(self, sentences, side="target"):
        tags = self.tagger.predict(sentences, side)
        return [["B-PER" if np.random.rand() < 0.02 else tag for tag in own] for own in tags]


class RandomTags(Honest):
    """Tags at random now and then."""

    def wrap(self, tagger, bench):
        return Dice(tagger)


class Undeclared(Honest):
    """Reads a slot that it did not declare."""

    def fit(self, bench):
        assert bench.parallel
        return super().fit(bench)


class KeepsTheBench(Honest):
    """Asks its bench for more once it was fitted."""

    def wrap(self, tagger, bench):
        class Late(Wrapper):
            def predict(self, sentences, side="target"):
                assert bench.labelled
                return super().predict(sentences, side)

        return Late(tagger)
