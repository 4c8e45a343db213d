import json
from pathlib import Path
from typing import Any

import pytest

RUN = ("run", "--suite", "toy", "-p", "en-xx")


def test_run_prints_a_summary_and_keeps_its_log_off_stdout(invoke: Any) -> None:
    result = invoke(*RUN, "-m", "lookup", "--seeds", "2")
    assert result.exit_code == 0
    assert "lookup" in result.stdout and "100.00" in result.stdout and "started" not in result.stdout
    assert "en-xx lookup seed 1: started" in result.stderr
    assert "en-xx lookup seed 1: training 50% (10/20)" in result.stderr
    assert "done, F1 100.00" in result.stderr
    assert result.stderr.count("seed 1: training") == 10


def test_run_json_has_cells_and_summary(invoke: Any) -> None:
    result = invoke(*RUN, "-m", "lookup", "-m", "raises", "--seeds", "2", "--json")
    assert result.exit_code == 1, "a cell failed"
    answer = json.loads(result.stdout)
    cell = answer["cells"][0]
    assert {"suite", "pair", "method", "seed", "key", "state", "f1", "seconds", "path"} <= set(cell)
    assert (cell["suite"], cell["state"], cell["f1"]) == ("toy", "done", 100.0)
    assert (Path(cell["path"]) / "cell.json").is_file() and cell["path"].startswith("results/")
    assert answer["summary"] == [
        {"pair": "en-xx", "method": "lookup", "n": 2, "mean": 100.0, "std": 0.0},
        {"pair": "en-xx", "method": "raises", "n": 0, "mean": None, "std": None},
    ]


def test_a_failed_cell_is_named_with_the_place_of_its_traceback(invoke: Any) -> None:
    result = invoke(*RUN, "-m", "raises", "-m", "lookup")
    assert result.exit_code == 1
    assert "en-xx raises seed 1: FloatingPointError: loss is NaN at step 3" in result.stderr
    assert "error.txt" in result.stderr and "Traceback" not in result.stderr


def test_a_second_run_trains_nothing(invoke: Any, fits: Any) -> None:
    invoke(*RUN, "-m", "lookup")
    result = invoke(*RUN, "-m", "lookup")
    assert result.exit_code == 0 and "100.00" in result.stdout and "done already" in result.stderr
    assert len(fits()) == 1


def test_a_dry_run_says_what_is_cached_and_touches_nothing(invoke: Any, fits: Any) -> None:
    invoke(*RUN, "-m", "lookup", "--results", "r")
    result = invoke(*RUN, "-m", "lookup", "--seeds", "2", "--results", "r", "--dry-run")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0 and lines[0].startswith("cached") and lines[1].startswith("to run")
    assert len(fits()) == 1
    answer = json.loads(invoke(*RUN, "-m", "lookup", "--dry-run", "--json", "--results", "none").stdout)
    assert [cell["state"] for cell in answer["cells"]] == ["to run"]
    assert not Path("none").exists()


def test_force_runs_again(invoke: Any, fits: Any) -> None:
    invoke(*RUN, "-m", "lookup")
    assert invoke(*RUN, "-m", "lookup", "--force").exit_code == 0
    assert len(fits()) == 2


def test_ctrl_c_exits_130(invoke: Any) -> None:
    result = invoke(*RUN, "-m", "lookup", "-m", "interrupts", "--seeds", "2")
    assert result.exit_code == 130
    assert "1 of 4 cells done" in result.stderr and "the same command" in result.stderr
    assert not list(Path("results/.partial").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-m", "lokup"), "unknown method 'lokup': did you mean 'lookup'?"),
        (("-m", "lookup", "-p", "en-xz"), "unknown pair 'en-xz' of suite 'toy': did you mean 'en-xx'?"),
        (("-m", "lookup", "--suite", "toys"), "unknown suite 'toys': did you mean 'toy'?"),
        (("-m", "lookup", "--set", "recipe.epoch=1"), "did you mean 'recipe.epochs'?"),
        (("-m", "lookup", "--set", "lookup.dropp=1"), "did you mean 'lookup.drop'?"),
        (("-m", "lookup", "--set", "raises.drop=1"), "'raises' is not in this run"),
        (("-m", "lookup", "--set", "epochs=1"), "wanted TABLE.KEY=VALUE"),
        (("-m", "lookup", "--seeds", "1,1"), "given twice"),
        (("-m", "lookup", "--encoder", "./nowhere"), "no such folder"),
        (("-m", "lookup", "--encoder", "a/b"), "no revision"),
        (
            (
                "-m",
                "unimportable",
            ),
            "no_such_module",
        ),
        ((), "which cells?"),
    ],
)
def test_the_users_mistakes_are_one_line_and_exit_2(invoke: Any, arguments: Any, message: str) -> None:
    result = invoke(*RUN, *arguments)
    assert result.exit_code == 2 and not result.stdout
    assert result.stderr.startswith("error: ") and message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not Path("results").exists()


def test_an_encoder_folder_without_weights_is_refused(invoke: Any, tmp_path: Path) -> None:
    (tmp_path / "enc").mkdir()
    (tmp_path / "enc" / "config.json").write_text("{}")
    (tmp_path / "enc" / "vocab.txt").write_text("[UNK]")
    result = invoke(*RUN, "-m", "lookup", "--encoder", str(tmp_path / "enc"))
    assert result.exit_code == 2 and "no weights" in result.stderr


def test_missing_data_is_said_before_anything_is_trained(invoke: Any, fits: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("WORLD_NO_DATA", "en-yy")
    result = invoke(*RUN, "-p", "en-yy", "-m", "lookup")
    assert result.exit_code == 2 and "test.conll is missing" in result.stderr and not fits()


def test_a_results_folder_that_cannot_be_written_is_said_before_anything_is_trained(
    invoke: Any, fits: Any, monkeypatch: Any
) -> None:
    import errno

    def refuse(self: Path, *_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    result = invoke(*RUN, "-m", "lookup")
    assert result.exit_code == 2 and "results: Read-only file system" in result.stderr and not fits()


def test_a_broken_plugin_is_reported_and_all_goes_on_without_it(invoke: Any) -> None:
    result = invoke(*RUN, "-m", "all", "--dry-run")
    assert result.exit_code == 0 and "skipped: method 'unimportable'" in result.stderr
    assert "unimportable" not in result.stdout


def test_offline_reaches_the_hub_libraries(invoke: Any, monkeypatch: Any) -> None:
    import os

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "0")
    invoke(*RUN, "-m", "lookup", "--offline", "--dry-run")
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["HF_DATASETS_OFFLINE"] == "1"
