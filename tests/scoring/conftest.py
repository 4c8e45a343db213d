import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wcabench.scoring.counts import Counts

# Test modules are not packages, so shared modules are imported from this folder.
sys.path.append(str(Path(__file__).parent))

MakeCounts = Callable[..., list[Counts]]


@pytest.fixture(scope="session")
def make_counts() -> MakeCounts:
    """Makes counts of several seeds on one invented test set; `skill` is the probability of finding an entity."""

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
        by_seed = []
        for _ in range(n_seeds):
            tp = rng.binomial(gold, skill)
            by_seed.append(Counts(("LOC", "PER"), tp, tp + rng.poisson(0.3, gold.shape) * busy, gold))
        return by_seed

    return make
