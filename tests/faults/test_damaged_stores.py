"""A damaged cell beside a good one: every command leaves it out in one line, or prints the numbers of its counts."""

import json
import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from damages import Damage, file_damages, record_damages
from stores_by_hand import StoreOnDisk

from wcabench.cli import main

COMMANDS = (
    ("status", "-r", "store", "--json"),
    ("list", "results", "-r", "store", "--json"),
    ("report", "-r", "store", "--resamples", "100", "--json"),
    ("report", "-r", "store", "--resamples", "100", "--details", "--format", "markdown"),
    ("method", "diagnose", "-r", "store"),
    ("compare", "none", "wca-hard", "-r", "store", "--resamples", "100", "--examples", "0"),
    ("store", "merge", "store", "-r", "other"),
    ("store", "export", "cells.zip", "-r", "store"),
    ("store", "rescore", "-r", "store", "--dry-run"),
    ("store", "show", "{key}", "-r", "store"),
    ("store", "verify", "{key}", "-r", "store"),
    ("store", "rerun", "{key}", "-r", "store", "--dry-run"),
)
SECONDS = 20
STAGES = [
    {
        "name": "fit",
        "steps": 2,
        "tokens": 9,
        "seconds": 0.1,
        "select": "last",
        "loss": {"step": [1, 2], "total": [1.5, None]},
        "stages": [{"name": "teacher", "steps": 1, "tokens": 3, "seconds": 0.1}],
    }
]
MORE = {
    "stages": STAGES,
    "model": {"key": "ab", "seconds": 3.0, "shared": True},
    "timings": {"fit": 3.0},
    "diagnostics": {"plan_entropy": 0.5, "absent": {"gold": "no gold"}},
    "rescored": {"wcabench": "0.1.0", "finished": "2026-11-22T20:00:00Z", "f1_before": 3.0},
    "training": {"precision": "fp32", "steps": 2, "loss": {"total": [1.0, 0.5]}},
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of two seeds of two methods, and of a cell of schema 1."""
    folder = tmp_path_factory.mktemp("base")
    store = StoreOnDisk(folder / "store")
    for method in ("none", "wca-hard"):
        for seed in (1, 2):
            store.cell(method=method, seed=seed, **MORE)  # type: ignore[arg-type]
    store.cell(method="none", seed=3, schema=1)
    return folder


class HangError(Exception):
    pass


@contextmanager
def time_limit() -> Iterator[None]:
    def end(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def troubles(base: Path, place: Path, pattern: str, name: str, damage: Damage) -> list[str]:
    """What the commands did wrong with a store of which one cell is damaged."""
    shutil.copytree(base, place, symlinks=True)
    os.chdir(place)
    (cell,) = Path("store").glob(pattern)
    damage(cell)
    key = cell.name.rpartition("-")[2]
    wrong = []
    for command in COMMANDS:
        arguments = [part.format(key=key) for part in command]
        try:
            with time_limit():
                result = CliRunner().invoke(main, arguments)
        except HangError:
            wrong.append(f"{name}: {' '.join(arguments)}: hangs")
            continue
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            wrong.append(f"{name}: {' '.join(arguments)}: {result.exception!r}"[:600])
        elif result.exit_code not in (0, 1, 2):
            wrong.append(f"{name}: {' '.join(arguments)}: exit {result.exit_code}")
    return wrong


def each(base: Path, tmp_path: Path, pattern: str, damages: list[tuple[str, Damage]]) -> list[str]:
    wrong = []
    for number, (name, damage) in enumerate(damages):
        wrong += troubles(base, tmp_path / str(number), pattern, name, damage)
        shutil.rmtree(tmp_path / str(number))
    return wrong


@pytest.mark.parametrize("schema", [1, 2])
def test_no_part_of_a_record_brings_a_command_down(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: int
) -> None:
    monkeypatch.chdir(tmp_path)
    pattern = "*/*/none/seed-3-*" if schema == 1 else "*/*/wca-hard/seed-1-*"
    (cell,) = (base / "store").glob(pattern)
    every = sorted(record_damages(json.loads((cell / "cell.json").read_text())).items())
    number = int(os.environ.get("WCABENCH_DAMAGES", "12"))  # the long form takes them all
    chosen = random.Random(schema).sample(every, min(number, len(every)))
    assert not each(base, tmp_path, pattern, chosen)


@pytest.mark.parametrize(
    "name",
    ["counts.npz", *(pytest.param(name, marks=pytest.mark.slow) for name in ("cell.json", "tags.npz"))],
)
def test_no_damaged_file_brings_a_command_down(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    flips = int(os.environ.get("WCABENCH_FLIPS", "1"))
    assert not each(base, tmp_path, "*/*/wca-hard/seed-1-*", list(file_damages(name, 1, flips).items()))
