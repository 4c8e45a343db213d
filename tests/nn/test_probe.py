"""One trial of an encoder before anything runs: what it is fit for, or one line that says why it is not."""

import copy
import json
import os
import random
import shutil

import pytest
import torch
import transformers
from encoders_by_hand import SMALL, change_json, change_weights, save_encoder, tokenizer
from tokenizers import normalizers
from transformers import AutoModel

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import UserError
from wcabench.nn import probe
from wcabench.nn.encoder import load_encoder, position_limit
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.piece_ids import check_pieces
from wcabench.nn.probe import open_encoder, probe_encoder

T5 = {"d_model": 32, "d_kv": 16, "d_ff": 48, "num_layers": 2, "num_heads": 2, "decoder_start_token_id": 1}
BART = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
}
DEBERTA = {
    "position_biased_input": False,
    "relative_attention": True,
    "pos_att_type": ["p2c", "c2p"],
    "position_buckets": 16,
    "norm_rel_ebd": "layer_norm",
    "share_att_key": True,
}
ONE_KEY = {"num_key_value_heads": 1, "head_dim": 16}
# Model type, tokenizer, settings; positions (RoBERTa's family counts from after its padding), and whether it is packed.
ARCHITECTURES = [
    ("bert", "WordPiece", {}, 66, True),
    ("roberta", "byte-level BPE", {}, 64, True),
    ("xlm-roberta", "Unigram with a dummy prefix", {}, 64, True),
    ("distilbert", "WordPiece", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48}, 66, True),
    ("albert", "Unigram with a dummy prefix", {"embedding_size": 16}, 66, True),
    ("electra", "WordPiece", {"embedding_size": 16}, 66, True),
    ("deberta-v2", "Unigram with a dummy prefix", DEBERTA, None, False),
    ("modernbert", "byte-level BPE", {"cls_token_id": 0, "sep_token_id": 2}, None, False),
    ("t5", "Unigram with a dummy prefix", T5, None, True),
    ("mt5", "Unigram with a dummy prefix", T5, None, True),
    ("bart", "byte-level BPE", BART, 66, False),
    ("mbart", "Unigram with a dummy prefix", BART, 66, False),
    ("gpt2", "byte-level BPE", {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 66}, 66, False),
    ("qwen2", "byte-level BPE", {"num_key_value_heads": 1}, None, False),
    ("gemma3_text", "BPE with byte fallback, no prefix", ONE_KEY, None, False),
    ("llama", "BPE with byte fallback, prefix", ONE_KEY, None, False),
]


@pytest.fixture(autouse=True)
def nothing_tried(monkeypatch):
    """As in a process of its own."""
    monkeypatch.setattr(probe, "_tried", {})


def config(folder, **settings) -> EncoderConfig:
    return EncoderConfig(name=str(folder), **settings)


def refusal(folder, max_length=40, **settings) -> str:
    """The one line that says why an encoder is refused; nothing else is written."""
    with pytest.raises(UserError) as error:
        probe_encoder(config(folder, **settings), max_length)
    line = str(error.value)
    assert line.startswith("encoder") and line.isprintable() and "Traceback" not in line
    return line


@pytest.mark.parametrize(("kind", "pieces", "settings", "positions", "packed"), ARCHITECTURES)
def test_every_architecture_is_read_packed_and_in_buckets_as_alone(
    kind, pieces, settings, positions, packed, tmp_path
):
    folder = save_encoder(tmp_path / kind, kind, tokenizer(pieces), **settings)
    found = probe_encoder(config(folder), 40)
    assert (found.layers, found.width, found.positions, found.packed) == (2, 32, positions, packed)
    model = TaggingNetwork(config(folder), RecipeConfig(max_length=40, precision="fp32"), ["O"], "cpu").eval()
    windows = [model.table.truncated(words) for words in (("the", "é", "man"), ("a", "thema", "x", "y", "z"))]
    with torch.inference_mode():
        alone = [model.encoder(torch.tensor([w.ids])).last_hidden_state[0] for w in windows]
        for encoded in (
            model.encode([w.ids for w in windows]),
            model.encode_buckets([w.ids for w in windows]),
        ):
            for part in encoded:
                for row, start in zip(part.rows, part.starts, strict=True):
                    states = part.hidden[-1][start : start + len(windows[row].ids)]
                    torch.testing.assert_close(states, alone[row], atol=1e-5, rtol=0)
    assert position_limit(model.encoder) == positions
    if positions is not None:
        with torch.inference_mode():
            model.encoder(torch.full((1, positions), 5))
            with pytest.raises((IndexError, RuntimeError)):
                model.encoder(torch.full((1, positions + 1), 5))
    cut = {"layers": 1} if kind != "albert" else {}
    assert probe_encoder(config(folder, **cut), 40).layers == cut.get("layers", 2)


