"""An encoder's identity is the content of the files that decide ids and states: all of them, and no others."""

import ast
import json
import os
import shutil
from pathlib import Path

import pytest
import transformers
from encoders_by_hand import change_json, save_encoder
from transformers import AutoModel

from wcabench.config import EncoderConfig
from wcabench.errors import UserError
from wcabench.nn.encoder_files import TOKENIZER_SETTINGS, VOCABULARIES, identifying_files
from wcabench.nn.identity import encoder_identity, encoder_name, encoder_status, is_local

COMMIT = "0123456789" * 4
DECIDING = [
    "config.json",
    "tokenizer.json",
    "tokenizer.4.0.json",
    "tokenizer_config.json",
    "added_tokens.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "vocab-src.json",
    "merges.txt",
    "bpe.codes",
    "spiece.model",
    "sentencepiece.bpe.model",
    "source.spm",
    "tiktoken.model",
    "tekken.json",
    "model.safetensors",
]
IDLE = [
    "README.md",
    ".gitattributes",
    "LICENSE",
    "generation_config.json",
    "training_args.bin",
    "optimizer.pt",
    "optimizer.safetensors",
    "trainer_state.json",
    "pytorch_model.bin",
    "model.onnx",
    "onnx/model.onnx",
    "onnx/config.json",
    "flax_model.msgpack",
    "chat_template.jinja",
    "log.jsonl",
]


def identity(folder: Path) -> str:
    return encoder_identity(EncoderConfig(name=str(folder)))


@pytest.fixture
def folder(tiny_encoder, tmp_path) -> Path:
    """A copy with a file for each name."""
    copy = tmp_path / "copy"
    shutil.copytree(tiny_encoder, copy)
    for name in (*DECIDING, *IDLE):
        (copy / name).parent.mkdir(exist_ok=True)
        if not (copy / name).exists():
            (copy / name).write_text("{}")
    return copy


@pytest.fixture
def sharded(tmp_path) -> Path:
    """An encoder whose weights are in several files."""
    whole = save_encoder(tmp_path / "whole")
    folder = tmp_path / "sharded"
    shutil.copytree(whole, folder)
    (folder / "model.safetensors").unlink()
    AutoModel.from_pretrained(whole).save_pretrained(folder, max_shard_size="20KB")
    return folder


@pytest.mark.parametrize("name", DECIDING)
def test_a_change_of_any_file_that_decides_ids_or_states_is_another_encoder(folder, name):
    before, content = identity(folder), (folder / name).read_bytes()
    (folder / name).write_bytes(content + b" ")
    assert identity(folder) != before
    (folder / name).write_bytes(content)
    assert identity(folder) == before
    (folder / name).rename(folder / "README.txt")
    if name in ("config.json", "model.safetensors"):
        with pytest.raises(UserError, match=r"no config\.json|no weights"):
            identity(folder)
    else:
        assert identity(folder) != before


def test_a_file_that_decides_nothing_may_change_come_and_go(folder):
    before = identity(folder)
    for name in IDLE:
        (folder / name).write_text("another")
        assert identity(folder) == before, name
        (folder / name).unlink()
        assert identity(folder) == before, name


def test_identity_is_the_content_and_not_the_place(tiny_encoder, tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(tiny_encoder, copy)
    assert identity(tiny_encoder) == identity(copy)
    assert identity(copy).startswith("sha256:")
    assert encoder_name(EncoderConfig(name=f"{copy}/")) == "elsewhere"
    assert encoder_status(EncoderConfig(name=str(copy)), offline=True) == "local folder"


def test_the_files_of_every_tokenizer_of_transformers_are_known(tmp_path):
    names = set()
    for file in Path(transformers.__file__).parent.glob("models/*/tokenization_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).lower() == "vocab_files_names":
                names |= {part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)}
    names = {name for name in names if isinstance(name, str) and "." in name and "/" not in name}
    assert {"vocab.txt", "target.spm", "prophetnet.tokenizer"} < names
    for name in ("config.json", "model.safetensors", *names):
        (tmp_path / name).write_text("{}")
    assert names <= {file.name for file in identifying_files(tmp_path)}
    assert not any(pattern in ("*", "*.json") for pattern in VOCABULARIES + TOKENIZER_SETTINGS)


def test_a_change_while_the_process_runs_is_seen(folder):
    before = identity(folder)
    facts = (folder / "vocab.txt").stat()
    (folder / "vocab.txt").write_text("[]")  # of the same length
    os.utime(folder / "vocab.txt", ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    assert identity(folder) != before


def test_each_shard_and_their_index_decide(sharded):
    seen = {identity(sharded)}
    files = sorted(sharded.glob("model*"))
    assert len(files) > 3
    for file in files:
        whole = file.read_bytes()
        file.write_bytes(whole + b" ")
        seen.add(identity(sharded))
        file.write_bytes(whole)
    assert len(seen) == 1 + len(files)
    (sharded / "model-of-another.safetensors").write_bytes(b"not in the index")
    assert identity(sharded) in seen


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": "../elsewhere/model.safetensors"}, "does not say in which file"),
        ({"a": 5}, "does not say in which file"),
        ({}, "does not say in which file"),
        ([], "does not say in which file"),
        ({"a": "model-00009-of-00009.safetensors"}, "model-00009-of-00009.safetensors is missing"),
    ],
)
def test_an_index_that_names_no_file_of_the_folder_is_refused(sharded, table, message):
    change_json(sharded / "model.safetensors.index.json", weight_map=table)
    with pytest.raises(UserError, match=message):
        identity(sharded)


