"""Stores of an older schema are read by every command, which says once that they are old."""

import json
from pathlib import Path
from typing import Any

import pytest
from stores_by_hand import StoreOnDisk

NOTE = "of an older schema (1)"
READING = [
    ("status",),
    ("list", "results"),
    ("report", "--resamples", "100"),
    ("report", "--resamples", "100", "--format", "markdown"),
]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    store = StoreOnDisk(tmp_path / "results")
    store.cell(seed=1, schema=1)
    store.cell(seed=2, schema=1)
    store.cell(seed=3)
    return store.root


@pytest.fixture
def new(tmp_path: Path) -> Path:
    store = StoreOnDisk(tmp_path / "new")
    store.cell()
    return store.root


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_reads_older_cells_says_so_once(invoke: Any, mixed: Path, command: Any) -> None:
    result = invoke(*command, "--results", str(mixed))
    assert result.exit_code == 0, result.output
    text = " ".join((result.stdout + result.stderr).split()).replace("\\", "")
    assert text.count(NOTE) == 1


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_nothing_is_said_of_new_cells(invoke: Any, new: Path, command: Any) -> None:
    result = invoke(*command, "--results", str(new))
    assert result.exit_code == 0 and "older schema" not in result.stdout + result.stderr


def test_show_says_it_of_the_one_cell(invoke: Any, mixed: Path) -> None:
    said = []
    for folder in sorted(mixed.glob("*/*/*/seed-*")):
        result = invoke("store", "show", folder.name.rpartition("-")[2], "--results", str(mixed))
        assert result.exit_code == 0, result.output
        said.append(f"The cell is {NOTE}" in result.stdout)
    assert said == [True, True, False]


def test_json_counts_them(invoke: Any, mixed: Path) -> None:
    assert json.loads(invoke("status", "--results", str(mixed), "--json").stdout)["older_schema"] == 2
    listed = json.loads(invoke("list", "results", "--results", str(mixed), "--json").stdout)
    assert [row["schema"] for row in listed] == [1, 1, 2]


def test_every_other_reading_command_reads_them(invoke: Any, mixed: Path, tmp_path: Path) -> None:
    store = StoreOnDisk(tmp_path / "results")
    for seed in (1, 2):
        store.cell(method="theirs", seed=seed, schema=1, quality=0.7)
    results = ("--results", str(mixed))
    for command in (
        ("compare", "theirs", "none", "--resamples", "100", *results),
        ("plot", "f1", "--group", "1", "--json", *results),
        ("store", "export", str(tmp_path / "old.zip"), *results),
        ("store", "import", str(tmp_path / "old.zip"), "--results", str(tmp_path / "imported")),
        ("store", "merge", str(mixed), "--results", str(tmp_path / "merged")),
    ):
        result = invoke(*command)
        assert result.exit_code == 0, (command, result.output)
    assert len(list((tmp_path / "imported").glob("*/*/*/seed-*"))) == 5
