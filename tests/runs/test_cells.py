"""Cells of both schemas are read by the same names, and a record that is none is refused in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from stores_by_hand import ENCODER, RECIPE, TYPES, StoreOnDisk, sha256

from wcabench.errors import UserError
from wcabench.runs.cells import PREDICTIONS, TAGS, Cell, read_cell
from wcabench.runs.keys import config_key
from wcabench.runs.record import SCHEMA, write_record
from wcabench.runs.store import Store
from wcabench.runs.tags_file import read_tags
from wcabench.scoring.scorer import LENIENT, STRICT


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes one cell and gives its folder."""

    def one(**settings: Any) -> Path:
        store = StoreOnDisk(tmp_path / "results")
        key = store.cell(**settings)
        (folder,) = store.root.glob(f"*/*/*/*{key}")
        return folder

    return one


def edited(folder: Path, **changed: Any) -> Path:
    """The record with other values, and the key that belongs to its configuration."""
    record = {**json.loads((folder / "cell.json").read_text()), **changed}
    write_record(folder / "cell.json", {**record, "key": config_key(record["config"])})
    return folder


def config_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "cell.json").read_text())["config"]


@pytest.mark.parametrize("schema", [1, 2])
def test_every_schema_is_read_by_the_same_names(write: Any, schema: int) -> None:
    cell = read_cell(write(method="wca-hard", seed=3, schema=schema, options={"epsilon": 0.5}))
    assert (cell.suite, cell.pair, cell.method, cell.seed) == ("synthetic", "en-nl", "wca-hard", 3)
    named = cell.configuration
    assert (named.suite, named.pair, named.method, named.seed) == ("synthetic", "en-nl", "wca-hard", 3)
    assert cell.options == {"epsilon": 0.5}
    assert cell.recipe == RECIPE and cell.encoder_table == ENCODER
    assert cell.encoder_identity == ENCODER["identity"] and cell.encoder_name == "toy-encoder"
    assert cell.types == TYPES and cell.labels == "drop"
    assert cell.precision == "fp32" and cell.environment["device"] == "cpu"
    assert cell.schema == schema and cell.is_older == (schema < SCHEMA)
    assert cell.counts("source", LENIENT).types == cell.counts("target", STRICT).types == TYPES


def test_the_data_of_each_schema_is_known_by_its_names(write: Any) -> None:
    old, new = read_cell(write(schema=1)), read_cell(write(method="wca-hard"))
    assert old.data_sha256 == {"test": sha256("en-nl")}
    assert old.configuration.test_sha256("target", "test") == sha256("en-nl")
    assert old.configuration.test_sha256("target", "another") is None
    assert new.data_sha256 == {
        "target-test": sha256("en-nl"),
        "source-test": sha256("en"),
        "labelled": sha256("labelled"),
        "parallel": sha256("parallel en-nl"),
    }
    assert new.configuration.test_sha256("source", "whatever") == sha256("en")


def test_code_is_in_the_key_of_schema_2_and_beside_it_in_schema_1(write: Any) -> None:
    old, new = read_cell(write(schema=1, code={"harness": "ab"})), read_cell(write())
    assert old.code == {"harness": "ab"} and old.configuration.without_code() == old.config
    assert {name: value[:2] for name, value in new.code.items()} == {
        "harness": "c0",
        "method": "d0",
        "tagging": "a0",
        "scoring": "e0",
    }
    again = read_cell(write(changes={"code": {"harness": "ab"}}))
    assert again.key != new.key
    assert again.configuration.without_code() == new.configuration.without_code()
    other = read_cell(write(seed=2))
    assert other.configuration.without_code() != new.configuration.without_code()


def test_models_and_stages_are_read_where_they_were_recorded(write: Any) -> None:
    stages = [{"name": "teacher", "steps": 3}, {"name": "fit", "steps": 4}]
    model = {"key": "abc", "seconds": 20.0, "shared": True}
    shared = read_cell(write(seconds=22.0, model=model, stages=stages))
    assert (shared.model_key, shared.seconds, shared.training_seconds) == ("abc", 22.0, 20.0)
    assert [stage["name"] for stage in shared.stages] == ["teacher", "fit"]
    old = read_cell(write(schema=1, seconds=25.0, timings={"fit": 18.0}))
    assert (old.model_key, old.stages) == (None, [])
    assert (old.seconds, old.training_seconds) == (25.0, 18.0)
    assert read_cell(write(schema=1, seed=2)).training_seconds is None