def test_a_trial_is_made_once_for_an_encoder_and_length(tmp_path, monkeypatch):
    folder = save_encoder(tmp_path / "bert")
    found = probe_encoder(config(folder), 40)
    shutil.copytree(folder, tmp_path / "copy")
    loads = []
    monkeypatch.setattr(probe, "load_encoder", lambda encoder: loads.append(encoder) or load_encoder(encoder))
    assert probe_encoder(config(tmp_path / "copy"), 40) == found and not loads
    probe_encoder(config(folder, layers=1), 40)
    change_weights(folder, lambda weights: {name: tensor * 0.5 for name, tensor in weights.items()})
    probe_encoder(config(folder), 40)
    assert len(loads) == 2


def test_a_trial_leaves_the_random_numbers_and_gives_the_memory_back(tmp_path, monkeypatch):
    folder = save_encoder(tmp_path / "bert")
    loaded = []
    monkeypatch.setattr(
        probe, "load_encoder", lambda encoder: loaded.append(load_encoder(encoder)) or loaded[0]
    )
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    probe_encoder(config(folder), 40)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(parameter.device.type == "meta" for parameter in loaded[0].parameters())


def test_more_pieces_than_positions_are_refused_or_the_limit_is_what_there_is(tmp_path):
    folder = save_encoder(tmp_path / "roberta", "roberta", tokenizer("byte-level BPE"))
    assert "recipe.max_length: 65 is more than the 64 positions" in refusal(folder, 65)
    assert probe_encoder(config(folder), 64).positions == 64
    recipe = RecipeConfig(max_length=128)
    with pytest.raises(UserError, match=r"give --set recipe\.max_length=64"):
        open_encoder(config(folder), recipe, "cpu", limit_given=True)
    model = open_encoder(config(folder), recipe, "cpu", limit_given=False)
    (window,) = [model.table.truncated(("a",) * 500)]
    assert len(window.ids) in (63, 64)
    model.encoder(torch.tensor([window.ids]))


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("fnet", {}, "reads a sentence differently when another one is beside it"),
        ("canine", {}, "no table with an embedding for each piece"),
        ("vit", {"image_size": 4, "patch_size": 2}, "no table with an embedding for each piece"),
        (
            "reformer",
            {"attn_layers": ["local", "lsh"], "axial_pos_shape": [8, 8], "axial_pos_embds_dim": [16, 16]},
            "does not give a state of width 32 for each piece",
        ),
    ],
)
def test_what_reads_no_sentences_of_pieces_is_refused(kind, settings, message, tmp_path):
    assert message in refusal(save_encoder(tmp_path / kind, kind, **settings))


def test_an_encoder_that_reads_another_table_than_its_own_is_refused(tmp_path, monkeypatch):
    """A training swaps the rows of `get_input_embeddings`: where others are read, it would learn from wrong ones."""
    folder = save_encoder(tmp_path / "bert")
    own = transformers.BertModel.get_input_embeddings
    monkeypatch.setattr(transformers.BertModel, "get_input_embeddings", lambda self: copy.deepcopy(own(self)))
    assert "its states do not come from its table of embeddings alone" in refusal(folder)


def test_more_layers_cut_or_frozen_than_there_are_is_refused(tmp_path):
    folder = save_encoder(tmp_path / "bert")
    assert "encoder.layers: 3 is more than the 2 layers" in refusal(folder, layers=3)
    assert "encoder.freeze: 2 is more than the 1 layers" in refusal(folder, layers=1, freeze=2)
    albert = save_encoder(tmp_path / "albert", "albert", embedding_size=16)
    assert "found no stack of 2 transformer layers to cut" in refusal(albert, layers=1)


@pytest.mark.parametrize("token", ["an added word", "añadido"])
def test_added_tokens_without_an_embedding_are_refused(token, tmp_path):
    pieces = tokenizer()
    rows = len(pieces)
    pieces.add_tokens([token])
    folder = save_encoder(tmp_path / "added", pieces=pieces, vocab_size=rows)
    assert f"beyond the {rows} rows of the embedding table: '{token}' is {rows}" in refusal(folder)


def test_a_special_token_that_no_text_gives_needs_no_embedding(tmp_path):
    """Gemma 3 has one for images, one id beyond its table."""
    pieces = tokenizer()
    rows = len(pieces)
    pieces.add_special_tokens({"additional_special_tokens": ["<image>"]})
    folder = save_encoder(tmp_path / "image", pieces=pieces, vocab_size=rows)
    assert probe_encoder(config(folder), 40).pieces == rows
    model = open_encoder(config(folder), RecipeConfig(max_length=40), "cpu", limit_given=True)
    ids = model.table.truncated(("<image>", "<s>", "</s>")).ids
    assert max(ids) < rows and ids.count(model.table.begin) == ids.count(model.table.end) == 1


