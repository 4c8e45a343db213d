import json
from pathlib import Path
from typing import Any

import pytest
from stores_by_hand import rewrite

RUN = ("run", "--suite", "toy", "--pair", "en-xx", "--method", "lookup")


def everything(root: Path) -> dict[str, tuple[bytes, int]]:
    files = [file for file in root.rglob("*") if file.is_file()]
    return {str(file.relative_to(root)): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


@pytest.fixture
def cell(invoke: Any) -> Any:
    (row,) = json.loads(invoke(*RUN, "--json").stdout)["cells"]
    return row


def spoil(cell: Any) -> None:
    """The stored cell has one entity more on the source side than a run gives."""

    def one_more(_: Any, arrays: dict[str, Any]) -> None:
        arrays["source_predicted"][0, 0] += 1

    rewrite(Path(cell["path"]), one_more)


def test_an_equal_run_exits_0_and_changes_nothing_in_the_store(
    invoke: Any, fits: Any, cell: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    before = everything(Path("results"))
    result = invoke("store", "verify", cell["key"][:6])
    assert result.exit_code == 0, result.output
    assert len(fits()) == 2
    assert "identical: all that is stored of the two runs is the same" in result.stdout
    assert "target-test          F1 100.00 then, 100.00 now: the same in all 3 sentences" in result.stdout
    assert result.stdout.endswith("environment: the same\n")
    assert everything(Path("results")) == before
    assert not list((tmp_path / "temporary").iterdir())


def test_a_path_names_a_cell_without_its_store(invoke: Any, cell: Any) -> None:
    for name in (cell["path"], f"{cell['path']}/cell.json"):
        assert invoke("store", "verify", name, "--results", "nowhere").exit_code == 0
    assert not Path("nowhere").exists()


def test_other_counts_exit_1_and_say_where(invoke: Any, cell: Any) -> None:
    spoil(cell)
    result = invoke("store", "verify", cell["key"], "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert (answer["verdict"], answer["key"], answer["path"]) == ("differs", cell["key"], cell["path"])
    tests = {test["name"]: test for test in answer["tests"]}
    assert tests["source-test"]["changed"] == 1 and tests["source-test"]["then"] < tests["source-test"]["now"]
    assert tests["target-test"]["changed"] == 0
    assert "+" in invoke("store", "verify", cell["key"]).stdout


def test_equal_counts_in_another_environment_exit_0_and_say_so(invoke: Any, cell: Any) -> None:

    def elsewhere(record: dict[str, Any], _: Any) -> None:
        record["environment"]["packages"]["torch"] = "1.0"
        record["diagnostics"]["entropy"] = 0.25

    rewrite(Path(cell["path"]), elsewhere)
    result = invoke("store", "verify", cell["key"])
    assert result.exit_code == 0
    assert "same counts: in every sentence of both test sets; other diagnostics" in result.stdout
    assert "environment differs (then | now): packages.torch (1.0 | " in result.stdout


def test_a_run_that_fails_exits_1(invoke: Any, cell: Any, world: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(world.Lookup, "act", world.Raises.act)
    result = invoke("store", "verify", cell["key"])
    assert result.exit_code == 1 and not result.stdout
    assert "the new run failed: FloatingPointError: loss is NaN at step 3" in result.stderr


def test_what_cannot_be_verified_exits_2_in_one_line(
    invoke: Any, fits: Any, cell: Any, world: Any, monkeypatch: Any
) -> None:
    (failed,) = json.loads(invoke(*RUN[:-1], "raises", "--json").stdout)["cells"]
    result = invoke("store", "verify", failed["key"])
    assert result.exit_code == 2 and "a failed cell has no numbers to compare" in result.stderr
    assert invoke("store", "verify", "0000").exit_code == 2
    real = world.Suite.fingerprints
    monkeypatch.setattr(world.Suite, "fingerprints", lambda *given: {**real(*given), "train": "c" * 64})
    result = invoke("store", "verify", cell["key"])
    assert result.exit_code == 2 and f"model.slots.labelled ({'a' * 12} | {'c' * 12})" in result.stderr
    assert result.stderr.count("\n") == 1 and len(fits()) == 2
