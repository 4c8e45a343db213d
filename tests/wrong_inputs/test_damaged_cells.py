"""Cells that are damaged, and a disk that fills up: the others count, and nothing is lost."""

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from mistakes_by_hand import FILES, RUN, SUITE, wcabench


@pytest.fixture(scope="module")
def finished(tiny_encoder, tmp_path_factory) -> Path:
    """A results folder with two finished cells of the suite, seeds 1 and 2."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, text in {**FILES, "tiny.toml": SUITE}.items():
            Path(name).write_text(text)
        result = wcabench(*real_run(tiny_encoder, "2"))
    assert result.exit_code == 0, result.output
    return folder / "results"


def real_run(encoder: Path, seeds: str) -> tuple[str, ...]:
    return (
        *RUN,
        "--encoder",
        str(encoder),
        "--set",
        "recipe.epochs=1",
        "--device",
        "cpu",
        "--seeds",
        seeds,
        "--json",
    )


def test_a_disk_that_is_full_when_a_cell_ends_keeps_the_finished_ones(finished, tiny_encoder, monkeypatch):
    shutil.copytree(finished, "results")
    run = real_run(tiny_encoder, "3")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez_compressed", refuse)  # the counts, written when the cell has been trained
        result = wcabench(*run)
    assert result.exit_code == 2 and result.stdout == "" and "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert (
        len(errors) == 1 and "results folder results: No space left on device; free some space" in errors[0]
    )
    assert not list(Path("results/.partial").iterdir())

    cells = json.loads(wcabench("list", "results", "--json").stdout)
    assert [cell["seed"] for cell in cells] == [1, 2]
    again = json.loads(wcabench(*run).stdout)["cells"]
    assert [(cell["seed"], cell["cached"]) for cell in again] == [(1, True), (2, True), (3, False)]


def cut(file: str):
    return lambda cell: (cell / file).write_bytes((cell / file).read_bytes()[:-40])


def remove(file: str):
    return lambda cell: (cell / file).unlink()


def write(content: bytes):
    return lambda cell: (cell / "cell.json").write_bytes(content)


def edit(**values):
    def do(cell: Path) -> None:
        record = json.loads((cell / "cell.json").read_text())
        (cell / "cell.json").write_text(json.dumps({**record, **values}))

    return do


def reseed(cell: Path) -> None:
    record = json.loads((cell / "cell.json").read_text())
    edit(config={**record["config"], "seed": 7})(cell)


def miscount(cell: Path) -> None:
    with np.load(cell / "counts.npz") as arrays:
        np.savez(cell / "counts.npz", **{**arrays, "target_tp": np.zeros(3, np.int8)})


CORRUPTIONS = {
    "a record that is cut short": cut("cell.json"),
    "an empty record": write(b""),
    "a record of zeros": write(b"\0" * 64),
    "a record in another encoding": write(b"\xff\xfe{}"),
    "a record that is a list": write(b"[]"),
    "a record without schema": write(b"{}"),
    "a record of a newer version": edit(schema=99),
    "a record without its F1": edit(f1=None),
    "a record with another configuration than its key": reseed,
    "no record": remove("cell.json"),
    "counts that are cut short": cut("counts.npz"),
    "no counts": remove("counts.npz"),
    "counts of the wrong shape": miscount,
    "an F1 that is no number": edit(f1=float("nan")),
    "an F1 that is not that of its counts": edit(f1=99.0),
    "a training of the wrong type": edit(training=None),
    "notes of the wrong type": edit(notes=None),
    "a record nested beyond reason": write(b"[" * 100_000),
}


@pytest.fixture
def corrupt(finished):
    """A copy of the finished cells in `results`; a call damages that of seed 1 and gives its folder."""
    shutil.copytree(finished, "results")
    (cell,) = Path("results/tiny/en-nl/none").glob("seed-1-*")

    def damage(how) -> Path:
        how(cell)
        return cell

    return damage


@pytest.mark.parametrize(("name", "how"), CORRUPTIONS.items())
def test_a_corrupt_cell_is_left_out_and_named_and_the_others_count(corrupt, name, how):
    cell = corrupt(how)
    for command in (
        ("list", "results", "--json"),
        ("status", "--json"),
        ("report", "--json", "--resamples", "100"),
    ):
        result = wcabench(*command)
        assert result.exit_code == 0, result.output
        assert str(cell) in result.stderr + result.stdout and "Traceback" not in result.output
        answer = json.loads(result.stdout)
        if command[0] == "list":
            assert [row["seed"] for row in answer] == [2]
            assert result.stderr.startswith("left out: ") and result.stderr.count("\n") == 1
        if command[0] == "status":
            assert answer["done"] == 1 and [row["path"] for row in answer["left_out"]] == [str(cell)]

    shown = wcabench("store", "show", cell.name.rpartition("-")[2])
    assert shown.exit_code == 2 and isinstance(shown.exception, SystemExit)
    assert shown.stderr.startswith("error: ") and shown.stderr.count("\n") == 1 and str(cell) in shown.stderr


@pytest.mark.parametrize("name", ["a record that is cut short", "counts that are cut short"])
def test_a_corrupt_cell_is_run_again_and_kept_aside(corrupt, tiny_encoder, name):
    cell = corrupt(CORRUPTIONS[name])
    result = wcabench(*real_run(tiny_encoder, "2"))
    assert result.exit_code == 0, result.output
    cells = json.loads(result.stdout)["cells"]
    assert [(one["seed"], one["state"], one["cached"]) for one in cells] == [
        (1, "done", False),
        (2, "done", True),
    ]
    assert cell.with_name(cell.name + ".corrupt-1").is_dir()
    listed = wcabench("list", "results", "--json")
    assert [row["seed"] for row in json.loads(listed.stdout)] == [1, 2] and listed.stderr == ""