def test_a_padding_token_without_an_embedding_is_refused(tmp_path):
    pieces = tokenizer(pad=None)
    rows = len(pieces)
    pieces.add_special_tokens({"pad_token": "<another pad>"})
    folder = save_encoder(tmp_path / "pad", pieces=pieces, vocab_size=rows)
    assert f"'<another pad>' is {rows}" in refusal(folder)


@pytest.mark.parametrize(
    ("special", "around"),
    [
        ({}, (0, 2, 1)),
        ({"bos": None}, (2, 2, 1)),  # Qwen, T5: a document begins after the end of the one before
        ({"pad": None}, (0, 2, 2)),
        ({"bos": None, "pad": None, "unk": None}, (2, 2, 2)),
    ],
)
def test_a_tokenizer_may_lack_the_begin_and_padding_pieces(special, around, tmp_path):
    folder = save_encoder(tmp_path / "less", pieces=tokenizer("byte-level BPE", **special))
    probe_encoder(config(folder), 40)
    table = open_encoder(config(folder), RecipeConfig(max_length=40), "cpu", limit_given=True).table
    assert (table.begin, table.end, table.pad) == around
    assert table.pieces(("a", "\u200b"))


def test_a_tokenizer_without_an_end_piece_is_refused(tmp_path):
    folder = save_encoder(tmp_path / "endless", pieces=tokenizer(eos=None))
    assert "no piece that ends a sentence (sep_token or eos_token)" in refusal(folder)


def test_a_tokenizer_that_cuts_words_by_chance_is_refused(tmp_path):
    folder = save_encoder(tmp_path / "chance", pieces=tokenizer("byte-level BPE"))
    file = folder / "tokenizer.json"
    change_json(file, model={**json.loads(file.read_text())["model"], "dropout": 0.5})
    assert "cuts words by chance" in refusal(folder)


def test_a_tokenizer_that_is_read_otherwise_than_it_was_saved_is_refused(tmp_path):
    saved = tokenizer()
    saved.save_pretrained(tmp_path)
    guessed = copy.deepcopy(saved)
    guessed.backend_tokenizer.normalizer = normalizers.Lowercase()
    check_pieces(guessed, tmp_path)  # a file says so
    (tmp_path / "tokenizer_config.json").unlink()
    check_pieces(saved, tmp_path)
    with pytest.raises(UserError, match=r"without tokenizer_config\.json"):
        check_pieces(guessed, tmp_path)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_weights_that_give_every_piece_the_same_state_are_refused(value, tmp_path):
    folder = save_encoder(tmp_path / "blank")
    change_weights(folder, lambda weights: {k: torch.full_like(v, value) for k, v in weights.items()})
    assert "every piece the same state" in refusal(folder)
    change_weights(folder, lambda weights: {k: torch.full_like(v, float("1e30")) for k, v in weights.items()})
    for read in (
        probe_encoder,
        lambda encoder, _: open_encoder(encoder, RecipeConfig(), "cpu", limit_given=False),
    ):
        with pytest.raises(UserError, match=r"^encoder .*blank"):
            read(config(folder), 40)


