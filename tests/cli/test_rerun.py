import json
from pathlib import Path
from typing import Any

import pytest

RUN = ("run", "--suite", "toy", "--pair", "en-xx", "--method", "lookup")


@pytest.fixture
def cells(invoke: Any) -> Any:
    """Two finished cells of seeds 1 and 2 in `results`."""
    return json.loads(invoke(*RUN, "--seeds", "2", "--set", "lookup.drop=1", "--json").stdout)["cells"]


@pytest.fixture
def signature(cells: Any) -> str:
    from wcabench.runs.cells import read_cell
    from wcabench.runs.signature_fields import merged_signature

    return merged_signature([read_cell(Path(cell["path"])).record for cell in cells])


def keys(result: Any) -> set[str]:
    assert result.exit_code == 0, result.stderr
    return {cell["key"] for cell in json.loads(result.stdout)["cells"]}


def test_a_signature_runs_its_cells_again(invoke: Any, fits: Any, cells: Any, signature: str) -> None:
    again = invoke("store", "rerun", signature, "--results", "again", "--json")
    assert keys(again) == {cell["key"] for cell in cells}
    assert len(fits()) == 4
    assert len(list(Path("again").glob("toy/en-xx/lookup/seed-*/cell.json"))) == 2


def test_the_line_under_a_table_is_enough(invoke: Any, cells: Any) -> None:
    report = json.loads(invoke("report", "--json").stdout)
    (line,) = {s for t in report["sections"][0]["tables"] for s in t["caption"] if s.startswith("Signature")}
    assert keys(invoke("store", "rerun", line, "--results", "again", "--json")) == {
        cell["key"] for cell in cells
    }


def test_what_the_results_folder_has_counts_as_done(invoke: Any, fits: Any, signature: str) -> None:
    result = invoke("store", "rerun", signature)
    assert result.exit_code == 0 and len(fits()) == 2
    assert (
        "nothing to run: 2 cells done already (--results DIR runs them into another folder" in result.stderr
    )
    dry = invoke("store", "rerun", signature, "--results", "again", "--dry-run")
    assert dry.stdout.count("to run") == 2 and not Path("again").exists()


def test_a_key_and_a_path_name_one_cell(invoke: Any, cells: Any) -> None:
    first = cells[0]
    for name in (first["key"][:6], first["path"], f"{first['path']}/cell.json"):
        assert keys(invoke("store", "rerun", name, "--results", "results", "--json")) == {first["key"]}
    result = invoke("store", "rerun", first["key"][:6], "--from", "results", "--results", "again", "--json")
    assert keys(result) == {first["key"]}
    missing = invoke("store", "rerun", first["key"][:6], "--results", "elsewhere")
    assert missing.exit_code == 2 and "no cell" in missing.stderr


def test_from_takes_the_cells_of_a_store_that_have_the_signature(
    invoke: Any, cells: Any, signature: str
) -> None:
    invoke(*RUN, "--seeds", "1,", "--results", "other", "--set", "lookup.drop=1")
    result = invoke("store", "rerun", signature, "--from", "other", "--results", "again", "--json")
    assert keys(result) == {cells[0]["key"]}, "the other store has seed 1 alone"
    nothing = invoke("store", "rerun", signature.replace("drop:1", "drop:2"), "--from", "other")
    assert nothing.exit_code == 2 and "other: no finished cell has this signature" in nothing.stderr
    nowhere = invoke("store", "rerun", signature, "--from", "nowhere")
    assert nowhere.exit_code == 2 and nowhere.stderr.startswith("error: --from nowhere: no such folder")


def test_a_failed_cell_can_be_run_again(invoke: Any, fits: Any) -> None:
    (cell,) = json.loads(invoke(*RUN[:-1], "raises", "--json").stdout)["cells"]
    result = invoke("store", "rerun", cell["key"], "--from", "results", "--results", "again")
    assert result.exit_code == 1 and "loss is NaN" in result.stderr and len(fits()) == 2


def test_an_installation_that_did_not_make_the_cells_is_refused_and_every_difference_named(
    invoke: Any, fits: Any, signature: str
) -> None:
    other = signature.replace("device:cpu", "device:cuda:NVIDIA-H100").replace("wcabench:", "wcabench:9.")
    result = invoke("store", "rerun", other, "--results", "again")
    assert result.exit_code == 2 and not result.stdout and not Path("again").exists() and len(fits()) == 2
    assert result.stderr.startswith("error: not what made these cells (then | now): wcabench (9.")
    assert "; device (cuda:NVIDIA-H100 | cpu)" in result.stderr and "--force" in result.stderr
    assert result.stderr.count("\n") == 1


def test_force_goes_on_with_a_warning(invoke: Any, cells: Any, signature: str) -> None:
    other = signature.replace("wcabench:", "wcabench:9.")
    result = invoke("store", "rerun", other, "--results", "again", "--force", "--json")
    assert keys(result) == {cell["key"] for cell in cells}
    assert result.stderr.startswith("warning: not what made these cells (then | now): wcabench (9.")
    assert "other keys" not in result.stderr


def test_cells_of_other_data_are_refused_and_get_other_keys(
    invoke: Any, cells: Any, world: Any, monkeypatch: Any
) -> None:
    real = world.Suite.fingerprints
    monkeypatch.setattr(world.Suite, "fingerprints", lambda *given: {**real(*given), "train": "c" * 64})
    command = ("store", "rerun", cells[0]["key"], "--from", "results", "--results", "again", "--json")
    refused = invoke(*command)
    assert refused.exit_code == 2
    assert f"model.slots.labelled ({'a' * 12} | {'c' * 12})" in refused.stderr
    forced = invoke(*command, "--force")
    assert "these cells have other keys" in forced.stderr
    assert keys(forced) != {cells[0]["key"]}


@pytest.mark.parametrize("line", ["lookup|en-xx", "lookup|en-xx|toy|seed:1"])
def test_half_a_signature_is_refused_with_what_is_wanted(invoke: Any, line: str) -> None:
    result = invoke("store", "rerun", line)
    assert result.exit_code == 2 and "wanted METHOD|PAIR|SUITE|data:" in result.stderr
