"""Real trainings of a tiny encoder on the embedded corpus, repeated."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wcabench.cli import main
from wcabench.runs.cells import read_cell
from wcabench.runs.two_runs import compare_runs

TINY = ("max_labelled=12", "epochs=1", "max_length=32", "max_pairs=8", "precision=fp32")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--offline", "--device", "cpu"])


@pytest.mark.slow
def test_a_training_is_repeated_bit_for_bit_by_verify_and_from_its_signature(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    """Three trainings in one process: whatever state leaks from one to the next shows."""
    encoder = ("--encoder", str(tiny_encoder))
    settings = [word for one in TINY for word in ("--set", f"recipe.{one}")]
    grid = ("run", "--pair", "en-nl", "--method", "wca-hard", "--set", "wca-hard.epsilon=0.1")
    ran = call(*grid, *settings, *encoder, "--results", str(tmp_path / "r"), "--json")
    assert ran.exit_code == 0, ran.output
    (row,) = json.loads(ran.stdout)["cells"]

    verified = call("store", "verify", row["path"], *encoder, "--json")
    answer = json.loads(verified.stdout)
    assert (verified.exit_code, answer["verdict"]) == (0, "identical")
    assert answer["unlike"] == answer["not_stored"] == answer["environment"] == []

    stored = read_cell(Path(row["path"]))
    again = call(
        "store", "rerun", stored.record["signature"], *encoder, "--results", str(tmp_path / "again"), "--json"
    )
    assert again.exit_code == 0, again.output
    (repeated,) = json.loads(again.stdout)["cells"]
    assert repeated["key"] == row["key"]
    assert compare_runs(stored, read_cell(Path(repeated["path"]))).verdict == "identical"

    without = call("store", "verify", row["path"])
    assert without.exit_code == 2 and "give its folder with --encoder" in without.output


def test_a_cell_that_was_rescored_after_a_change_of_the_scorers_is_done_for_run(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = [word for one in TINY for word in ("--set", f"recipe.{one}")]
    results = ("--results", str(tmp_path / "r"))
    grid = ("run", "--pair", "en-nl", "--method", "none", *settings, "--encoder", str(tiny_encoder), *results)
    with monkeypatch.context() as yesterday:
        yesterday.setattr("wcabench.runs.plan.scoring_code", lambda: "0" * 64)
        assert call(*grid).exit_code == 0
    (to_run,) = json.loads(call(*grid, "--dry-run", "--json").stdout)["cells"]
    assert to_run["state"] == "to run"
    rescored = CliRunner().invoke(main, ["store", "rescore", *results, "--json"])
    (row,) = json.loads(rescored.stdout)["cells"]
    assert row["key"] == to_run["key"] != row["key_before"] and row["f1"] == row["f1_before"]
    again = json.loads(call(*grid, "--json").stdout)
    assert again["cells"][0]["cached"] and again["models"] == {"trained": 0, "shared": 0}
