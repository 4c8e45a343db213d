"""Everything that a model or a score is made from is in its key, and nothing else is."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.data.columns import write_columns
from wcabench.data.data_source import DataSource
from wcabench.data.labels import without_types
from wcabench.data.suites import load_suite
from wcabench.runs.plan import plan

SUITE = """
[suite]
name = "tiny"
summary = "forty sentences"
caption = "invented"
types = ["LOC", "ORG", "PER"]

[recipe]
batch_size = 8
precision = "fp32"

[source]
train = { path = "train.conll" }
dev = { path = "dev.en.conll" }
test = { path = "test.en.conll" }

[pairs.en-nl]
notes = ["a note"]

[pairs.en-nl.target]
test = { path = "test.nl.conll", title = "test set", licence = "CC0" }
dev = { path = "dev.nl.conll" }

[pairs.en-nl.parallel]
path = "pairs.tsv"
"""
BOTH, CELL, NEITHER = "model and cell", "cell alone", "neither"


class Workshop:
    """A suite, an encoder and settings that can be changed, and the keys that they have now."""

    def __init__(self, folder: Path, encoder: Path) -> None:
        self.folder = folder
        self.encoder = folder / "encoder"
        shutil.copytree(encoder, self.encoder)
        self.settings: dict[str, dict[str, object]] = {}
        self.method, self.seed, self.pair = "none", 1, "en-nl"

    @property
    def suite(self) -> Path:
        return self.folder / "tiny.toml"

    def replace(self, file: str, old: str, new: str, count: int = 1) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, count), encoding="utf-8")

    def set(self, table: str, **values: object) -> None:
        self.settings.setdefault(table, {}).update(values)

    def keys(self) -> tuple[str, str]:
        from wcabench.nn import identity

        for function in vars(identity).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()
        (cell,) = plan(
            load_suite(str(self.suite)),
            [self.method],
            [self.pair],
            [self.seed],
            settings=self.settings,  # type: ignore[arg-type]
            encoder=EncoderConfig(str(self.encoder)),
            source=DataSource(offline=True),
            device="cpu",
            suite_path=str(self.suite),
        )
        return cell.model.key, cell.key


@pytest.fixture
def workshop(tiny_data, tiny_encoder, tmp_path) -> Workshop:
    made = Workshop(tmp_path, tiny_encoder)
    write_columns(tmp_path / "train.conll", tiny_data.train)
    write_columns(tmp_path / "dev.en.conll", tiny_data.source_dev)
    # No organisations in the target: a pair may then declare that it has none.
    write_columns(tmp_path / "dev.nl.conll", without_types(tiny_data.target_dev, ["ORG"]))
    write_columns(tmp_path / "test.en.conll", tiny_data.source_test)
    write_columns(tmp_path / "test.nl.conll", without_types(tiny_data.target_test, ["ORG"]))
    pairs = (f"{' '.join(pair.source)}\t{' '.join(pair.target)}\n" for pair in tiny_data.parallel)
    (tmp_path / "pairs.tsv").write_text("".join(pairs))
    made.suite.write_text(SUITE)
    return made


def new_encoder_file(name: str, content: str = "{}") -> Callable[[Workshop], None]:
    return lambda w: (w.encoder / name).write_text(content)


def encoder_json(name: str, key: str, value: object) -> Callable[[Workshop], None]:
    def change(w: Workshop) -> None:
        file = w.encoder / name
        file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))

    return change


def add_pair(w: Workshop) -> None:
    """A second pair with the same target test set."""
    text = w.suite.read_text()
    w.suite.write_text(text + text[text.index("[pairs.en-nl]") :].replace("en-nl", "en-af"))
    w.pair = "en-af"


def longer(file: str) -> Callable[[Workshop], None]:
    def change(w: Workshop) -> None:
        with (w.folder / file).open("a") as stream:
            stream.write("Oslo\tB-LOC\n\n")

    return change


def longer_development_sets(w: Workshop) -> None:
    longer("dev.en.conll")(w)
    longer("dev.nl.conll")(w)


def move_encoder(w: Workshop) -> None:
    w.encoder = w.encoder.rename(w.folder / "elsewhere")


def add_dictionary(w: Workshop) -> None:
    (w.folder / "words.tsv").write_text("man\tman\n")
    w.replace("tiny.toml", "[pairs.en-nl]\n", '[pairs.en-nl]\ndictionary = { path = "words.tsv" }\n')


def weights(w: Workshop) -> None:
    file = w.encoder / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


CHANGES: dict[str, tuple[str, Callable[[Workshop], None]]] = {
    "a tag of the training set": (BOTH, lambda w: w.replace("train.conll", "B-PER", "B-ORG")),
    "a word of the training set": (BOTH, lambda w: w.replace("train.conll", "Paris", "Oslo")),
    "one more training sentence": (BOTH, longer("train.conll")),
    "the suite's types": (BOTH, lambda w: w.replace("tiny.toml", '"PER"]', '"PER", "MISC"]')),
    "the pair's types": (
        BOTH,
        lambda w: w.replace("tiny.toml", "[pairs.en-nl]\n", '[pairs.en-nl]\ntypes = ["LOC", "PER"]\n'),
    ),
    "the seed": (BOTH, lambda w: setattr(w, "seed", 2)),
    "the method": (BOTH, lambda w: setattr(w, "method", "nearest-token")),
    "the encoder's weights": (BOTH, weights),
    "the encoder's configuration": (BOTH, encoder_json("config.json", "layer_norm_eps", 1e-6)),
    "the tokenizer": (BOTH, lambda w: w.replace("encoder/tokenizer.json", '"huis"', '"hoos"')),
    "the tokenizer's settings": (BOTH, encoder_json("tokenizer_config.json", "cls_token", "[SEP]")),
    "tokens added to the tokenizer": (BOTH, new_encoder_file("added_tokens.json", '{"zzz": 1}')),
    "the special tokens": (BOTH, new_encoder_file("special_tokens_map.json", '{"cls_token": "[SEP]"}')),
    "a file of merges": (BOTH, new_encoder_file("merges.txt", "a b\n")),
    "layers that are kept": (BOTH, lambda w: w.set("encoder", layers=2)),
    "layers that are frozen": (BOTH, lambda w: w.set("encoder", freeze=1)),
    "the encoder's dropout": (BOTH, lambda w: w.set("encoder", dropout=0.2)),
    "the causal mask": (BOTH, lambda w: w.set("encoder", bidirectional=True)),
    "a word of the target's test set": (CELL, lambda w: w.replace("test.nl.conll", "Parijs", "Oslo")),
    "a tag of the target's test set": (CELL, lambda w: w.replace("test.nl.conll", "B-PER", "B-ORG")),
    "a tag of the source's test set": (CELL, lambda w: w.replace("test.en.conll", "B-PER", "B-ORG")),
    "the suite's name": (CELL, lambda w: w.replace("tiny.toml", 'name = "tiny"', 'name = "small"')),
    "the pair": (CELL, add_pair),
    "a dictionary that the method does not read": (NEITHER, add_dictionary),
    "parallel text that the method does not read": (
        NEITHER,
        lambda w: w.replace("pairs.tsv", "Paris", "Oslo"),
    ),
    "development sets that nobody reads": (NEITHER, longer_development_sets),
    "the encoder's place": (NEITHER, move_encoder),
    "the encoder's model card": (NEITHER, new_encoder_file("README.md", "# a card")),
    "the suite's summary": (NEITHER, lambda w: w.replace("tiny.toml", "forty sentences", "40 sentences")),
    "the suite's caption": (NEITHER, lambda w: w.replace("tiny.toml", "invented", "made up")),
    "a pair's notes": (NEITHER, lambda w: w.replace("tiny.toml", "a note", "another note")),
    "a resource's title and licence": (NEITHER, lambda w: w.replace("tiny.toml", "CC0", "CC BY 4.0")),
    "a comment in the suite's file": (
        NEITHER,
        lambda w: w.replace("tiny.toml", "[suite]", "# hello\n[suite]"),
    ),
    "an option that is set to its default": (NEITHER, lambda w: w.set("recipe", epochs="3")),
    "a precision that is what auto means": (NEITHER, lambda w: w.set("recipe", precision="fp32")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_moves_the_keys_that_it_decides(name, workshop):
    expected, change = CHANGES[name]
    before = workshop.keys()
    change(workshop)
    assert moved(before, workshop.keys()) == expected


def moved(before: tuple[str, str], after: tuple[str, str]) -> str:
    model, cell = (a != b for a, b in zip(before, after, strict=True))
    return {(True, True): BOTH, (False, True): CELL, (False, False): NEITHER}[model, cell]


OTHER_VALUES = {
    "decay": "constant",
    "cross_entropy": "sum-sentence",
    "label_pieces": "all",
    "decode": "viterbi",
    "select": "source-dev",
    "train_on": "train+dev",
    "precision": "bf16",
    "long_sentences": "truncate",
    "adam_betas": (0.8, 0.99),
    "max_labelled": 10,
    "max_pairs": 10,
}


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(RecipeConfig)])
def test_every_setting_of_the_recipe_is_in_the_models_key(field, workshop):
    before = workshop.keys()
    value = OTHER_VALUES.get(field) or getattr(RecipeConfig(), field) / 2 + 9
    if field in ("warmup", "adam_epsilon"):
        value = 0.25
    if isinstance(getattr(RecipeConfig(), field), int):
        value = int(value)
    workshop.set("recipe", **{field: value})
    assert moved(before, workshop.keys()) == BOTH


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(EncoderConfig)])
def test_every_setting_of_the_encoder_has_a_change_above(field):
    covered = {"layers", "freeze", "dropout", "bidirectional"}
    assert field in covered | {"name", "revision"}  # the last two are what the identity is about


@pytest.mark.parametrize(
    ("settings", "change"),
    [
        ({"select": "source-dev"}, "dev.en.conll"),
        ({"select": "target-dev"}, "dev.nl.conll"),
        ({"train_on": "train+dev"}, "dev.en.conll"),
    ],
)
def test_a_development_set_counts_where_it_is_read(settings, change, workshop):
    workshop.set("recipe", **settings)
    before = workshop.keys()
    longer(change)(workshop)
    assert moved(before, workshop.keys()) == BOTH


def test_what_a_method_declares_is_in_its_key(workshop):
    workshop.method = "nearest-token"
    before = workshop.keys()
    workshop.replace("pairs.tsv", "Paris", "Oslo")
    assert moved(before, workshop.keys()) == BOTH


def test_every_option_of_a_method_is_in_its_key(workshop):
    workshop.method = "nearest-token"
    before = workshop.keys()
    for options in ({"beta": 0.5}, {"layers": "4"}, {"units": "words"}, {"stop_gradient": "source"}):
        workshop.settings = {"nearest-token": options}
        assert moved(before, workshop.keys()) == BOTH


def test_the_label_policy_is_in_the_key_of_what_it_decides(workshop):
    """The target has no ORG: "drop" trains without it, "map" and "keep" train the same model and score it otherwise."""
    workshop.replace("tiny.toml", "[pairs.en-nl]\n", '[pairs.en-nl]\ntypes = ["LOC", "PER"]\n')
    keys = {}
    for policy in ("drop", "map", "keep"):
        workshop.set("data", labels=policy)
        keys[policy] = workshop.keys()
    assert moved(keys["drop"], keys["map"]) == BOTH
    assert moved(keys["map"], keys["keep"]) == CELL


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("keys.training_code", BOTH),
        ("keys.method_code", BOTH),
        ("plan.scoring_code", CELL),
        ("plan.tagging_code", CELL),
    ],
)
def test_the_code_is_in_the_key(code, expected, workshop, monkeypatch):
    before = workshop.keys()
    monkeypatch.setattr(f"wcabench.runs.{code}", lambda *_: "c" * 64)
    assert moved(before, workshop.keys()) == expected


def test_what_auto_means_is_in_the_key(workshop, monkeypatch):
    workshop.replace("tiny.toml", 'precision = "fp32"\n', "")
    keys = []
    for native in ("fp32", "bf16"):
        monkeypatch.setattr(
            "wcabench.nn.precision.resolve_precision", lambda _, device, native=native: native
        )
        keys.append(workshop.keys())
    assert moved(*keys) == BOTH


def test_one_model_serves_all_pairs_that_train_the_same_types(workshop):
    before = workshop.keys()
    add_pair(workshop)
    assert workshop.keys()[0] == before[0]
    workshop.replace("tiny.toml", "[pairs.en-af]\n", '[pairs.en-af]\ntypes = ["LOC", "PER"]\n')
    assert workshop.keys()[0] != before[0]