@pytest.mark.parametrize(
    ("file", "values", "message"),
    [
        ("config.json", {"auto_map": {"AutoModel": "modeling.Mine"}}, "auto_map asks for code"),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["mine.T", None]}}, "auto_map asks for code"),
        ("config.json", {"attn_implementation": "someone/kernel"}, "attn_implementation asks for attention code"),
        ("config.json", {"_attn_implementation": "flash_attention_2"}, "asks for attention code"),
        ("config.json", {"text_config": {"attn_implementation": "a/b"}}, "asks for attention code"),
        ("config.json", {"quantization_config": {"quant_method": "fp8"}}, "quantization_config is not supported"),
        ("config.json", {"transformers_weights": "other.safetensors"}, "transformers_weights is not supported"),
        ("config.json", {"num_hidden_layers": 10**9}, "num_hidden_layers is 1000000000, which is out of range"),
        ("config.json", {"num_hidden_layers": 3}, "16 of its 57 weights are in no file"),
        ("config.json", {"num_hidden_layers": 1}, "16 weights of its files have no place"),
        ("config.json", {"num_hidden_layers": 0}, "bert is no text encoder"),
        ("config.json", {"num_hidden_layers": "2"}, "Field 'num_hidden_layers' expected int"),
        ("config.json", {"vocab_size": 10**12}, "describes a model of 32000"),
        ("config.json", {"vocab_size": 100}, "its tokenizer gives ids beyond the 100 rows"),
        ("config.json", {"vocab_size": 300}, "another shape than its config.json says: embeddings.word_embeddings"),
        ("config.json", {"hidden_size": None}, "hidden_size"),
        ("config.json", {"hidden_act": "no such"}, "KeyError"),
        ("config.json", {"pad_token_id": 10**6}, "cannot be loaded"),
        ("config.json", {"hidden_dropout_prob": float("nan")}, "reading a sentence of 7 pieces failed"),
        ("config.json", {"layer_norm_eps": -1e9}, "its states of an ordinary sentence are NaN or infinite"),
        ("config.json", {"chunk_size_feed_forward": 3}, "reading a sentence of 7 pieces failed"),
        ("config.json", {"type_vocab_size": 0}, "another shape"),
        ("config.json", {"model_type": "\ud800\x1b[31m"}, "cannot be loaded"),
        ("config.json", {"model_type": "no-such-model"}, "cannot be loaded"),
        ("config.json", {"is_decoder": True, "add_cross_attention": True}, "are in no file"),
        ("tokenizer_config.json", {"eos_token": 5}, "its tokenizer cannot be loaded"),
        ("tokenizer_config.json", {"model_max_length": []}, "its tokenizer cannot be loaded"),
        ("tokenizer.json", {"model": []}, "its tokenizer cannot be loaded"),
        ("tokenizer.json", {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b"]]}}, "its tokenizer"),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_one_line(file, values, message, tmp_path, capfd):
    folder = save_encoder(tmp_path / "bert", **SMALL)
    capfd.readouterr()
    change_json(folder / file, **values)
    assert message in refusal(folder)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json", "tokenizer.json"])
@pytest.mark.parametrize(
    "text", ["", "[]", "5", "null", "{", '{"a": NaN', "\xff", "[" * 100_000, '{"a": ' * 100_000]
)
def test_files_of_settings_that_are_none_are_one_line(file, text, tmp_path, capfd):
    folder = save_encoder(tmp_path / "bert", **SMALL)
    capfd.readouterr()
    (folder / file).write_text(text, encoding="latin-1")
    assert refusal(folder)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json", "tokenizer.json"])
@pytest.mark.parametrize("kind", ["bert", "qwen2"])
def test_any_value_of_any_setting_is_refused_or_works(kind, file, tmp_path, capfd):
    """A sample, seeded; what is not refused is trained on for a step."""
    chooser = random.Random(f"{kind} {file}")
    pieces = tokenizer("byte-level BPE" if kind == "qwen2" else "WordPiece")
    whole = save_encoder(tmp_path / "whole", kind, pieces, num_key_value_heads=1 if kind == "qwen2" else None)
    table = json.loads((whole / file).read_text())
    values = [
        None,
        True,
        -1,
        0,
        7,
        10**7,
        10**30,
        0.5,
        float("nan"),
        "",
        "text",
        "\ud800\n\x1b[0m",
        [],
        [1],
        {},
    ]
    for number in range(int(os.environ.get("WCABENCH_MUTATIONS", "25"))):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        key = chooser.choice(sorted(table))
        inner = table[key] if isinstance(table[key], dict) and chooser.random() < 0.7 else None
        value = chooser.choice(values)
        if inner:
            value = {**inner, chooser.choice(sorted(inner)): value}
        change_json(folder / file, **{key: value})
        capfd.readouterr()
        try:
            probe_encoder(config(folder), 40)
        except UserError as error:
            assert str(error).isprintable(), (key, value)
        else:
            _train_a_step(folder)
        assert capfd.readouterr() == ("", ""), (key, value)


def _train_a_step(folder) -> None:
    model = TaggingNetwork(
        config(folder), RecipeConfig(max_length=40, precision="fp32"), ["O"], "cpu"
    ).train()
    ids = [model.table.truncated(words).ids for words in (("the", "Ж", "\u200b"), ("</s>", "a", "b", "c"))]
    loss = torch.stack([model.logits(part.hidden[-1]).square().mean() for part in model.encode(ids)]).sum()
    loss.backward()
    assert torch.isfinite(loss)


def test_a_decoder_may_be_made_bidirectional_and_packed(tmp_path):
    folder = save_encoder(
        tmp_path / "gemma", "gemma3_text", tokenizer("BPE with byte fallback, no prefix"), **ONE_KEY
    )
    assert not probe_encoder(config(folder), 40).packed
    assert probe_encoder(config(folder, bidirectional=True), 40).layers == 2
    bert = save_encoder(tmp_path / "bert")
    assert "no causal mask that can be lifted" in refusal(bert, bidirectional=True)


def test_a_causal_encoder_sees_nothing_of_the_padding(tmp_path):
    folder = save_encoder(tmp_path / "qwen2", "qwen2", tokenizer("byte-level BPE"), num_key_value_heads=1)
    assert AutoModel.from_pretrained(folder).config.model_type == "qwen2"
    assert probe_encoder(config(folder), 40).positions is None