def test_tags_are_those_that_the_cell_kept(write: Any) -> None:
    new, old = write(), write(schema=1)
    assert read_cell(new).tags() == read_tags(new / TAGS)
    assert read_cell(old).tags() == {"target": [["O"]]}
    (new / TAGS).unlink()
    (old / PREDICTIONS).unlink()
    assert read_cell(new).tags() == read_cell(old).tags() == {}


def remove(table: dict[str, Any], path: str) -> dict[str, Any]:
    """The table without the value at a dotted path."""
    name, _, rest = path.partition(".")
    if not rest:
        return {key: value for key, value in table.items() if key != name}
    return {**table, name: remove(table[name], rest)}


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        *((1, part) for part in ("suite", "pair", "seed", "method", "encoder", "recipe", "data")),
        *((1, part) for part in ("method.name", "method.options")),
        *((2, part) for part in ("suite", "pair", "test", "types", "model")),
        *((2, f"model.{part}") for part in ("method", "encoder", "recipe", "seed", "slots")),
        *((2, f"model.method.{part}") for part in ("name", "options")),
    ],
)
def test_a_configuration_without_one_of_its_parts_is_refused(write: Any, schema: int, part: str) -> None:
    folder = write(schema=schema)
    edited(folder, config=remove(config_of(folder), part))
    with pytest.raises(UserError, match=f"config: '{part}' is missing") as error:
        read_cell(folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("schema", [0, 3, "2", None])
def test_a_configuration_of_another_schema_is_refused(write: Any, schema: Any) -> None:
    folder = write()
    edited(folder, config={**config_of(folder), "schema": schema})
    with pytest.raises(UserError, match=r"config: schema .* is not one that this wcabench reads"):
        read_cell(folder)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"model": {"key": "a", "seconds": 1.0}}, "'model.shared' is missing"),
        (
            {"model": {"key": "a", "seconds": "1", "shared": True}},
            "'model.seconds' is a text; wanted a number",
        ),
        ({"model": []}, "'model' is a list; wanted a table"),
        ({"stages": ["fit"]}, r"'stages\[0\]' is a text; wanted a table"),
        ({"stages": {}}, "'stages' is a table; wanted a list"),
        ({"commit": 3}, "'commit' is a number; wanted a text"),
        ({"caption": None}, "'caption' is null; wanted a text"),
        ({"rescored": "yes"}, "'rescored' is a text; wanted a table"),
        ({"schema": SCHEMA + 1}, "of a newer wcabench"),
    ],
)
def test_a_record_of_wrong_types_is_refused(write: Any, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as error:
        read_cell(edited(write(), **changed))
    assert "\n" not in str(error.value)


def test_what_schema_2_adds_may_be_absent_or_null(write: Any) -> None:
    assert read_cell(edited(write(), commit=None)).state == "done"
    folder = write(seed=2)
    record = json.loads((folder / "cell.json").read_text())
    write_record(folder / "cell.json", {k: v for k, v in record.items() if k not in ("stages", "commit")})
    assert read_cell(folder).stages == []


@pytest.mark.parametrize("schema", [1, 2])
def test_the_key_is_that_of_the_cells_own_configuration(write: Any, schema: int) -> None:
    folder = write(schema=schema)
    record = json.loads((folder / "cell.json").read_text())
    record["config"]["pair"] = "en-xx"
    write_record(folder / "cell.json", record)
    with pytest.raises(UserError, match="the key does not belong to the configuration"):
        read_cell(folder)


@pytest.mark.parametrize("schema", [1, 2])
def test_a_store_knows_where_a_cell_of_either_schema_stands(write: Any, tmp_path: Path, schema: int) -> None:
    folder = write(schema=schema)
    cell = read_cell(folder)
    store = Store(tmp_path / "results")
    assert store.folder(cell.config, cell.key) == folder
    found = store.get(cell.config, cell.key)
    assert isinstance(found, Cell) and found.path == folder
