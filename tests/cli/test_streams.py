"""stdout and stderr that are closed or full: an error of one line, the right exit code, and a run that goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORLD = Path(__file__).parents[1] / "runs" / "world.py"
FULL = Path("/dev/full")
full_disk = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


def shell(line: str, folder: Path) -> tuple[int, str]:
    """Run a line in which W is the command; gives the exit code and what went to stderr."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = line.replace("W ", f"'{sys.executable}' -m wcabench ")
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, timeout=60)
    return done.returncode, done.stderr.decode()


@full_disk
@pytest.mark.parametrize("arguments", ["--version", "--help", "score --help", "list methods"])
def test_a_full_stdout_is_one_line(arguments: str, tmp_path: Path) -> None:
    code, err = shell(f"W {arguments} >/dev/full", tmp_path)
    assert code == 2 and err.count("\n") == 1 and err.startswith("error: the output cannot be written")


def test_results_do_not_vanish_in_a_closed_stdout(tmp_path: Path) -> None:
    code, err = shell("W list methods >&-", tmp_path)
    assert code == 2 and err.startswith("error: the output cannot be written")


@full_disk
@pytest.mark.parametrize("end", ["2>/dev/full", "2>&-"])
def test_a_stderr_that_cannot_be_written_changes_no_exit_code(end: str, tmp_path: Path) -> None:
    assert shell(f"W score nowhere {end}", tmp_path)[0] == 2
    assert shell(f"W list methods {end}", tmp_path)[0] == 0


@full_disk
def test_a_run_goes_on_when_the_disk_of_its_log_is_full(tmp_path: Path) -> None:
    line = f"'{sys.executable}' '{WORLD}' run --suite toy -p en-xx -m lookup -r here --seeds 2 2>/dev/full"
    assert shell(line, tmp_path)[0] == 0
    assert len(list((tmp_path / "here").glob("toy/*/*/*/cell.json"))) == 2
