import dataclasses

import pytest
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import UserError
from wcabench.nn.bench import NetworkBench
from wcabench.nn.layers import layer_numbers
from wcabench.nn.training_data import ClosedBenchError, UndeclaredNeedError
from wcabench.runs.inputs import training_data


def bench(data, folder, needs=("labelled",), encoder=None, **recipe):
    settings = RecipeConfig(**recipe)
    config = encoder or EncoderConfig(name=str(folder))
    return NetworkBench(training_data(data, needs, settings), config, settings, seed=1)


def test_a_method_gets_what_it_declared_and_nothing_else(tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder, {"labelled"})
    assert work.labelled == tiny_data.train
    for need in ("parallel", "target_text", "dictionary"):
        with pytest.raises(UndeclaredNeedError, match="without declaring"):
            getattr(work, need)


def test_what_a_bench_holds_has_no_target_label(tiny_data, tiny_encoder):
    listed = dataclasses.replace(tiny_data, dictionary=[("man", "man")])
    work = bench(listed, tiny_encoder, {"labelled", "parallel", "target-text", "dictionary"})
    held = [*work._data.slots.values(), work._data.selection.sentences]
    for secret in (tiny_data.target_test, tiny_data.target_dev):
        assert all(value is not secret and value != secret for value in held)


def test_a_closed_bench_hands_out_nothing_and_lets_its_data_go(tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder)
    work.close()
    for use in (lambda: work.labelled, work.network, work.pretrained, lambda: work.train(None, [])):
        with pytest.raises(ClosedBenchError):
            use()
    assert not work._data.slots


def test_the_languages_are_for_methods_that_depend_on_the_target(tiny_data, tiny_encoder):
    assert bench(tiny_data, tiny_encoder, {"target-text"}).languages == ("en", "nl")
    with pytest.raises(UndeclaredNeedError, match="languages"):
        bench(tiny_data, tiny_encoder).languages  # noqa: B018


def test_a_need_that_the_suite_cannot_meet_is_refused_and_not_met_with_nothing(tiny_data, tiny_encoder):
    with pytest.raises(UserError, match="no dictionary data for en-nl"):
        bench(tiny_data, tiny_encoder, {"labelled", "dictionary"})


def test_max_labelled_takes_the_same_sentences_for_every_seed(tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder, {"labelled"}, max_labelled=10)
    assert len(work.labelled) == 10
    assert work.labelled == bench(tiny_data, tiny_encoder, {"labelled"}, max_labelled=10).labelled
    assert set(work.labelled) <= set(bench(tiny_data, tiny_encoder, {"labelled"}, max_labelled=20).labelled)


def test_links_that_came_with_the_text_are_not_handed_out(tiny_data, tiny_encoder):
    linked = [dataclasses.replace(p, links=((0, 0),)) for p in tiny_data.parallel]
    work = bench(dataclasses.replace(tiny_data, parallel=linked), tiny_encoder, {"parallel"})
    assert all(pair.links is None for pair in work.parallel)


def test_the_same_arguments_make_the_same_head_and_the_global_generator_stays(tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = work.network(), work.network(), work.network(seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.head.linear.weight, again.head.linear.weight)
    assert not torch.equal(first.head.linear.weight, other.head.linear.weight)


def test_the_pretrained_encoder_is_one_frozen_and_without_a_head(tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder)
    network = work.pretrained()
    assert work.pretrained() is network and network.head is None
    assert not network.trained_parameters() and not network.training
    network.train()
    assert not network.encoder.training


def test_the_dev_set_that_a_rule_reads_must_exist(tiny_data, tiny_encoder):
    with pytest.raises(UserError, match="target-dev"):
        bench(dataclasses.replace(tiny_data, target_dev=[]), tiny_encoder, {"labelled"}, select="target-dev")


def test_an_encoder_is_cut_to_its_first_layers(tiny_data, tiny_encoder):
    config = EncoderConfig(name=str(tiny_encoder), layers=2)
    model = bench(tiny_data, tiny_encoder, encoder=config).network()
    (bucket,) = model.encode([[2, 5, 3]])
    assert model.depth == 2
    assert len(bucket.hidden) == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"layers": 9}, "more than the 4 layers"), ({"bidirectional": True}, "causal mask")],
)
def test_what_an_encoder_cannot_do_is_said(settings, message, tiny_data, tiny_encoder):
    config = EncoderConfig(name=str(tiny_encoder), **settings)
    with pytest.raises(UserError, match=message):
        bench(tiny_data, tiny_encoder, encoder=config).network()


def test_a_decoder_is_made_bidirectional_and_cut(tmp_path, tiny_encoder, tiny_data):
    from transformers import AutoTokenizer, Gemma3TextConfig, Gemma3TextModel

    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    config = Gemma3TextConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=4,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        pad_token_id=0,
    )
    Gemma3TextModel(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)

    def first_state(last_piece: int, bidirectional: bool) -> torch.Tensor:
        encoder = EncoderConfig(name=str(tmp_path), layers=2, bidirectional=bidirectional)
        model = bench(tiny_data, tiny_encoder, encoder=encoder).network().eval()
        (bucket,) = model.encode([[2, 7, 8, last_piece, 3]])
        return bucket.hidden[-1][1]

    assert torch.equal(first_state(9, False), first_state(10, False))
    assert not torch.allclose(first_state(9, True), first_state(10, True))


@pytest.mark.parametrize(
    ("spec", "numbers"), [("last-4", [9, 10, 11, 12]), ("6-9", [6, 7, 8, 9]), ("8", [8]), ("0,12", [0, 12])]
)
def test_layers_as_people_write_them(spec, numbers):
    assert layer_numbers(spec, 12, "layers") == numbers


@pytest.mark.parametrize(
    "spec",
    ["last-20", "13", "9-", "x", "last-0", "٣", "0-999999999999", pytest.param("9" * 5000, id="digits")],
)
def test_layers_that_are_not_there_are_refused(spec):
    with pytest.raises(UserError, match="layers"):
        layer_numbers(spec, 12, "layers")
