import json
import shutil
from pathlib import Path
from typing import Any

from wcabench.runs.record import SCHEMA

RUN = ("run", "--suite", "toy", "-p", "en-xx")


def test_list_methods_json_has_the_broken_ones_with_the_reason(invoke: Any, world: Any) -> None:
    rows = {row["name"]: row for row in json.loads(invoke("list", "methods", "--json").stdout)}
    assert rows["lookup"] == {
        "name": "lookup",
        "summary": "Answers with the gold tags, but for the words that its options drop.",
        "needs": ["labelled", "target-text"],
        "paper": "nobody 2020",
        "origin": "wcabench 1.0: wcabench_test_world:Lookup",
    }
    assert "no_such_module" in rows["unimportable"]["broken"]
    assert set(rows) == {*world.METHODS, "plain", "unimportable"}
    assert "broken: " in invoke("list", "methods").stdout


def test_list_pairs_and_suites(invoke: Any) -> None:
    assert invoke("list", "pairs", "--suite", "toy").stdout.split() == ["en-xx", "en-yy"]
    assert json.loads(invoke("list", "pairs", "--suite", "toy", "--json").stdout) == ["en-xx", "en-yy"]
    assert json.loads(invoke("list", "suites", "--json").stdout) == [
        {"name": "toy", "summary": "a toy", "pairs": ["en-xx", "en-yy"]}
    ]
    assert "a toy" in invoke("list", "suites").stdout


def test_list_results_leaves_corrupt_cells_out_and_says_so(invoke: Any) -> None:
    cells = json.loads(invoke(*RUN, "-m", "lookup", "--seeds", "2", "--json").stdout)["cells"]
    (Path(cells[1]["path"]) / "cell.json").write_text("{")
    result = invoke("list", "results", "--json")
    assert [row["key"] for row in json.loads(result.stdout)] == [cells[0]["key"]]
    assert "left out: " in result.stderr and cells[1]["path"] in result.stderr
    assert cells[0]["key"] in invoke("list", "results").stdout


def test_list_results_of_nothing_is_empty(invoke: Any) -> None:
    result = invoke("list", "results", "--json")
    assert result.exit_code == 0 and json.loads(result.stdout) == []


def test_status_counts_the_store_and_a_grid(invoke: Any) -> None:
    invoke(*RUN, "-m", "lookup", "-m", "raises")
    store = json.loads(invoke("status", "--json").stdout)
    assert (store["done"], store["failed"], store["todo"]) == (1, 1, None)
    grid = ("status", "--suite", "toy", "-p", "all", "-m", "lookup", "-m", "raises")
    answer = json.loads(invoke(*grid, "--json").stdout)
    assert (answer["done"], answer["failed"], answer["todo"]) == (1, 1, 2)
    assert len(answer["cells"]) == 4
    assert "1 done, 1 failed, 2 to do" in invoke(*grid).stdout


def test_status_needs_both_halves_of_a_grid(invoke: Any) -> None:
    result = invoke("status", "--suite", "toy", "-m", "lookup")
    assert result.exit_code == 2 and "--pair" in result.stderr


def test_show_prints_all_about_a_cell(invoke: Any) -> None:
    (cell,) = json.loads(invoke(*RUN, "-m", "lookup", "--json").stdout)["cells"]
    text = invoke("store", "show", cell["key"][:6]).stdout
    for piece in (
        cell["key"],
        "signature: lookup|en-xx|toy|",
        "note: a toy",
        "target-test (strict;",
        "recipe.epochs: 3",
        "stage fit",
    ):
        assert piece in text
    record = json.loads(invoke("store", "show", cell["path"], "--json").stdout)
    assert record["schema"] == SCHEMA and record["key"] == cell["key"] and record["path"] == cell["path"]


def test_show_prints_the_traceback_of_a_failed_cell(invoke: Any) -> None:
    (cell,) = json.loads(invoke(*RUN, "-m", "raises", "--json").stdout)["cells"]
    assert "Traceback" in invoke("store", "show", cell["key"]).stdout


def test_show_of_nothing_and_of_a_corrupt_cell_exits_2(invoke: Any) -> None:
    assert invoke("store", "show", "abc").exit_code == 2
    (cell,) = json.loads(invoke(*RUN, "-m", "lookup", "--json").stdout)["cells"]
    (Path(cell["path"]) / "counts.npz").unlink()
    result = invoke("store", "show", cell["key"])
    assert result.exit_code == 2 and "counts.npz" in result.stderr


def test_a_copied_store_shows_the_same(invoke: Any) -> None:
    invoke(*RUN, "-m", "lookup")
    shutil.copytree("results", "copy")
    assert invoke("list", "results").stdout == invoke("list", "results", "--results", "copy").stdout


def test_doctor_says_what_is_missing(invoke: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        "wcabench.cli.doctor._device", lambda: {"auto": "cpu"}
    )  # torch takes seconds to import
    monkeypatch.setenv("WORLD_NO_DATA", "en-yy")
    result = invoke("doctor", "--suite", "toy", "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["pairs"]["en-xx"]["ready"] is True
    assert answer["pairs"]["en-yy"] == {
        "ready": False,
        "state": "en-yy: test.conll is missing; put it into --data-dir",
    }
    assert answer["encoder"]["ready"] is False and "prepare" in answer["encoder"]["state"]
    assert "no_such_module" in answer["methods"]["unimportable"]
    text = invoke("doctor", "--suite", "toy").stdout
    assert "missing  en-yy" in text and "ok       en-xx" in text
