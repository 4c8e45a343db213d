import dataclasses
from typing import Any

import pytest
from attempts import attempt_one

from wcabench.config import EncoderConfig
from wcabench.errors import UserError
from wcabench.runs.cells import Cell, read_cell
from wcabench.runs.here import Here
from wcabench.runs.keys import config_key
from wcabench.runs.repeat import repeat_cells, signed_cells


@pytest.fixture
def here(world: Any) -> Here:
    return Here(world.DataSource())


@pytest.fixture
def run(make_plan: Any, place: Any) -> Any:
    """Runs one cell with these settings and gives it as the store has it."""

    def one(**settings: Any) -> Cell:
        (planned,) = make_plan(settings=settings)
        return read_cell(attempt_one(planned, place).path)

    return one


def changed(cell: Cell, path: str, value: Any) -> Cell:
    """The cell with another value in its configuration, and the key that belongs to it."""
    *parents, last = path.split(".")
    record = {**cell.record, "config": dict(cell.config)}
    table = record["config"]
    for name in parents:
        table[name] = dict(table[name])
        table = table[name]
    table[last] = value
    return Cell(cell.path, {**record, "key": config_key(record["config"])})


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lookup": {"drop": "1", "kinds": "x,y"}},
        {"recipe": {"epochs": "1", "long_sentences": "truncate"}},
        {"encoder": {"layers": "9", "bidirectional": "true"}, "data": {"labels": "map"}},
    ],
)
def test_a_cell_is_planned_again_with_its_own_key(run: Any, here: Here, settings: Any) -> None:
    cell = run(**settings)
    again = repeat_cells([cell], here)
    assert [one.key for one in again.cells] == [cell.key]
    assert again.changed == again.installation == ()


def test_what_a_record_leaves_out_is_the_default_and_not_the_suites(
    run: Any, here: Here, world: Any, monkeypatch: Any
) -> None:
    cell = run()
    recipe = dataclasses.replace(world.Suite().recipe, long_sentences="truncate", epochs=7)
    monkeypatch.setattr(world, "load_suite", lambda name: world.Suite(recipe=recipe))
    monkeypatch.setattr("wcabench.data.suites.load_suite", world.load_suite)
    assert repeat_cells([cell], here).cells[0].key == cell.key


def test_changed_data_is_named_with_both_checksums(run: Any, here: Here) -> None:
    cell = changed(run(), "model.slots.labelled", "c" * 64)
    again = repeat_cells([cell], here)
    assert again.changed == (f"model.slots.labelled ({'c' * 12} | {'a' * 12})",)


def test_the_translation_is_found_by_its_content(run: Any, here: Here, world: Any, monkeypatch: Any) -> None:
    cell = run()
    real = world.Suite.fingerprints

    def fingerprints(self: Any, pair: str, options: Any, source: Any) -> dict[str, str]:
        if options.translation == "missing":
            raise UserError("missing.tsv is missing")
        text = {"second": "e" * 64}.get(options.translation, "d" * 64)
        return {**real(self, pair, options, source), "target_text": text}

    monkeypatch.setattr(world.Suite, "fingerprints", fingerprints)
    monkeypatch.setattr(world.Suite, "translations", lambda self, pair: ("missing", "first", "second"))
    again = repeat_cells([cell], here)
    assert again.changed == () and again.cells[0].data.translation == "second"
    with pytest.raises(UserError, match=r"missing\.tsv is missing"):
        repeat_cells([changed(cell, "model.slots.labelled", "f" * 64)], here)


def test_another_encoder_is_asked_for_and_compared(run: Any, here: Here) -> None:
    cell = changed(run(), "model.encoder.identity", "sha256:" + "e" * 64)
    with pytest.raises(
        UserError, match=r"encoder nowhere/enc \(sha256:e{12}\) is not that of suite 'toy'.*--encoder"
    ):
        repeat_cells([cell], here)
    given = dataclasses.replace(
        here, encoder=EncoderConfig("other/enc", "def0def0def0def0def0def0def0def0def0def0")
    )
    assert repeat_cells([cell], given).changed == (
        f"model.encoder.identity (sha256:{'e' * 12} | hub:other/enc@def0def0def0def0def0def0def0def0def0def0)",
    )


def test_an_encoder_of_the_hub_is_the_one_of_its_commit(run: Any, here: Here) -> None:
    cell = changed(run(), "model.encoder.identity", "hub:other/enc@def0def0def0def0def0def0def0def0def0def0")
    (planned,) = repeat_cells([cell], here).cells
    assert (
        planned.encoder == EncoderConfig("other/enc", "def0def0def0def0def0def0def0def0def0def0")
        and planned.key == cell.key
    )


def test_a_suite_of_ones_own_is_asked_for(run: Any, here: Here) -> None:
    cell = run()
    cell = Cell(cell.path, {**cell.record, "suite": "frisian"})
    with pytest.raises(UserError, match="TOML file of suite 'frisian' with --suite"):
        repeat_cells([cell], here)
    with pytest.raises(
        UserError, match="--suite toy: this is suite 'toy'; wanted the file of suite 'frisian'"
    ):
        repeat_cells([cell], dataclasses.replace(here, suite="toy"))


def test_an_option_of_another_wcabench_is_named(run: Any, here: Here) -> None:
    with pytest.raises(UserError, match=r"cannot be run again here: unknown key 'lookup\.temperature'"):
        repeat_cells([changed(run(), "model.method.options", {"temperature": 1})], here)
    fewer = changed(run(), "model.method.options", {"drop": 0, "weight": 0.5})
    assert repeat_cells([fewer], here).changed == ("model.method.options.kinds (- | ['a', 'b'])",)


def test_a_configuration_that_is_none_is_the_users_error(run: Any, here: Here) -> None:
    cell = run()
    with pytest.raises(UserError, match="no configuration of wcabench"):
        repeat_cells([Cell(cell.path, {**cell.record, "config": {"suite": "toy"}})], here)


def test_what_decides_a_number_in_the_installation_is_named(run: Any, here: Here) -> None:
    cell = run()
    environment = {
        **cell.record["environment"],
        "wcabench": "0.0.9",
        "device": "cuda: NVIDIA H100",
        "precision": "bf16",
        "python": "3.99",
        "packages": {**cell.record["environment"]["packages"], "torch": "1.0", "click": "1.0"},
    }
    other = changed(cell, "model.code", {"harness": "f" * 64, "method": "e" * 64})
    record = {**other.record, "environment": environment, "training": {"precision": "bf16"}}
    found = repeat_cells([Cell(cell.path, record)], here).installation
    assert [one.partition(" (")[0] for one in found] == [
        "wcabench",
        "code",
        "code of lookup",
        "torch",
        "precision",
        "device",
    ]
    assert found[0].startswith("wcabench (0.0.9 | ") and found[-1] == "device (cuda | cpu)"


def test_what_an_old_record_does_not_say_is_no_difference(run: Any, here: Here) -> None:
    cell = run()
    record = {key: value for key, value in cell.record.items() if key not in ("code", "environment")}
    assert repeat_cells([Cell(cell.path, record)], here).installation == ()


def test_the_cells_of_a_signature_are_found_in_a_store(run: Any) -> None:
    plain, dropped = run(), run(lookup={"drop": "1"})
    line = plain.record["signature"]
    assert signed_cells([plain, dropped], line) == [plain]
    both = line.replace("lookup|", "lookup+lookup,drop:1|")
    assert signed_cells([plain, dropped], both) == [plain, dropped]
    assert signed_cells([plain, dropped], line.replace("seed:1", "seed:2")) == []
