"""Encoders that are none: refused in one line by every command that reads one, before anything runs."""

import json
import shutil
from pathlib import Path

import pytest
from encoders_by_hand import change_json, change_weights, save_encoder
from mistakes_by_hand import ENCODER, RUN, refusal, wcabench

COMMIT = "0123456789" * 4
TEXT = "pairs.txt"
ALIGN = ("align", TEXT, "--method", "nearest-token")
SHOW = ("align", "show", "--suite", "tiny.toml", "--pair", "en-nl", "--line", "1")
SWEEP = ("align", "sweep", "--gold", "mini-en-nl", "--method", "nearest-token")


@pytest.fixture(autouse=True)
def pairs(suite_folder):
    Path(TEXT).write_text("She left\tZij vertrok\n")


def without_layer() -> None:
    change_weights(Path("encoder"), lambda w: {n: t for n, t in w.items() if "layer.2" not in n})


def without_numbers() -> None:
    change_weights(Path("encoder"), lambda w: {n: t * float("nan") for n, t in w.items()})


def with_added_words() -> None:
    file = Path("encoder/tokenizer.json")
    table = json.loads(file.read_text())
    size = len(table["model"]["vocab"])
    added = {**table["added_tokens"][0], "id": size, "content": "Oudwijk", "special": False}
    change_json(file, added_tokens=[*table["added_tokens"], added])


def cut_short() -> None:
    file = Path("encoder/model.safetensors")
    file.write_bytes(file.read_bytes()[:-100])


def with_code_of_its_own() -> None:
    change_json(Path("encoder/config.json"), auto_map={"AutoModel": "modeling.Mine"})


def with_a_list_for_a_tokenizer() -> None:
    Path("encoder/tokenizer.json").write_text("[]")


def with_text_for_a_number() -> None:
    change_json(Path("encoder/config.json"), hidden_size="32")


DAMAGES = {
    without_layer: "would be random: encoder.layer.2",
    without_numbers: "NaN or infinite",
    with_added_words: "'Oudwijk' is",
    cut_short: "cannot be loaded",
    with_code_of_its_own: "auto_map asks for code",
    with_a_list_for_a_tokenizer: "tokenizer.json: is no JSON object",
    with_text_for_a_number: "'hidden_size'",
}


@pytest.mark.parametrize("command", [RUN, ALIGN, SHOW, SWEEP], ids=lambda command: command[0])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_encoder_is_refused_before_anything_runs(damage, command):
    damage()
    assert DAMAGES[damage] in refusal(wcabench(*command, *ENCODER))


@pytest.mark.parametrize("damage", [without_layer, with_added_words, cut_short])
def test_what_a_run_would_refuse_is_said_when_the_suite_is_prepared(damage):
    damage()
    result = wcabench("suite", "prepare", "--suite", "tiny.toml", *ENCODER, "--json")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and DAMAGES[damage] in result.stderr
    assert json.loads(result.stdout)["resources"][-1]["state"] == "wrong"


