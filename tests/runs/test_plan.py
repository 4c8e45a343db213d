import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.config import EncoderConfig
from wcabench.errors import UserError
from wcabench.runs.grid import parse_encoder, parse_seeds
from wcabench.runs.keys import canonical_json, config_key


def test_a_single_number_is_how_many_seeds() -> None:
    assert parse_seeds("3") == (1, 2, 3)


def test_a_list_is_taken_as_it_stands() -> None:
    assert parse_seeds("1,7,42") == (1, 7, 42)
    assert parse_seeds("7,") == (7,)
    assert parse_seeds("0, 3") == (0, 3)


@pytest.mark.parametrize("text", ["0", "-2", "x", "", ",", "1,2,1", "1,-1", "1.5", "1234", f"{2**32},"])
def test_seeds_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="--seeds"):
        parse_seeds(text)


def test_an_encoder_is_a_hub_id_with_a_revision_or_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "model@home"
    folder.mkdir()
    assert parse_encoder("a/b@c0ffee") == EncoderConfig(name="a/b", revision="c0ffee")
    assert parse_encoder("a/b") == EncoderConfig(name="a/b")
    assert parse_encoder(str(folder)) == EncoderConfig(name=str(folder))


def test_the_grid_goes_seed_by_seed(make_plan: Any) -> None:
    cells = make_plan(("lookup", "raises"), ("all",), (1, 2))
    assert [(c.seed, c.pair, c.method) for c in cells[:5]] == [
        (1, "en-xx", "lookup"),
        (1, "en-xx", "raises"),
        (1, "en-yy", "lookup"),
        (1, "en-yy", "raises"),
        (2, "en-xx", "lookup"),
    ]
    assert len({c.key for c in cells}) == 8


def test_names_are_forgiving_and_count_once(make_plan: Any) -> None:
    assert len(make_plan(("Lookup", "LOOKUP"), ("EN_XX", "en-xx"))) == 1


