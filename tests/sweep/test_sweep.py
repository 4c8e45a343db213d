"""The sweep: every setting is measured, alike, and as `align` links the words."""

import dataclasses

import pytest
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.contract import SentencePair
from wcabench.measuring.word_links import PairCosts, link_words
from wcabench.nn.network import TaggingNetwork
from wcabench.sweep.gold_files import GoldSet
from wcabench.sweep.settings import Choice, Setting, check_method, coupled, default_methods
from wcabench.sweep.sweep import GoldCosts, sweep
from wcabench.transport import Coupling
from wcabench.words import GoldLinks

WORDS = tuple("the old man saw a red house in Paris today".split())  # noqa: SIM905
RECIPE = RecipeConfig(precision="fp32")


@pytest.fixture(scope="module")
def model(tiny_encoder):
    return TaggingNetwork(EncoderConfig(name=str(tiny_encoder)), RECIPE, ["O"], "cpu")


@pytest.fixture(scope="module")
def gold() -> GoldSet:
    """Each sentence is its own translation."""
    sentences = [WORDS[:4], WORDS[4:8], WORDS[1:9], WORDS]
    links = [frozenset((i, i) for i in range(len(words))) for words in sentences]
    pairs = tuple(SentencePair(words, words) for words in sentences)
    return GoldSet("own", "", pairs, tuple(GoldLinks(one, one) for one in links))


def test_identical_sentences_have_no_error_by_any_exact_coupling(gold, model):
    choice = Choice(("nearest-token", "wca-soft", "wca-hard"), epsilons=(None,))
    outcomes = sweep(gold, choice, GoldCosts(gold, model, RECIPE))
    assert len(outcomes) == 3 * 3 * (1 + 5)  # directions; the method's own layers, and 0 to 4
    upper = [
        one for one in outcomes if one.setting.layers != "0"
    ]  # the embeddings do not know a word's place
    assert {one.score.error_rate for one in upper} == {0}


def test_a_sweep_gives_the_same_twice(gold, model):
    choice = Choice(("fastalign", "wca-hard"), layers=("2",), epsilons=(0.05,))
    first, second = (sweep(gold, choice, GoldCosts(gold, model, RECIPE)) for _ in range(2))
    assert first == second and len(first) == 7 + 3


def test_fast_align_learns_from_the_text_beside_the_gold_set(gold):
    backwards = [SentencePair(pair.source, pair.source[::-1]) for pair in gold.pairs]
    links = [frozenset((i, len(one.source) - 1 - i) for i in range(len(one.source))) for one in backwards]
    alone = GoldSet("own", "", tuple(backwards), tuple(GoldLinks(one, one) for one in links))
    taught = dataclasses.replace(alone, parallel=tuple(SentencePair((w,), (w,)) for w in WORDS) * 50)
    choice = Choice(("fastalign",), directions=("intersect",))
    first, second = (sweep(one, choice, None)[0].score for one in (alone, taught))
    assert second.error_rate < first.error_rate
    assert first.sure == second.sure == sum(map(len, links))


def test_the_methods_own_setting_is_the_reference_and_comes_first(model):
    settings = coupled(Choice(("wca-hard",)), "wca-hard", depth=4)
    assert settings[0] == Setting("wca-hard", "forward", "last-4", 0.05, entropic=True)
    assert [one.reference for one in settings].count(True) == 3
    assert len(settings) == len(set(settings)) == 6 * 4 * 3
    changed = Choice(("wca-hard",), options={"wca-hard": {"epsilon": "0.02", "layers": "3"}})
    assert coupled(changed, "wca-hard", depth=4)[0].state == "layers 3, ε 0.02"


def test_the_exact_plan_is_left_out_where_the_method_has_none():
    choice = Choice(("wca-hard",), options={"wca-hard": {"marginals": "unbalanced"}})
    assert {one.epsilon for one in coupled(choice, "wca-hard", depth=4)} == {0.05, 0.1, 0.01}


def test_pairs_beyond_the_encoders_limit_are_counted(gold, tiny_encoder):
    short = RecipeConfig(precision="fp32", max_length=8)
    reader = TaggingNetwork(EncoderConfig(name=str(tiny_encoder)), short, ["O"], "cpu")
    costs = GoldCosts(gold, reader, short)
    sweep(gold, Choice(("nearest-token",)), costs)
    assert costs.cut == 2  # of 4, 4, 8 and 10 words, beside two special tokens


def test_methods_that_link_no_words_are_not_swept():
    from wcabench.errors import UserError

    assert {"fastalign", "nearest-token", "wca-soft", "wca-hard"} <= set(default_methods())
    assert "none" not in default_methods()
    with pytest.raises(UserError, match="couples no words"):
        check_method("none")


def test_a_threshold_links_all_that_share_a_tokens_mass():
    plan = torch.tensor([[0.30, 0.05, 0.0], [0.02, 0.15, 0.0], [0.01, 0.14, 0.33]])

    class Fixed:
        def couple(self, costs):
            return Coupling(
                [plan if one.shape[1] == 3 and one[0, 0, 1] == 1 else plan.mT for one in costs.by_layer]
            )

    costs = torch.zeros(1, 3, 3)
    costs[0, 0, 1] = 1
    pair = PairCosts(costs, [0, 1, 2], [0, 1, 1])  # the last two target units are one word
    (largest,), (shares,) = (link_words(Fixed(), [pair], threshold) for threshold in (None, 0.4))
    assert largest[0] == [(0, 0), (1, 1), (2, 1)]
    assert shares[0] == [(0, 0), (1, 1), (2, 1)]
    ((forward, reverse),) = link_words(Fixed(), [pair], 0.1)
    assert forward == [(0, 0), (0, 1), (1, 1), (2, 1)]
    assert reverse == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)]
