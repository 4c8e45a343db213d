"""A made-up text of three languages, small enough to pretrain on in seconds."""

import random
from pathlib import Path

import pytest

ENGLISH = "the a old young man woman sees hears buys red green house garden dog book in near today".split()  # noqa: SIM905
OTHERS = {"xx": "x", "yy": "y"}  # each word with that letter before it


@pytest.fixture(scope="session")
def text(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    chooser = random.Random(5)
    every = [" ".join(chooser.choices(ENGLISH, k=chooser.randint(4, 12))) + " ." for _ in range(600)]
    (folder / "mono.en.txt").write_text("\n".join(every[:300]) + "\n")
    for language, letter in OTHERS.items():
        translated = [" ".join(w if w == "." else letter + w for w in s.split()) for s in every]
        (folder / f"mono.{language}.txt").write_text("\n".join(translated[300:400]) + "\n")
        pairs = [f"{own}\t{english}" for own, english in zip(translated[400:], every[400:], strict=True)]
        (folder / f"parallel.{language}-en.tsv").write_text("\n".join(pairs) + "\n")
    return folder


@pytest.fixture(scope="session")
def settings_file(tmp_path_factory, tiny_start) -> Path:
    file = tmp_path_factory.mktemp("settings") / "tiny.toml"
    file.write_text(
        f"""
name = "made-up"
start = "{tiny_start}"
[text]
languages = ["en", "xx", "yy"]
held_out = 20
max_length = 48
[vocabulary]
size = 120
[model]
width = 32
layers = 2
heads = 2
inner = 64
positions = 48
start_layers = [2, 4]
[teaching]
share = 0.3
layer = 2
of = 3
[training]
steps = 8
batch_tokens = 400
learning_rate = 1e-2
report_every = 4
"""
    )
    return file


@pytest.fixture(scope="session")
def tiny_start(tiny_encoder) -> Path:
    """An English encoder of the right width; it tokenises most words into letters."""
    return tiny_encoder
