"""The weights of an encoder: those of its files, all of them, and numbers."""

import random
import shutil

import pytest
import torch
import transformers
from encoders_by_hand import SMALL, change_json, change_weights, save_encoder, tokenizer

from wcabench.config import EncoderConfig
from wcabench.errors import UserError
from wcabench.nn.encoder import load_encoder

T5 = {"d_model": 32, "d_kv": 16, "d_ff": 48, "num_layers": 2, "num_heads": 2, "decoder_start_token_id": 1}
BART = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 1, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48}
BART |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
WITH_HEADS = [
    ("BertForMaskedLM", {}),
    ("BertForTokenClassification", {}),
    ("BertForPreTraining", {}),
    ("RobertaForMaskedLM", {}),
    ("XLMRobertaForTokenClassification", {}),
    ("DistilBertForMaskedLM", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48}),
    ("AlbertForMaskedLM", {"embedding_size": 16}),
    ("ElectraForPreTraining", {"embedding_size": 16}),
    ("DebertaV2ForMaskedLM", {"relative_attention": True, "pos_att_type": ["c2p"], "position_buckets": 16}),
    ("ModernBertForMaskedLM", {"cls_token_id": 0, "sep_token_id": 2}),
    ("Qwen2ForCausalLM", {"num_key_value_heads": 1}),
    ("T5ForConditionalGeneration", T5),
    ("T5EncoderModel", T5),
    ("MT5ForConditionalGeneration", T5),
    ("BartForConditionalGeneration", BART),
]


@pytest.fixture
def bert(tmp_path):
    return save_encoder(tmp_path / "bert")


def load(folder):
    return load_encoder(EncoderConfig(name=str(folder)))


def refusal(folder) -> str:
    with pytest.raises(UserError) as error:
        load(folder)
    line = str(error.value)
    assert line.startswith("encoder ") and line.isprintable()
    return line


def states(encoder) -> torch.Tensor:
    with torch.inference_mode():
        return encoder.eval()(torch.tensor([[0, 7, 8, 9, 2]])).last_hidden_state


@pytest.mark.parametrize(("name", "settings"), WITH_HEADS)
def test_a_checkpoint_of_a_model_with_a_head_gives_the_encoder_in_it(name, settings, tmp_path):
    cls = getattr(transformers, name)
    torch.manual_seed(1)
    pieces = tokenizer()
    model = cls(cls.config_class(**{**SMALL, "vocab_size": len(pieces), **settings})).eval()
    model.save_pretrained(tmp_path)
    pieces.save_pretrained(tmp_path)
    inner = model.get_encoder() if name.endswith(("Generation", "EncoderModel")) else model.base_model
    torch.testing.assert_close(states(load(tmp_path)), states(inner), atol=1e-6, rtol=0)


def test_an_encoder_in_shards_is_the_same(bert, tmp_path):
    folder = tmp_path / "shards"
    shutil.copytree(bert, folder)
    (folder / "model.safetensors").unlink()
    transformers.AutoModel.from_pretrained(bert).save_pretrained(folder, max_shard_size="20KB")
    assert len(list(folder.glob("*.safetensors"))) > 2
    assert torch.equal(states(load(folder)), states(load(bert)))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_read(bert, kind):
    change_weights(bert, lambda weights: {name: tensor.to(kind) for name, tensor in weights.items()})
    assert all(parameter.dtype == torch.float32 for parameter in load(bert).parameters())


def test_names_of_older_checkpoints_are_read(bert):
    before = states(load(bert))

    def older(weights):
        names = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        renamed = {}
        for name, tensor in weights.items():
            for new, old in names.items():
                name = name.replace(new, old)
            renamed[f"bert.{name}"] = tensor
        return {
            **renamed,
            "bert.embeddings.position_ids": torch.arange(66)[None],
            "cls.predictions.bias": torch.zeros(5),
        }

    change_weights(bert, older)
    assert torch.equal(states(load(bert)), before)


