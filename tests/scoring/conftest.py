import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wcabench.scoring.counts import Counts

# Test modules are no packages, so what they share is found by its folder.
sys.path.append(str(Path(__file__).parent))

MakeCounts = Callable[..., list[Counts]]


@pytest.fixture(scope="session")
def make_counts() -> MakeCounts:
    """Counts of several seeds on one made-up test set: `skill` is the chance of finding an entity."""

    def make(
        n_sentences: int,
        n_seeds: int,
        *,
        skill: float = 0.6,
        empty: float = 0.4,
        seed: int = 0,
        test_set: int = 0,
    ) -> list[Counts]:
        gold_rng, rng = np.random.default_rng(test_set), np.random.default_rng(seed)
        busy = gold_rng.random((n_sentences, 1)) >= empty
        gold = gold_rng.poisson(0.8, (n_sentences, 2)) * busy
        made = []
        for _ in range(n_seeds):
            tp = rng.binomial(gold, skill)
            made.append(Counts(("LOC", "PER"), tp, tp + rng.poisson(0.3, gold.shape) * busy, gold))
        return made

    return make
