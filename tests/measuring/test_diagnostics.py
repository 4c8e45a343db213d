"""The diagnostics of trained methods: against loops, on cases whose answer is known, and what they say is absent."""

import dataclasses
import math
from typing import ClassVar

import pytest
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.contract import SentencePair
from wcabench.measuring.diagnostic_names import (
    ABSENT,
    NO_COUPLING,
    NO_GOLD,
    NO_TAGS,
    OF_COUPLING,
    OF_ENTITIES,
    OF_GOLD,
    OF_STATES,
)
from wcabench.measuring.diagnostics import GOLD_PAIRS, gold_pairs, measure
from wcabench.measuring.sentence_states import SentenceStates
from wcabench.measuring.word_links import coupled_words
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.randomness import Streams
from wcabench.registry import MethodInfo, find
from wcabench.transport import Coupling, harden_columns

RECIPE = RecipeConfig(max_length=48, precision="fp32")
COUPLED = ["nearest-token", "fastalign", "wca-soft", "wca-hard"]


def made(name, **options):
    return find(name).load()(**options)


@pytest.fixture
def model(tiny_encoder):
    torch.manual_seed(1)
    return TaggingNetwork(EncoderConfig(name=str(tiny_encoder)), RECIPE, ["O"], "cpu").eval()


@pytest.fixture(scope="session")
def gold_data(tiny_data):
    """The test sets, translated word by word, so that word i is linked with word i."""
    aligned = tuple(
        SentencePair(one.words, other.words, tuple((i, i) for i in range(len(one.words))))
        for one, other in zip(tiny_data.source_test, tiny_data.target_test, strict=True)
    )
    return dataclasses.replace(tiny_data, aligned=aligned)


@pytest.fixture(scope="session")
def same_language(gold_data):
    """Each sentence is its own translation."""
    twice = [
        SentencePair(pair.source, pair.source, tuple((i, i) for i in range(len(pair.source))))
        for pair in gold_data.aligned
    ]
    return dataclasses.replace(
        gold_data, aligned=tuple(twice), parallel=twice, target_test=gold_data.source_test
    )


def measured(name, model, data, **options):
    method = made(name, **options)
    if isinstance(method, JointAlignment):
        method.prepare(data.parallel)
    return measure(method, model, data.parallel, data)


@pytest.mark.parametrize("name", COUPLED)
def test_a_coupling_gets_every_number_each_within_its_range(name, model, gold_data):
    found = measured(name, model, gold_data)
    assert set(found) == {*OF_STATES, *OF_COUPLING, *OF_GOLD, *OF_ENTITIES}
    for share in ("source_reached", "fast_align_agreement", *OF_GOLD, *OF_ENTITIES, "plan_entropy_relative"):
        assert 0 <= found[share] <= 1
    assert -1 <= found["cosine_within_sentence"] <= 1
    assert 0 <= found["plan_entropy"] <= math.log(RECIPE.max_length)
    assert 0 <= found["source_marginal_error"] <= 2 and 0 <= found["target_marginal_error"] <= 2


@pytest.mark.parametrize("name", ["nearest-token", "wca-soft", "wca-hard"])
def test_a_sentence_is_linked_with_itself_word_by_word(name, model, same_language):
    found = measured(name, model, same_language, **({} if name == "nearest-token" else {"epsilon": 0.001}))
    assert (found["alignment_error_rate"], found["entities_exact"]) == (0, 1)
    assert found["entities_lost"] == found["entities_split"] == found["entities_merged"] == 0
    assert found["source_reached"] == 1 and found["largest_fan_in"] == 1


def test_the_statistical_aligner_agrees_with_itself(model, gold_data):
    found = measured("fastalign", model, gold_data)
    assert found["fast_align_agreement"] == 1
    assert found["plan_entropy"] == 0 and found["largest_fan_in"] == 1  # an intersection is one to one


def test_partners_of_equal_weight_are_all_linked_and_pieces_link_their_words(model):
    model.table.add([("zag", "huiszag"), ("house", "saw")])
    source, target = model.table.truncated(("house", "saw")), model.table.truncated(("zag", "huiszag"))
    words = made("nearest-token", units="words")
    assert coupled_words(words, torch.tensor([[0.2, 0.0], [0.2, 0.0]]), source, target) == [(0, 0), (1, 0)]
    pieces = made("nearest-token")
    assert len(source.ids) - 2 == 2 and len(target.ids) - 2 > 3  # the second target word has several pieces
    plan = torch.zeros(2, len(target.ids) - 2)
    plan[0, 0], plan[0, 2], plan[1, 3] = 0.5, 0.2, 0.1
    assert coupled_words(pieces, plan, source, target) == [(0, 0), (0, 1), (1, 1)]


def test_what_the_gold_links_say_is_all_that_changes_with_them(model, gold_data):
    wrong = tuple(dataclasses.replace(pair, links=((0, 0),)) for pair in gold_data.aligned)
    one = measured("wca-hard", model, gold_data)
    other = measured("wca-hard", model, dataclasses.replace(gold_data, aligned=wrong))
    assert {name for name in one if one[name] != other[name]} == {"alignment_error_rate"}


def test_a_method_without_coupling_gets_the_collapse_alone_and_the_same_one(model, gold_data):
    found = measured("none", model, gold_data)
    assert found.pop(ABSENT) == {"coupling": NO_COUPLING}
    assert found == {
        name: measured("wca-hard", model, gold_data)[name] for name in ("cosine_within_sentence",)
    }


