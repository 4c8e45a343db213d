"""Scoring of the packaged corpus, all languages, with predictions in which one tag of twelve is changed to O."""

import numpy as np
import pytest
from interleaving import compare, cpu_seconds
from real_costs import LANGUAGES, mini_data

from wcabench.scoring.bootstrap import resample_difference
from wcabench.scoring.scorer import STRICT

pytestmark = pytest.mark.benchmark(timer=cpu_seconds)
TYPES = ("LOC", "MISC", "ORG", "PER")
TAGS = ("O", *(f"{prefix}-{kind}" for kind in TYPES for prefix in "BI"))


@pytest.fixture(scope="session")
def tags() -> tuple[list[list[str]], list[list[str]]]:
    """Gold and predicted tags."""
    rng = np.random.default_rng(0)
    data = [mini_data(language) for language in LANGUAGES]
    sentences = [*data[0].train, *(s for pair in data for s in pair.target_test + pair.target_dev)]
    gold = [list(sentence.tags) for sentence in sentences]
    return gold, [[tag if rng.random() > 1 / 12 else "O" for tag in tags] for tags in gold]


def flat_ids(sentences: list[list[str]]) -> np.ndarray:
    return np.array([TAGS.index(tag) for sentence in sentences for tag in sentence])


def f1(gold: list[list[str]], predicted: list[list[str]]) -> float:
    return STRICT.count(gold, predicted, TYPES).f1


@pytest.mark.parametrize("given", ["strings", "ids"])
def test_counting_beside_seqeval(benchmark, tags, given):
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    def theirs() -> float:
        return f1_score(*tags, mode="strict", scheme=IOB2, average="micro")

    ids, lengths = [flat_ids(side) for side in tags], np.array([len(sentence) for sentence in tags[0]])
    ours = {"strings": lambda: f1(*tags), "ids": lambda: STRICT.count_ids(*ids, lengths, TYPES).f1}[given]
    assert ours() == pytest.approx(100 * theirs())
    compare(benchmark, f"F1 from {given}", "seqeval, strict", ours, theirs, note="the same F1")


def test_counting_beside_nervaluate(benchmark, tags):
    nervaluate = pytest.importorskip("nervaluate")

    def theirs() -> object:
        return nervaluate.Evaluator(*tags, tags=list(TYPES), loader="list").evaluate()

    compare(
        benchmark, "F1 from strings", "nervaluate", lambda: f1(*tags), theirs,
        note="which scores in four ways at once",
    )  # fmt: skip


def test_the_bootstrap_beside_a_resample_by_seqeval(benchmark, tags):
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    gold, predicted = tags
    a, b = (STRICT.count(gold, side, TYPES) for side in (predicted, gold))
    drawn = np.random.default_rng(1).integers(len(gold), size=len(gold))

    def theirs() -> float:
        tags_a, tags_b, right = ([side[i] for i in drawn] for side in (predicted, gold, gold))
        options = {"mode": "strict", "scheme": IOB2, "average": "micro"}
        return f1_score(right, tags_a, **options) - f1_score(right, tags_b, **options)

    compare(
        benchmark, "10,000 resamples of two methods", "seqeval, one resample",
        lambda: resample_difference([a], [b], 10_000).interval(), theirs,
        note="the ratio of as many resamples is 10,000 times this",
    )  # fmt: skip
