"""Encoders that are none: refused in one line, or a failed cell where only its loading tells."""

from pathlib import Path

import pytest
from mistakes_by_hand import ENCODER, RUN, refusal, wcabench


def test_an_encoder_folder_without_weights_is_refused(here):
    Path("encoder/model.safetensors").unlink()
    line = refusal(wcabench(*RUN, *ENCODER))
    assert f"encoder {here / 'encoder'}: no weights (*.safetensors)" in line and "save_pretrained" in line
    Path("encoder/pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "pickled weights are never loaded" in refusal(wcabench(*RUN, *ENCODER))


def test_a_folder_that_is_no_encoder_is_refused(here):
    Path("encoder/config.json").unlink()
    assert f"encoder {here / 'encoder'}: no config.json" in refusal(wcabench(*RUN, *ENCODER))
    assert "./nowhere: no such folder" in refusal(wcabench(*RUN, "--encoder", "./nowhere")).replace(
        f"{here}/", "./"
    )
    assert "no revision: pin one" in refusal(wcabench(*RUN, "--encoder", "some/encoder"))


@pytest.mark.parametrize("damage", ["{}", "{", "[]", '{"model_type": "no-such-model"}'])
def test_an_encoder_whose_configuration_is_none_is_refused(damage):
    Path("encoder/config.json").write_text(damage)
    assert "encoder 'encoder' cannot be loaded: " in refusal(wcabench(*RUN, *ENCODER))


def test_an_encoder_folder_without_tokenizer_is_refused():
    for file in Path("encoder").glob("tokenizer*"):
        file.unlink()
    assert "tokenizer" in refusal(wcabench(*RUN, *ENCODER))


def test_more_layers_than_the_encoder_has_are_refused():
    line = refusal(wcabench(*RUN, *ENCODER, "--set", "encoder.layers=5"))
    assert "encoder.layers: 5 is more than the 4 layers of 'encoder'" in line


def test_damaged_weights_fail_the_cell_and_exit_1():
    Path("encoder/model.safetensors").write_bytes(b"\0" * 16)
    result = wcabench(*RUN, *ENCODER)
    assert result.exit_code == 1 and "Traceback" not in result.output
    assert "en-nl none seed 1: failed: " in result.stderr and "error.txt" in result.stderr
    assert wcabench("status").stdout.endswith("results: 0 done, 1 failed\n")
