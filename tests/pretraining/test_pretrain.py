"""A pretraining from text to an encoder that a run can use, interrupted and not."""

import json
import shutil

import pytest
import torch
from click.testing import CliRunner
from encoders_by_hand import change_json, change_weights, save_encoder

from wcabench.cli import main
from wcabench.errors import UserError
from wcabench.pretraining import loop
from wcabench.pretraining import pretrain as pretrain_module
from wcabench.pretraining.measure import retrieval


def pretrain(settings_file, text, out, *more):
    return CliRunner().invoke(
        main, ["encoder", "pretrain", str(settings_file), "--text", str(text), "--out", str(out), *more]
    )


@pytest.fixture(scope="module")
def whole(settings_file, text, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    result = pretrain(settings_file, text, out)
    assert result.exit_code == 0, result.output
    return out, result


def test_the_encoder_loads_and_tags(whole, tiny_data):
    from wcabench.config import EncoderConfig, RecipeConfig
    from wcabench.nn.bench import NetworkBench
    from wcabench.registry import find
    from wcabench.runs.inputs import training_data

    out, result = whole
    folder = result.stdout.strip()
    assert folder == str(out / "made-up")
    recipe = RecipeConfig(epochs=1, max_length=32)
    visible = training_data(tiny_data, {"labelled"}, recipe)
    bench = NetworkBench(visible, EncoderConfig(name=folder), recipe, seed=1)
    assert find("none").load()().fit(bench).predict([("a", "house")])[0]


def test_the_log_holds_loss_and_retrieval_and_the_loss_falls(whole):
    rows = [json.loads(line) for line in (whole[0] / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [4, 8]
    assert rows[1]["loss"] < rows[0]["loss"]
    assert rows[1]["taught"] < rows[0]["taught"]
    assert all(0 <= row[f"retrieval_{language}"] <= 1 for row in rows for language in ("xx", "yy"))


def test_an_interrupted_pretraining_ends_with_the_very_same_weights(
    whole, settings_file, text, tmp_path, monkeypatch
):
    class Killed(BaseException):
        pass

    # The trainer of the vocabulary breaks ties at random.
    shutil.copytree(whole[0] / "tokenizer", tmp_path / "tokenizer")
    saves = loop.Pretrainer._save

    def save_and_die(self, path):
        saves(self, path)
        raise Killed

    monkeypatch.setattr(loop.Pretrainer, "_save", save_and_die)
    always = "training.checkpoint_minutes=0"
    with pytest.raises(Killed):
        CliRunner(catch_exceptions=False).invoke(
            main,
            [
                "encoder",
                "pretrain",
                str(settings_file),
                "--text",
                str(text),
                "--out",
                str(tmp_path),
                "--set",
                always,
            ],
        )
    monkeypatch.setattr(loop.Pretrainer, "_save", saves)
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 4, "loss": 0.0}\n')  # reported after the checkpoint, and to be done again
    result = pretrain(settings_file, text, tmp_path)
    assert result.exit_code == 0, result.output
    from safetensors.torch import load_file

    one, other = (load_file(folder / "made-up" / "model.safetensors") for folder in (whole[0], tmp_path))
    assert one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)
    steps = [json.loads(line)["step"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert steps == [4, 8]


def test_the_encoder_that_is_written_may_keep_only_its_first_layers(whole, settings_file, text, tmp_path):
    from safetensors.torch import load_file
    from transformers import AutoModel

    out = tmp_path / "out"
    shutil.copytree(whole[0], out)  # done already: the same call only writes the encoder again
    result = pretrain(settings_file, text, out, "--set", "model.kept=1")
    assert result.exit_code == 0, result.output
    assert AutoModel.from_pretrained(out / "made-up").config.num_hidden_layers == 1
    one, whole_one = (load_file(folder / "made-up" / "model.safetensors") for folder in (out, whole[0]))
    assert one.keys() == {name for name in whole_one if "layer.1." not in name}
    assert all(torch.equal(one[name], whole_one[name]) for name in one)


def test_an_encoder_may_grow_from_the_one_before_with_its_pieces(whole, settings_file, text, tmp_path):
    from transformers import AutoModel

    before = whole[0] / "made-up"
    file = tmp_path / "grown.toml"
    file.write_text(f'grown_from = "{before}"\n' + settings_file.read_text())
    layers = ("--set", "model.layers=3", "--set", "model.start_layers=3")
    result = pretrain(file, text, tmp_path / "out", *layers)
    assert result.exit_code == 0, result.output
    after = tmp_path / "out" / "made-up"
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (after / name).read_text() == (before / name).read_text()
    assert AutoModel.from_pretrained(after).config.num_hidden_layers == 3


def test_growing_from_nothing_is_refused_in_one_line(settings_file, text, tmp_path):
    file = tmp_path / "grown.toml"
    file.write_text('grown_from = "nowhere"\n' + settings_file.read_text())
    result = pretrain(file, text, tmp_path / "out")
    assert result.exit_code == 2
    assert "encoder 'nowhere': no such folder, and no installed package" in result.stderr


def test_a_checkpoint_of_other_settings_is_refused(whole, settings_file, text):
    result = pretrain(settings_file, text, whole[0], "--set", "training.masked=0.3")
    assert result.exit_code == 2
    assert "masked: 0.2 there, 0.3 here" in result.stderr and "choose another folder" in result.stderr


def test_a_checkpoint_that_cannot_be_read_is_named(settings_file, text, tmp_path):
    (tmp_path / loop.CHECKPOINT).write_bytes(b"half a file")
    result = pretrain(settings_file, text, tmp_path)
    assert result.exit_code == 2
    assert loop.CHECKPOINT in result.stderr and "delete it to start anew" in result.stderr


def test_a_tokenizer_that_cannot_be_read_is_named(whole, settings_file, text, tmp_path):
    shutil.copytree(whole[0] / "tokenizer", tmp_path / "tokenizer")
    (tmp_path / "tokenizer" / "tokenizer.json").write_text("[]")
    result = pretrain(settings_file, text, tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path / 'tokenizer'}: the tokenizer cannot be read" in result.stderr


def test_a_full_disk_leaves_the_checkpoint_before(settings_file, text, tmp_path, monkeypatch):
    before = tmp_path / loop.CHECKPOINT

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(loop, "save_file", full)
    result = pretrain(settings_file, text, tmp_path, "--set", "training.steps=1")
    assert result.exit_code == 2 and "No space left on device" in result.stderr
    assert not before.exists() and not before.with_suffix(".part").exists()


def test_a_loss_that_is_not_finite_ends_the_command_with_one_line(settings_file, text, tmp_path, monkeypatch):
    nan = torch.tensor(float("nan"))
    monkeypatch.setattr(loop.Pretrainer, "losses", lambda self, batch: (nan, nan))
    result = pretrain(settings_file, text, tmp_path)
    assert result.exit_code == 1
    assert "the loss is nan at step 1: lower training.learning_rate" in result.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("training.steps=0", "training.steps: 0 is not at least 1"),
        ("training.step=5", "did you mean 'training.steps'"),
        ("optimiser.rate=5", "unknown key in --set"),
        ("teaching.share=2", "teaching.share: 2.0 is not a share in [0, 1]"),
        ("teaching.share=0.9", "training.translated and teaching.share are 1.25 of a batch together"),
        ("teaching.layer=3", "teaching.layer: 3, but model.layers is 2"),
        ("model.kept=3", "model.kept: 3, but model.layers is 2"),
        ("teaching.of=5", "teaching.of: 5, but the start encoder has 4 layers"),
        ("teaching.weight=-1", "teaching.weight: -1.0 is not at least 0"),
        ("text.languages=", "text.languages: 0 given; wanted a first one, and others"),
        ("text.languages=en", "text.languages: 1 given; wanted a first one, and others"),
        ("text.languages=en,xx,en", "text.languages: en is given twice"),
        ("text.languages=en,../xx", "'../xx' is no language"),
        ("text.held_out=0", "text.held_out: 0 is not at least 1"),
        ("text.max_length=2", "text.max_length: 2 is not at least 3"),
        ("text.max_length=49", "text.max_length: 49, but model.positions is 48"),
        ("vocabulary.size=0", "vocabulary.size: 0 is not at least 10"),
        ("vocabulary.size=1000000000000", "vocabulary.size: 1000000000000 is more than 1000000"),
        ("vocabulary.sampling=5", "vocabulary.sampling: 5.0 is more than 1"),
        ("model.width=0", "model.width: 0 is not at least 1"),
        ("model.width=1000000000", "model.width: 1000000000 is more than 65536"),
        ("model.heads=0", "model.heads: 0 is not at least 1"),
        ("model.heads=3", "model.heads: 3 heads do not divide model.width, which is 32"),
        ("model.heads=4", "model.heads: 4, but start encoder"),
        ("model.inner=0", "model.inner: 0 is not at least 1"),
        ("model.inner=65", "model.inner: 65, but start encoder"),
        ("model.layers=0", "model.layers: 0 is not at least 1"),
        ("model.positions=1", "model.positions: 1 is not at least 3"),
        ("model.positions=131", "model.positions: 131, but start encoder"),
        ("model.positions=1000000000000", "model.positions: 1000000000000 is more than"),
        ("model.start_layers=0,1", "model.start_layers: 0, 1; layers are counted from 1"),
        ("model.start_layers=1,2,3", "model.start_layers: 3 layers, but 2 of model.layers"),
        ("training.batch_tokens=40", "but one sentence has up to 48"),
        ("training.learning_rate=0", "training.learning_rate: 0.0 is not above 0"),
        ("training.clip=0", "training.clip: 0.0 is not above 0"),
        ("training.dropout=1", "training.dropout: 1.0 is not in [0, 1)"),
        ("training.sampling=1000", "training.sampling: 1000.0 is more than 1"),
        ("training.weight_decay=-1", "training.weight_decay: -1.0 is not at least 0"),
        ("training.embedding_rate=-1", "training.embedding_rate: -1.0 is not at least 0"),
        ("training.checkpoint_minutes=-1", "training.checkpoint_minutes: -1.0 is not at least 0"),
    ],
)
def test_wrong_settings_are_refused_by_name(change, message, settings_file, text, tmp_path):
    result = pretrain(settings_file, text, tmp_path / "out", "--set", change)
    assert result.exit_code == 2 and message in result.stderr
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("name = 5", "name: '5' is no text"),
        ('name = ""', "name: '' is no text"),
        ('name = "../elsewhere"', "name: '../elsewhere' cannot be the name of a folder"),
        ('name = "tokenizer"', "name: 'tokenizer' is a name that the pretraining itself uses"),
    ],
)
def test_a_name_that_can_be_no_folder_is_refused(line, message, settings_file, text, tmp_path):
    file = tmp_path / "named.toml"
    file.write_text(settings_file.read_text().replace('name = "made-up"', line))
    result = pretrain(file, text, tmp_path / "out")
    assert result.exit_code == 2 and message in result.stderr


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda f: change_weights(f, lambda w: {n: t for n, t in w.items() if "layer.3" not in n}),
            "would be random",
        ),
        (
            lambda f: change_weights(f, lambda w: {n: t * float("nan") for n, t in w.items()}),
            "NaN or infinite",
        ),
        (lambda f: change_json(f / "config.json", hidden_act="relu"), "has the activation relu"),
        (lambda f: (f / "tokenizer.json").write_text("[]"), "is no JSON object"),
        (lambda f: change_json(f / "tokenizer_config.json", mask_token=None), "no mask_token"),
        (lambda f: shutil.rmtree(f) or save_encoder(f, "roberta"), "is a roberta, whose layers"),
    ],
)
@pytest.mark.parametrize("key", ["start", "grown_from"])
def test_an_encoder_that_cannot_be_started_from_is_refused(
    key, spoil, message, settings_file, tiny_start, text, tmp_path
):
    shutil.copytree(tiny_start, tmp_path / "spoilt")
    spoil(tmp_path / "spoilt")
    file = tmp_path / "spoilt.toml"
    settings = settings_file.read_text().replace("layers = 2", "layers = 4")
    if key == "grown_from":
        settings = f'grown_from = "{tmp_path / "spoilt"}"\n{settings}'
    else:
        settings = settings.replace(str(tiny_start), str(tmp_path / "spoilt"))
    file.write_text(settings)
    result = pretrain(file, text, tmp_path / "out")
    assert result.exit_code == 2 and message in result.stderr and result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_retrieval_counts_nearest_neighbours_both_ways():
    one = torch.eye(4)
    other = one[[0, 1, 3, 2]]
    assert retrieval(one, one) == 1.0
    assert retrieval(one, other) == 0.5


