"""The same cell has the same bits alone, in a pool, in another order and with another hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wcabench.runs.cells import COUNTS, TAGS
from wcabench.runs.store import Store

WORLD = Path(__file__).with_name("world.py")
WAYS = {  # name -> (arguments, hash seed)
    "in another order": (
        ("-m", "shared", "-m", "lookup", "-p", "en-yy", "-p", "en-xx", "--seeds", "2,1"),
        "0",
    ),
    "in a pool": (("-m", "lookup", "-m", "shared", "-p", "all", "--seeds", "2", "--jobs", "2"), "0"),
    "with another hash seed": (("-m", "lookup", "-m", "shared", "-p", "all", "--seeds", "2"), "4242"),
    "alone": (("-m", "lookup", "-p", "en-yy", "--seeds", "2,"), "1"),
}


def bits(root: Path) -> dict[str, tuple[Any, ...]]:
    """Key -> what is stored of a cell, but for times and memory."""
    cells, left_out = Store(root).cells()
    assert cells and not left_out
    kept = ("config", "scores", "f1", "unpredicted_words", "training", "diagnostics", "notes")
    return {
        cell.key: (
            (cell.path / COUNTS).read_bytes(),
            (cell.path / TAGS).read_bytes(),
            *(json.dumps(cell.record[name], sort_keys=True) for name in kept),
        )
        for cell in cells
    }


def run(command: list[str], folder: Path, hash_seed: str) -> dict[str, tuple[Any, ...]]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "OMP_NUM_THREADS": "1",
    }
    ended = subprocess.run(
        [sys.executable, *command, "--results", str(folder), "--json"],
        env=environment,
        cwd=folder.parent,  # where no folder is taken for the installed package
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert ended.returncode == 0, ended.stderr
    return bits(folder)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, ...]]:
    arguments = ["-m", "lookup", "-m", "shared", "-p", "all", "--seeds", "2"]
    folder = tmp_path_factory.mktemp("usual") / "results"
    return run([str(WORLD), "run", "--suite", "toy", *arguments], folder, "0")


@pytest.mark.parametrize("way", WAYS)
def test_the_same_bits_in_every_way(usual: dict[str, tuple[Any, ...]], tmp_path: Path, way: str) -> None:
    arguments, hash_seed = WAYS[way]
    again = run([str(WORLD), "run", "--suite", "toy", *arguments], tmp_path / "results", hash_seed)
    assert again.items() <= usual.items()
    assert way == "alone" or again.keys() == usual.keys()


@pytest.mark.slow
def test_the_same_bits_of_trained_networks_in_every_way(tmp_path: Path) -> None:
    small = ["--set", "recipe.max_labelled=64", "--set", "recipe.epochs=1", "--set", "recipe.max_pairs=64"]
    base = ["-m", "wcabench", "run", "-p", "en-nl", *small, "--device", "cpu"]
    both = ["-m", "none", "-m", "wca-hard"]
    usual = run([*base, *both], tmp_path / "usual", "0")
    reversed_order = run([*base, "-m", "wca-hard", "-m", "none"], tmp_path / "reversed", "7")
    alone = run([*base, "-m", "wca-hard"], tmp_path / "alone", "11")
    assert reversed_order == usual and alone.items() <= usual.items() and len(usual) == 2
    # Two processes of one thread each, on a machine whose cores are shared out alike.
    if len(os.sched_getaffinity(0)) == 2:
        assert run([*base, *both, "--jobs", "2"], tmp_path / "pool", "0") == usual