def test_without_gold_links_or_tags_it_is_said_what_is_absent(model, tiny_data, gold_data):
    found = measured("nearest-token", model, tiny_data)
    assert found.pop(ABSENT) == {"gold": NO_GOLD} and set(found) == {*OF_STATES, *OF_COUPLING}
    untagged = dataclasses.replace(
        gold_data, aligned=(SentencePair(("the", "dogs"), ("de", "honden"), ((0, 0), (1, 1))),)
    )
    found = measured("nearest-token", model, untagged)
    assert found.pop(ABSENT) == {"entities": NO_TAGS} and set(found) == {*OF_STATES, *OF_COUPLING, *OF_GOLD}


def test_gold_pairs_have_their_tags_from_the_tagged_sentences_of_both_sides(gold_data):
    pairs = gold_pairs(gold_data)
    assert len(pairs) == min(GOLD_PAIRS, len(gold_data.aligned))
    assert all(pair.entities is not None for pair in pairs)
    source_only = dataclasses.replace(gold_data, target_test=[], target_dev=[])
    assert all(pair.entities is None for pair in gold_pairs(source_only))


def test_words_beyond_the_limit_are_no_links_and_no_error(tiny_encoder, gold_data):
    short = dataclasses.replace(RECIPE, max_length=8)
    model = TaggingNetwork(EncoderConfig(name=str(tiny_encoder)), short, ["O"], "cpu").eval()
    for name in COUPLED:
        assert measured(name, model, gold_data)["alignment_error_rate"] > 0.2


@pytest.mark.parametrize(
    "options", [{}, {"units": "words"}, {"special_tokens": True}, {"layers": "0-2"}, {"layers": "3"}]
)
def test_states_are_those_that_the_training_couples(options, model, tiny_data):
    method, pairs = made("nearest-token", **options), tiny_data.parallel[:5]
    loss = AlignmentLoss(method, pairs, model, RECIPE, Streams(0))
    source, target = loss.states(model, [0, 1, 2, 3, 4])
    states = SentenceStates(model, [words for pair in pairs for words in (pair.source, pair.target)])
    for pair, one, other in zip(pairs, source, target, strict=True):
        torch.testing.assert_close(states.units(pair.source, method), one.detach(), atol=1e-5, rtol=0)
        torch.testing.assert_close(states.units(pair.target, method), other.detach(), atol=1e-5, rtol=0)


def test_the_mean_cosine_is_that_of_all_pairs_of_different_tokens(model, tiny_data):
    words = tiny_data.source_test[0].words
    states = SentenceStates(model, [words, ("a",)])
    vectors = states.units(words, made("nearest-token", layers="4"))[0].tolist()
    cosines = [
        sum(a * b for a, b in zip(one, other, strict=True))
        for i, one in enumerate(vectors)
        for j, other in enumerate(vectors)
        if i != j
    ]
    assert states.mean_cosine(words) == pytest.approx(sum(cosines) / len(cosines), abs=1e-5)
    assert states.mean_cosine(("a",)) is None


def test_a_model_is_left_as_it_was(model, gold_data):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    model.precision = "bf16"
    measured("wca-hard", model, gold_data)
    assert (model.training, model.precision) == (True, "bf16")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_precision_of_the_training_does_not_matter(model, gold_data):
    once = measured("wca-hard", model, gold_data)
    model.precision = "bf16"
    assert measured("wca-hard", model, gold_data) == once


@dataclasses.dataclass(frozen=True)
class ByHeart(JointAlignment):
    """Knows each pair by its number in the text that it was prepared with, as a third party's coupling may."""

    info: ClassVar[MethodInfo] = MethodInfo("by-heart", "nobody 2020", {"labelled", "parallel"})
    texts: list = dataclasses.field(default_factory=list, init=False, compare=False)

    def prepare(self, pairs):
        assert all(pair.links is None for pair in pairs)
        self.texts[:] = pairs

    def couple(self, costs):
        plans = []
        for cost, number in zip(costs.by_layer, costs.pairs, strict=True):
            pair = self.texts[number]
            assert cost.shape[1:] == (len(pair.source), len(pair.target))
            plans.append(torch.eye(*cost.shape[1:]) / cost.shape[2])
        return Coupling(plans)


def test_a_coupling_that_is_prepared_offline_is_prepared_anew_for_the_gold_pairs_without_their_links(
    model, gold_data
):
    method = ByHeart(units="words")
    method.prepare(gold_data.parallel)
    found = measure(method, model, gold_data.parallel, gold_data)
    assert (found["alignment_error_rate"], found["entities_exact"]) == (0, 1)
    assert len(method.texts) == len(gold_data.parallel)


@dataclasses.dataclass(frozen=True)
class ByLayer(JointAlignment):
    """A plan for each layer, and another option of the base class than the built-in methods have."""

    info: ClassVar[MethodInfo] = MethodInfo("by-layer", "nobody 2020", {"labelled", "parallel"})

    def couple(self, costs):
        return Coupling([torch.stack(harden_columns(list(-cost))) for cost in costs.by_layer])


def test_a_third_party_s_plan_by_layer_is_averaged(model, gold_data):
    found = measure(ByLayer(), model, gold_data.parallel, gold_data)
    assert set(found) == {*OF_STATES, *OF_COUPLING, *OF_GOLD, *OF_ENTITIES}
    assert found["target_marginal_error"] == pytest.approx(0, abs=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("name", COUPLED)
def test_the_gpu_measures_what_the_processor_does(name, tiny_encoder, model, gold_data):
    torch.manual_seed(1)
    there = TaggingNetwork(EncoderConfig(name=str(tiny_encoder)), RECIPE, ["O"], "cuda").eval()
    there.load_state_dict(model.state_dict())
    assert measured(name, there, gold_data) == pytest.approx(measured(name, model, gold_data), abs=2e-2)