def test_the_pooler_alone_may_be_missing_or_left_over(bert):
    change_weights(bert, lambda weights: {n: t for n, t in weights.items() if "pooler" not in n})
    load(bert)
    change_weights(bert, lambda weights: {**weights, "pooler.extra.weight": torch.ones(2)})
    load(bert)


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        (
            "encoder.layer.1",
            "16 of its 41 weights are in no file and would be random: encoder.layer.1.attention",
        ),
        ("embeddings.LayerNorm.bias", "1 of its 41 weights are in no file and would be random: embeddings"),
        ("embeddings.word_embeddings", "embeddings.word_embeddings.weight"),
    ],
)
def test_missing_weights_are_refused_and_named(bert, gone, message):
    change_weights(bert, lambda weights: {n: t for n, t in weights.items() if not n.startswith(gone)})
    assert message in refusal(bert)


def test_weights_under_a_name_of_a_wrapper_are_refused(bert):
    change_weights(bert, lambda weights: {f"student.backbone.{n}": t for n, t in weights.items()})
    assert "would be random" in refusal(bert)


def test_missing_weights_of_the_encoder_half_are_refused_and_those_of_the_decoder_are_not(tmp_path):
    folder = save_encoder(tmp_path / "bart", "bart", **BART)
    before = states(load(folder))
    change_weights(folder, lambda weights: {n: t for n, t in weights.items() if not n.startswith("decoder.")})
    assert torch.equal(states(load(folder)), before)
    change_weights(folder, lambda weights: {n: t for n, t in weights.items() if "encoder.layers.1" not in n})
    assert "encoder.layers.1" in refusal(folder)


@pytest.mark.parametrize(
    "name",
    [
        "encoder.layer.2.output.dense.weight",
        "encoder.layer.0.attention.self.query.lora_A.weight",
        "bert.encoder.x",
    ],
)
def test_weights_without_a_place_in_the_encoder_are_refused_and_named(bert, name):
    change_weights(bert, lambda weights: {**weights, name: torch.ones(2, 2)})
    assert f"no place in the model that its config.json describes: {name}" in refusal(bert)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_are_refused_and_named(bert, value):
    def spoil(weights):
        weights["encoder.layer.1.output.dense.weight"][3, 4] = value
        return weights

    change_weights(bert, spoil)
    assert "weights that are NaN or infinite: encoder.layer.1.output.dense.weight" in refusal(bert)


def test_weights_of_integers_are_refused(bert):
    change_weights(bert, lambda weights: {n: (t * 100).to(torch.int8) for n, t in weights.items()})
    assert "holds I8, not floating-point numbers" in refusal(bert)


def test_weights_of_another_shape_are_refused_and_named(bert):
    change_json(bert / "config.json", intermediate_size=47)
    assert "of another shape than its config.json says: encoder.layer.0.intermediate.dense.bias" in refusal(
        bert
    )


def test_damaged_weights_are_refused_at_any_place(bert):
    file = bert / "model.safetensors"
    whole = file.read_bytes()
    chooser = random.Random(0)
    header = int.from_bytes(whole[:8], "little")
    cuts = [0, 1, 7, 8, 9, header, header + 8, header + 9, len(whole) - 1]
    damaged = [whole[:cut] for cut in cuts] + [whole + b"x", b"\0" * 16, b"\xff" * 64]
    for _ in range(10):
        at = chooser.randrange(8 + header)
        damaged.append(whole[:at] + bytes([whole[at] ^ 0x80]) + whole[at + 1 :])
    for content in damaged:
        file.write_bytes(content)
        assert refusal(bert)


def test_a_wrapper_in_control_characters_is_printed_as_escapes(bert):
    change_weights(bert, lambda weights: {**weights, "encoder.\x1b[31m\n": torch.ones(1)})
    assert r"encoder.\x1b[31m\n" in refusal(bert)
