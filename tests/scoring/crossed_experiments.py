"""Simulated experiments with seeds crossed with sentences, whose true difference is known."""

from dataclasses import dataclass

import numpy as np

from wcabench.scoring.counts import Counts

Methods = tuple[list[Counts], list[Counts]]


@dataclass(frozen=True)
class Design:
    """Spread of the log-odds of finding an entity; F1 is near 70, and 0.05 between seeds is about 0.9 points.

    The expected difference of two methods with equal `skill` is 0, because they are exchangeable.
    """

    between_seeds: float  # spread between seeds, independent for each method
    between_sentences: float  # spread of the sentences' difficulty that is independent for each method
    skill: tuple[float, float] = (0.6, 0.6)
    difficulty: float = 1.0  # spread of the sentences' difficulty that both methods share
    n_seeds: int = 5
    n_sentences: int = 1000

    def draw(self, rng: np.random.Generator) -> Methods:
        """Simulate one experiment with new sentences and new seeds."""
        gold = rng.poisson(1.2, self.n_sentences) * (rng.random(self.n_sentences) < 0.8)
        shared = self.difficulty * rng.standard_normal(self.n_sentences)
        a, b = (self._method(rng, gold, shared, skill) for skill in self.skill)
        return a, b

    def _method(
        self, rng: np.random.Generator, gold: np.ndarray, shared: np.ndarray, skill: float
    ) -> list[Counts]:
        own = self.between_sentences * rng.standard_normal(self.n_sentences)
        seeds = self.between_seeds * rng.standard_normal((self.n_seeds, 1))
        probability = 1 / (1 + np.exp(-(skill + shared + own + seeds)))
        tp = rng.binomial(gold, probability)
        wrong = rng.binomial(gold + 1, 0.4 * (1 - probability))
        return [
            Counts(("PER",), hits[:, None], (hits + errors)[:, None], gold[:, None])
            for hits, errors in zip(tp, wrong, strict=True)
        ]


# The models are equal, and the methods find different sentences hard: the null of approximate randomisation.
EQUAL_MODELS = Design(between_seeds=0.0, between_sentences=0.5)
# Seeds spread by about 0.9 points of F1, as published ones do (0.2 to 0.8) and a little more.
USUAL_SEEDS = Design(between_seeds=0.05, between_sentences=0.5)
# Seeds spread by about 5 points: nearly all the variance is between five seeds.
WILD_SEEDS = Design(between_seeds=0.3, between_sentences=0.5)
# Both methods find the same sentences hard, so only seeds make them differ: the null of the sign-flip test.
ONLY_SEEDS = Design(between_seeds=0.1, between_sentences=0.0)


def differences(methods: Methods) -> np.ndarray:
    """F1 of the first method minus F1 of the second, by seed."""
    return np.array([a.f1 - b.f1 for a, b in zip(*methods, strict=True)])


def covers(low: float, high: float, truth: float = 0.0) -> bool:
    return low <= truth <= high