def test_a_key_is_the_same_every_time_and_everywhere(
    make_plan: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    first = make_plan()[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = make_plan()[0]
    assert first.key == again.key == config_key(first.config)
    assert str(tmp_path) not in canonical_json(first.config)


def test_a_key_knows_a_local_encoder_by_content_and_not_by_path(make_plan: Any, tmp_path: Path) -> None:
    keys = []
    for name, weights in (("one", b"w"), ("two", b"w"), ("three", b"other")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        (folder / "vocab.txt").write_text("[UNK]")
        (folder / "model.safetensors").write_bytes(weights)
        keys.append(make_plan(encoder=EncoderConfig(name=str(folder)))[0].key)
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "table",
    [
        {"recipe": {"epochs": "1"}},
        {"recipe": {"max-labelled": "100"}},
        {"recipe": {"learning_rate": "1e-4"}},
        {"recipe": {"long_sentences": "truncate"}},
        {"encoder": {"layers": "9"}},
        {"encoder": {"bidirectional": "true"}},
        {"lookup": {"drop": "1"}},
        {"Lookup": {"weight": "0.25"}},
        {"lookup": {"kinds": "a,c"}},
    ],
)
def test_every_option_changes_the_key(make_plan: Any, table: dict[str, dict[str, str]]) -> None:
    assert make_plan(settings=table)[0].key != make_plan()[0].key


def test_an_option_set_to_its_default_leaves_the_key(make_plan: Any) -> None:
    same = {"lookup": {"drop": "0", "kinds": "a,b"}, "recipe": {"epochs": "3"}, "data": {"labels": "drop"}}
    assert make_plan(settings=same)[0].key == make_plan()[0].key


def test_seed_pair_method_and_data_change_the_key(make_plan: Any, world: Any) -> None:
    class Other(world.Suite):  # type: ignore[misc, name-defined]
        def fingerprints(self, pair: str, options: Any, source: Any) -> dict[str, str]:
            return {**super().fingerprints(pair, options, source), "train": "c" * 64}

    base = make_plan()[0].key
    others = [
        make_plan(seeds=(2,)),
        make_plan(pairs=("en-yy",)),
        make_plan(("raises",)),
        make_plan(suite=Other()),
    ]
    assert len({base, *(cells[0].key for cells in others)}) == 5


def test_a_new_encoder_forgets_the_cut_of_the_suites_own(make_plan: Any, world: Any) -> None:
    suite = dataclasses.replace(
        world.Suite(), encoder=EncoderConfig(name="a/b", revision="1" * 40, layers=9, bidirectional=True)
    )
    assert make_plan(suite=suite)[0].encoder.layers == 9
    replaced = make_plan(
        suite=suite,
        encoder=EncoderConfig(name="c/d", revision="2" * 40),
        settings={"encoder": {"freeze": "3"}},
    )
    assert replaced[0].encoder == EncoderConfig(name="c/d", revision="2" * 40, freeze=3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"recipes": {"epochs": "1"}}, "did you mean 'recipe'"),
        ({"recipe": {"epoch": "1"}}, "did you mean 'recipe.epochs'"),
        ({"recipe": {"epochs": "many"}}, "recipe.epochs: 'many'"),
        ({"lookup": {"dorp": "1"}}, "did you mean 'lookup.drop'"),
        ({"raises": {"drop": "1"}}, "'raises' is not in this run"),
        ({"lookup": {"weight": "inf"}}, "lookup.weight: .inf."),
    ],
)
def test_settings_that_fit_nothing_are_refused(make_plan: Any, settings: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        make_plan(settings=settings)


def test_all_skips_a_method_that_cannot_be_loaded_and_says_so(make_plan: Any, world: Any) -> None:
    said: list[str] = []
    cells = make_plan(("all",), warn=said.append)
    assert {c.method for c in cells} == set(world.METHODS)
    assert len(said) == 2
    assert "'plain'" in said[0] and "options cannot be read" in said[0]
    assert "'unimportable'" in said[1] and "no_such_module" in said[1]


def test_a_broken_method_asked_for_by_name_is_an_error(make_plan: Any) -> None:
    with pytest.raises(UserError, match="no_such_module"):
        make_plan(("all", "unimportable"))


def test_as_published_takes_each_methods_own_settings_under_those_that_are_set(
    make_plan: Any, world: Any, monkeypatch: Any
) -> None:
    published = {"recipe.epochs": 7, "recipe.learning_rate": 2e-5, "encoder.freeze": 3}
    info = dataclasses.replace(world.Lookup.info, published=published)
    monkeypatch.setattr(world.Lookup, "info", info)
    methods, more = ("lookup", "shared"), {"as_published": True, "settings": {"recipe": {"epochs": "2"}}}
    own, other = make_plan(methods, **more)
    assert (own.recipe.epochs, own.recipe.learning_rate, own.encoder.freeze) == (2, 2e-5, 3)
    assert (other.recipe.epochs, other.recipe.learning_rate, other.encoder.freeze) == (2, 5e-5, -1)
    assert make_plan(settings=more["settings"])[0].recipe.learning_rate == 5e-5
    assert own.config["model"]["recipe"]["learning_rate"] == 2e-5


def test_all_leaves_out_what_the_suite_has_no_data_for_and_a_name_that_is_given_is_refused(
    make_plan: Any, world: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(world.Shared, "info", dataclasses.replace(world.Shared.info, needs={"dictionary"}))
    said: list[str] = []
    cells = make_plan(("all",), ("all",), (1, 2), warn=said.append)
    assert "shared" not in {cell.method for cell in cells} and "lookup" in {cell.method for cell in cells}
    left_out = [line for line in said if "shared" in line]
    assert len(left_out) == 2 and "no dictionary data" in left_out[0], "one line a pair, not one a seed"
    with pytest.raises(UserError, match=r"needs dictionary data.*dictionary"):
        make_plan(("shared",))


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_a_configuration_keeps_its_key_through_json(value: Any) -> None:
    config = {"value": value}
    assert config_key(json.loads(json.dumps(config, indent=1, ensure_ascii=False))) == config_key(config)