def test_a_line_of_the_log_that_a_full_disk_cut_off_is_taken_out(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"step": 4, "loss": 1}\n{"step": 8, "loss": 1}\n{"step": 12, "lo')
    pretrain_module._forget_after(log, 8)
    assert log.read_text() == '{"step": 4, "loss": 1}\n{"step": 8, "loss": 1}\n'
    assert [file.name for file in tmp_path.iterdir()] == ["log.jsonl"]


@pytest.mark.parametrize("which", [0, 1])
def test_an_encoder_that_cannot_be_written_leaves_the_one_before(whole, tmp_path, which):
    class Full:
        def save_pretrained(self, folder):
            (folder / "half").write_text("")
            raise Exception("No space left on device (os error 28)")  # as the library of tokenizers raises it

    class Whole:
        def save_pretrained(self, folder):
            (folder / "whole").write_text("")

    (tmp_path / "made-up").mkdir()
    (tmp_path / "made-up" / "old").write_text("good")
    parts = [Whole(), Whole()]
    parts[which] = Full()
    with pytest.raises(UserError, match="made-up: cannot be written: No space left on device"):
        pretrain_module._write_encoder(*parts, tmp_path / "made-up")
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*")] == ["made-up", "made-up/old"]


def test_a_log_that_cannot_be_written_is_one_line(settings_file, text, tmp_path):
    (tmp_path / "out" / "log.jsonl").mkdir(parents=True)
    result = pretrain(settings_file, text, tmp_path / "out")
    assert result.exit_code == 2 and result.stderr.splitlines()[-1].startswith("error: ")
    assert "log.jsonl" in result.stderr and "Traceback" not in result.output
