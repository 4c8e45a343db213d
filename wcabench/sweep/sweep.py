"""Links the words of a gold set by every setting, and scores the links."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wcabench.contract import SentencePair
from wcabench.nn.layers import layer_numbers
from wcabench.sweep.gold_files import GoldSet
from wcabench.sweep.settings import FASTALIGN, STATISTICAL, Choice, Setting, by_plan, coupled, statistical
from wcabench.words import FastAlignModel, Link, Links, symmetrise_corpus
from wcabench.words.aligner import link_corpus, trained_on
from wcabench.words.alignment_error_rate import (
    AlignmentScore,
    error_rate_intervals,
    score_counts,
    sentence_counts,
)
from wcabench.words.corpus import encode

if TYPE_CHECKING:
    from wcabench.config import RecipeConfig
    from wcabench.measuring.word_links import PairCosts
    from wcabench.nn.alignment import JointAlignment
    from wcabench.nn.network import TaggingNetwork

Progress = Callable[[str], None]
Directions = tuple[Sequence[Iterable[Link]], Sequence[Iterable[Link]]]


@dataclass(frozen=True)
class Outcome:
    """The score of one setting on one gold set.

    Attributes:
        gold: the gold set's name.
        setting: the setting.
        score: precision, recall and error rate, from 0 to 1.
        interval: 95% bootstrap interval of the error rate, over sentences.
        counts: the counts of each sentence; see `sentence_counts`. [sentences, 4]
    """

    gold: str
    setting: Setting
    score: AlignmentScore
    interval: tuple[float, float]
    counts: np.ndarray = field(compare=False, repr=False)


class GoldCosts:
    """The costs of a gold set's pairs on all hidden states, computed once for methods that couple the same units."""

    def __init__(self, gold: GoldSet, model: TaggingNetwork, recipe: RecipeConfig) -> None:
        self.gold = gold
        self.model = model
        self.recipe = recipe
        self._read: dict[tuple[str, bool], list[PairCosts]] = {}

    def of(self, method: JointAlignment) -> list[PairCosts]:
        """Return the costs of each pair for the method's units, [layers, n_s, n_t], embeddings first."""
        from wcabench.measuring.word_links import pair_costs

        key = method.units, method.special_tokens
        if key not in self._read:
            everything = dataclasses.replace(method, layers=f"0-{self.model.depth}")
            self._read[key] = list(pair_costs(everything, self.model, self.gold.pairs, self.recipe))
        return self._read[key]

    @property
    def cut(self) -> int:
        """Number of pairs with words beyond the length limit, which no coupling can link."""
        read = next(iter(self._read.values()), [])
        return sum(
            _words(costs.source) < len(pair.source) or _words(costs.target) < len(pair.target)
            for costs, pair in zip(read, self.gold.pairs, strict=False)
        )


def _words(units: Sequence[int | None]) -> int:
    return 1 + max((word for word in units if word is not None), default=-1)


def sweep(
    gold: GoldSet, choice: Choice, costs: GoldCosts | None, progress: Progress = lambda _: None
) -> list[Outcome]:
    """Score all settings on a gold set.

    Args:
        gold: the sentences and their gold links.
        choice: the methods and settings.
        costs: the costs for couplings; None if there are only statistical aligners.
        progress: called with one line when a method begins.

    Raises:
        UserError: the encoder lacks a layer, an option is invalid, or eflomal is not installed.
    """
    sure, possible = [links.sure for links in gold.gold], [links.possible for links in gold.gold]
    counted = [
        (setting, sentence_counts(links, sure, possible))
        for name in choice.methods
        for setting, links in _links(name, gold, choice, costs, progress)
    ]
    intervals = error_rate_intervals([counts for _, counts in counted])
    return [
        Outcome(gold.name, setting, score_counts(counts.sum(0)), interval, counts)
        for (setting, counts), interval in zip(counted, intervals, strict=True)
    ]


def _links(
    name: str, gold: GoldSet, choice: Choice, costs: GoldCosts | None, progress: Progress
) -> Iterator[tuple[Setting, list[Links]]]:
    """Yield the links of all gold pairs by each setting of a method."""
    if name in STATISTICAL:
        text = [*gold.pairs, *gold.parallel]
        progress(f"{gold.name}: {name} learns from {len(text):,} pairs")
        directions = _fast_align(text, choice) if name == FASTALIGN else _eflomal(text)
        yield from _symmetrised(directions, statistical(choice, name), len(gold.pairs))
        return
    assert costs is not None, f"{name} reads an encoder"
    progress(f"{gold.name}: {name} couples {len(gold.pairs):,} pairs")
    for settings in by_plan(coupled(choice, name, costs.model.depth)):
        directions = _couple(choice.method(name), settings[0], costs)
        yield from _symmetrised(directions, settings, len(gold.pairs))


def _symmetrised(
    directions: Directions, settings: Sequence[Setting], count: int
) -> Iterator[tuple[Setting, list[Links]]]:
    """Yield the links of the first `count` pairs (the gold pairs) by each setting's direction."""
    forward, reverse = directions
    for setting in settings:
        yield setting, symmetrise_corpus(forward[:count], reverse[:count], setting.direction)


def _fast_align(text: Sequence[SentencePair], choice: Choice) -> Directions:
    method = choice.method(FASTALIGN)
    corpus = encode(((pair.source, pair.target) for pair in text), lowercase=method.lowercase)
    make_direction = trained_on(corpus, FastAlignModel(iterations=method.em_iterations))
    forward, reverse = (list(link_corpus(corpus, make_direction, way)) for way in ("forward", "reverse"))
    return forward, reverse


def _eflomal(text: Sequence[SentencePair]) -> Directions:
    from wcabench.sweep.eflomal import eflomal_links

    return eflomal_links(text)


def _couple(method: JointAlignment, setting: Setting, costs: GoldCosts) -> Directions:
    """Return forward and reverse links by a coupling on the setting's layers."""
    from wcabench.measuring.word_links import CHUNK, link_words

    layers = layer_numbers(setting.layers, costs.model.depth, f"{setting.method}.layers")
    chosen = [dataclasses.replace(pair, costs=pair.costs[layers]) for pair in costs.of(method)]
    links: list[tuple[Iterable[Link], Iterable[Link]]] = []
    for start in range(0, len(chosen), CHUNK):
        links += link_words(setting.applied(method), chosen[start : start + CHUNK], setting.threshold)
    return [forward for forward, _ in links], [reverse for _, reverse in links]
