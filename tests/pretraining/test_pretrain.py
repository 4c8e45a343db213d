"""A pretraining from text to an encoder that a run can use, interrupted and not."""

import json
import shutil

import pytest
import torch
from click.testing import CliRunner

from wcabench.cli import main
from wcabench.pretraining import loop
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
    from wcabench.nn.bench import Bench
    from wcabench.registry import find
    from wcabench.runs.inputs import training_data

    out, result = whole
    folder = result.stdout.strip()
    assert folder == str(out / "made-up")
    recipe = RecipeConfig(epochs=1, max_length=32)
    visible = training_data(tiny_data, {"labelled"}, recipe)
    bench = Bench(visible, EncoderConfig(name=folder), recipe, seed=1)
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
    ],
)
def test_wrong_settings_are_refused_by_name(change, message, settings_file, text, tmp_path):
    result = pretrain(settings_file, text, tmp_path, "--set", change)
    assert result.exit_code == 2 and message in result.stderr


def test_retrieval_counts_nearest_neighbours_both_ways():
    one = torch.eye(4)
    other = one[[0, 1, 3, 2]]
    assert retrieval(one, one) == 1.0
    assert retrieval(one, other) == 0.5
