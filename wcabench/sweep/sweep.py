"""Links by every setting on a gold set, counted against its gold links."""

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
    from wcabench.nn.network import Network

Progress = Callable[[str], None]
Directions = tuple[Sequence[Iterable[Link]], Sequence[Iterable[Link]]]


@dataclass(frozen=True)
class Outcome:
    """How well one setting did on one gold set.

    Attributes:
        gold: the gold set's name.
        setting: what was tried.
        score: precision, recall and error rate, from 0 to 1.
        interval: 95% bootstrap interval of the error rate, over the sentences.
        counts: of each sentence, see `sentence_counts`. [sentences, 4]
    """

    gold: str
    setting: Setting
    score: AlignmentScore
    interval: tuple[float, float]
    counts: np.ndarray = field(compare=False, repr=False)


class GoldCosts:
    """The costs of a gold set's pairs on every hidden state, read once for all methods that couple the same units."""

    def __init__(self, gold: GoldSet, model: Network, recipe: RecipeConfig) -> None:
        self.gold = gold
        self.model = model
        self.recipe = recipe
        self._read: dict[tuple[str, bool], list[PairCosts]] = {}

    def of(self, method: JointAlignment) -> list[PairCosts]:
        """One a pair: [layers, n_s, n_t], the embeddings first."""
        from wcabench.measuring.word_links import pair_costs

        key = method.units, method.special_tokens
        if key not in self._read:
            everything = dataclasses.replace(method, layers=f"0-{self.model.depth}")
            self._read[key] = list(pair_costs(everything, self.model, self.gold.pairs, self.recipe))
        return self._read[key]

    @property
    def cut(self) -> int:
        """Pairs with words beyond the encoder's limit, which no coupling can link."""
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
    """Try all settings on a gold set.

    Args:
        gold: the sentences and their links.
        choice: methods and settings.
        costs: what the couplings read; None where there are only statistical aligners.
        progress: told what is begun.

    Raises:
        UserError: layers that the encoder does not have, options that cannot be, or eflomal is not installed.
    """
    sure, possible = [one.sure for one in gold.gold], [one.possible for one in gold.gold]
    found = [
        (setting, sentence_counts(links, sure, possible))
        for name in choice.methods
        for setting, links in _links(name, gold, choice, costs, progress)
    ]
    intervals = error_rate_intervals([counts for _, counts in found])
    return [
        Outcome(gold.name, setting, score_counts(counts.sum(0)), interval, counts)
        for (setting, counts), interval in zip(found, intervals, strict=True)
    ]


def _links(
    name: str, gold: GoldSet, choice: Choice, costs: GoldCosts | None, progress: Progress
) -> Iterator[tuple[Setting, list[Links]]]:
    """The links of all gold pairs by each setting of a method."""
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
    """The links of the first `count` pairs, the gold ones, by each setting's direction."""
    forward, reverse = directions
    for setting in settings:
        yield setting, symmetrise_corpus(forward[:count], reverse[:count], setting.direction)


def _fast_align(text: Sequence[SentencePair], choice: Choice) -> Directions:
    method = choice.method(FASTALIGN)
    corpus = encode(((one.source, one.target) for one in text), lowercase=method.lowercase)
    make_direction = trained_on(corpus, FastAlignModel(iterations=method.em_iterations))
    forward, reverse = (list(link_corpus(corpus, make_direction, way)) for way in ("forward", "reverse"))
    return forward, reverse


def _eflomal(text: Sequence[SentencePair]) -> Directions:
    from wcabench.sweep.eflomal import eflomal_links

    return eflomal_links(text)


def _couple(method: JointAlignment, setting: Setting, costs: GoldCosts) -> Directions:
    """Links of both directions by a coupling on some of the layers."""
    from wcabench.measuring.word_links import CHUNK, link_words

    layers = layer_numbers(setting.layers, costs.model.depth, f"{setting.method}.layers")
    chosen = [dataclasses.replace(one, costs=one.costs[layers]) for one in costs.of(method)]
    found = []
    for start in range(0, len(chosen), CHUNK):
        found += link_words(setting.applied(method), chosen[start : start + CHUNK], setting.threshold)
    return [forward for forward, _ in found], [reverse for _, reverse in found]
