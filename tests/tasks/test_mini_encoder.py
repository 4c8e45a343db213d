"""The embedded encoder is what its card says: size, weights, vocabulary, retrieval; and it learns names."""

import importlib.resources
import json
import re
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors import safe_open
from transformers import AutoModel, AutoTokenizer

from wcabench.cli import main
from wcabench.data.columns import read_columns
from wcabench.data.suites import load_suite
from wcabench.pretraining.measure import retrieval, sentence_states
from wcabench.pretraining.settings import read_settings

SUITE = Path(str(importlib.resources.files("wcabench.tasks"))) / "mini"
ENCODER = SUITE / "mini-encoder"
CARD = ENCODER / "README.md"
TYPES = ("LOC", "MISC", "ORG", "PER")
LANGUAGES = ("en", "de", "es", "nl", "hy")
MIDDLE_LAYER = 3
# A few points below what five seeds of plain transfer reach here (67.5 in English; 49.0, 53.7, 59.3, 26.0): seeds
# differ, and other processors round in another way.
FLOORS = {"en-de": 43, "en-es": 48, "en-nl": 52, "en-hy": 20}
ENGLISH_FLOOR = 60


def text(language: str) -> list[str]:
    return [
        " ".join(s.words)
        for s in read_columns(SUITE / "corpus" / language / "test.conll", scheme="iob2", types=TYPES)
    ]


def row(name: str) -> list[float]:
    """The numbers in a row of the card's tables."""
    (cells,) = re.findall(rf"^\| {name} \|(.*)\|$", CARD.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [float(cell) for cell in cells.split("|")]


@pytest.fixture(scope="module")
def encoder():
    return AutoModel.from_pretrained(ENCODER, dtype=torch.float32), AutoTokenizer.from_pretrained(ENCODER)


def test_it_fits_thirty_megabytes_and_the_tasks_forty():
    assert sum(file.stat().st_size for file in ENCODER.iterdir()) <= 30e6
    assert sum(file.stat().st_size for file in SUITE.parent.rglob("*") if file.is_file()) <= 40e6


def test_its_weights_are_safetensors_in_half_precision_and_finite():
    assert not [f for f in ENCODER.iterdir() if f.suffix in (".bin", ".pt", ".py", ".pkl")]
    with safe_open(ENCODER / "model.safetensors", "pt") as file:
        for name in file.keys():  # noqa: SIM118 (no mapping)
            tensor = file.get_tensor(name)
            assert tensor.dtype == torch.float16 and bool(tensor.isfinite().all()), name


def test_it_is_what_the_settings_beside_it_describe(encoder):
    settings, config = read_settings(SUITE / "encoder.toml"), encoder[0].config
    assert settings.name == ENCODER.name
    assert (config.num_hidden_layers, config.hidden_size) == (settings.model.kept, settings.model.width)
    assert len(encoder[1]) == config.vocab_size <= settings.vocabulary.size


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_knows_the_characters_of_each_language(language, encoder):
    _, tokenizer = encoder
    pieces = [i for ids in tokenizer(text(language))["input_ids"] for i in ids]
    assert pieces.count(tokenizer.unk_token_id) <= 0.002 * len(pieces)


def test_it_finds_the_translations_that_its_card_says(encoder):
    states = {
        language: sentence_states(*encoder, text(language), MIDDLE_LAYER, max_length=128)
        for language in LANGUAGES
    }
    found = [100 * retrieval(states["en"], states[language]) for language in LANGUAGES[1:]]
    assert found == pytest.approx(row("retrieval"), abs=0.4)  # a sentence in 140, one way


def test_it_is_the_default_suites_and_needs_no_network():
    suite = load_suite("mini")
    assert Path(suite.encoder.name) == ENCODER
    result = CliRunner().invoke(main, ["doctor", "--json"])
    answer = json.loads(result.stdout)
    assert answer["encoder"] == {"name": str(ENCODER), "ready": True, "state": "local folder"}


def learned(folder: Path, pair: str, *more: str) -> dict[str, dict[str, float]]:
    """F1 of plain transfer on a pair, or all: pair -> test set -> F1."""
    arguments = [
        "run",
        "-m",
        "none",
        "-p",
        pair,
        "--seeds",
        "1",
        "--offline",
        "--results",
        str(folder),
        *more,
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    records = [json.loads(file.read_text()) for file in folder.rglob("cell.json")]
    return {
        record["pair"]: {name: score["micro"]["f1"] for name, score in record["scores"].items()}
        for record in records
    }


@pytest.mark.slow
def test_two_hundred_sentences_teach_it_names_in_english_and_dutch(tmp_path):
    found = learned(tmp_path, "en-nl", "--set", "recipe.max_labelled=200")["en-nl"]
    assert found["source-test"] > 15 and found["target-test"] > 15


@pytest.mark.slow
def test_plain_transfer_from_the_whole_training_set_reaches_every_language(tmp_path):
    found = learned(tmp_path, "all")
    assert all(f1["source-test"] >= ENGLISH_FLOOR for f1 in found.values())
    assert {pair: f1["target-test"] for pair, f1 in found.items() if f1["target-test"] < FLOORS[pair]} == {}