def test_a_missing_shard_is_named(sharded):
    shard = sorted(sharded.glob("model-*"))[1]
    shard.unlink()
    with pytest.raises(UserError, match=f"{shard.name} is missing"):
        identity(sharded)


def test_an_encoder_folder_without_weights_is_refused(tiny_encoder, tmp_path):
    for file in tiny_encoder.iterdir():
        if file.suffix != ".safetensors":
            shutil.copy(file, tmp_path)
    with pytest.raises(UserError, match="no weights"):
        identity(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle")
    with pytest.raises(UserError, match="pickled weights are never loaded"):
        identity(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        identity(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["adapter_config.json", "shard-00001-model-00001-of-00002.safetensors"])
def test_weights_that_are_only_a_part_are_refused(folder, name):
    (folder / name).write_text("{}")
    with pytest.raises(UserError, match="adapters and distributed checkpoints are not read"):
        identity(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(UserError, match=f"{name}: is no regular file"):
        identity(folder)


def test_a_hub_id_is_its_commit():
    assert encoder_identity(EncoderConfig(name="owner/name", revision=COMMIT)) == f"hub:owner/name@{COMMIT}"


@pytest.mark.parametrize(
    "revision", [None, "main", "v1.0", "refs/pr/1", COMMIT[:12], COMMIT + "0", COMMIT[:-1] + "g"]
)
def test_a_hub_id_needs_a_commit_for_a_branch_moves(revision):
    with pytest.raises(UserError, match="pin one with --encoder ID@COMMIT"):
        encoder_identity(EncoderConfig(name="owner/name", revision=revision))


@pytest.mark.parametrize("name", ["owner name", "owner/na me", "a\nb", "é/è", "owner//"])
def test_what_can_be_neither_folder_nor_hub_id_is_said(name):
    with pytest.raises(UserError, match=r"no folder here, and no hub id|no such folder"):
        encoder_identity(EncoderConfig(name=name, revision=COMMIT))


@pytest.mark.parametrize("name", ["~nobody-of-that-name/x", "a\0b", "/a\0b"])
def test_what_can_be_no_path_is_said_in_one_line(name):
    with pytest.raises(UserError, match="encoder "):
        encoder_identity(EncoderConfig(name=name))


def test_a_folder_with_the_name_of_a_hub_id_is_used_and_said_to_be(tiny_encoder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_encoder, "nobody/nothing")
    assert is_local("nobody/nothing")
    assert identity(Path("nobody/nothing")) == identity(tiny_encoder)
    with pytest.raises(
        UserError, match=r"there is a folder .*nobody/nothing, which is used .* has no revision"
    ):
        encoder_identity(EncoderConfig(name="nobody/nothing", revision=COMMIT))
    Path("nobody/nothing/config.json").unlink()
    with pytest.raises(UserError, match=f"encoder {tmp_path}/nobody/nothing: no config.json"):
        identity(Path("nobody/nothing"))


def test_a_tokenizer_of_bytes_needs_no_vocabulary(folder):
    for file in identifying_files(folder):
        if file.name not in ("config.json", "model.safetensors"):
            file.unlink()
    with pytest.raises(UserError, match="no tokenizer"):
        identity(folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "ByT5Tokenizer"}))
    assert identity(folder)