@pytest.mark.parametrize("layers", ["last-99", "3-1", "0-999999999999"])
def test_layers_that_the_encoder_lacks_are_refused_before_anything_runs(layers):
    command = [part if part != "none" else "nearest-token" for part in RUN]
    assert "nearest-token.layers" in refusal(
        wcabench(*command, *ENCODER, "--set", f"nearest-token.layers={layers}")
    )
    assert not list(Path().rglob("cell.json"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_doctor_says_it_too(damage):
    damage()
    said = json.loads(wcabench("doctor", "--suite", "tiny.toml", *ENCODER, "--json").stdout)
    assert not said["encoder"]["ready"] and DAMAGES[damage] in said["encoder"]["state"]
    assert said["probed"] is None


def test_doctor_says_what_an_encoder_is(suite_folder):
    said = json.loads(wcabench("doctor", "--suite", "tiny.toml", *ENCODER, "--json").stdout)
    assert said["encoder"] == {"name": "encoder", "ready": True, "state": "local folder"}
    pieces = json.loads(Path("encoder/config.json").read_text())["vocab_size"]
    found = {"layers": 4, "width": 32, "pieces": pieces, "positions": 130, "packed": True}
    assert said["probed"] == found
    assert "tried out: layers 4, width 32" in wcabench("doctor", "--suite", "tiny.toml", *ENCODER).stdout


def test_an_encoder_with_fewer_positions_than_the_recipe_asks_for_is_refused(suite_folder):
    shutil.rmtree("encoder")
    save_encoder(Path("encoder"))
    line = refusal(wcabench(*RUN, *ENCODER))
    assert "recipe.max_length: 128 is more than the 66 positions" in line
    assert line.endswith("give --set recipe.max_length=66\n")


def test_an_encoder_folder_without_weights_is_refused(suite_folder):
    Path("encoder/model.safetensors").unlink()
    line = refusal(wcabench(*RUN, *ENCODER))
    assert (
        f"encoder {suite_folder / 'encoder'}: no weights (*.safetensors)" in line
        and "save_pretrained" in line
    )
    Path("encoder/pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "pickled weights are never loaded" in refusal(wcabench(*RUN, *ENCODER))


def test_a_folder_that_is_no_encoder_is_refused(suite_folder):
    Path("encoder/config.json").unlink()
    assert f"encoder {suite_folder / 'encoder'}: no config.json" in refusal(wcabench(*RUN, *ENCODER))
    assert "./nowhere: no such folder" in refusal(wcabench(*RUN, "--encoder", "./nowhere")).replace(
        f"{suite_folder}/", "./"
    )
    assert "no revision: pin one" in refusal(wcabench(*RUN, "--encoder", "some/encoder"))


@pytest.mark.parametrize("revision", ["main", "v1.0", COMMIT[:10]])
@pytest.mark.parametrize(
    "command", [(*RUN, "--dry-run"), RUN, ALIGN, SHOW, SWEEP], ids=lambda command: command[0]
)
def test_a_branch_or_tag_is_refused_for_it_moves(command, revision):
    line = refusal(wcabench(*command, "--encoder", f"nobody/nothing@{revision}"))
    assert f"'{revision}' is no commit" in line and "pin one with --encoder ID@COMMIT" in line


@pytest.mark.parametrize("name", ["~nobody-of-that-name/x", "x" * 5000, "a b@c", "@", "a/b/c@d"])
def test_a_name_that_no_encoder_can_have_is_refused(name):
    line = refusal(wcabench(*ALIGN, "--encoder", name))
    assert "encoder" in line or "no home folder" in line


def test_a_folder_that_is_called_as_a_hub_id_is_said_to_be_the_folder(suite_folder):
    shutil.copytree("encoder", "nobody/nothing")
    line = refusal(wcabench(*ALIGN, "--encoder", f"nobody/nothing@{COMMIT}"))
    assert f"there is a folder {suite_folder / 'nobody/nothing'}, which is used instead of the hub's" in line
    assert wcabench(*ALIGN, "--encoder", "nobody/nothing").exit_code == 0
    Path("nobody/nothing/model.safetensors").write_bytes(b"")
    line = refusal(wcabench(*ALIGN, "--encoder", "nobody/nothing"))
    assert "encoder 'nobody/nothing' (the folder of that name here)" in line


@pytest.mark.parametrize("damage", ["{}", "{", "[]", '{"model_type": "no-such-model"}'])
def test_an_encoder_whose_configuration_is_none_is_refused(damage):
    Path("encoder/config.json").write_text(damage)
    assert "encoder" in refusal(wcabench(*RUN, *ENCODER))


def test_an_encoder_folder_without_tokenizer_is_refused():
    for file in Path("encoder").glob("tokenizer*"):
        file.unlink()
    assert "tokenizer" in refusal(wcabench(*RUN, *ENCODER))


def test_more_layers_than_the_encoder_has_are_refused():
    line = refusal(wcabench(*RUN, *ENCODER, "--set", "encoder.layers=5"))
    assert "encoder.layers: 5 is more than the 4 layers of 'encoder'" in line
