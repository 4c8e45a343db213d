"""Real processes: killed, interrupted, side by side."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

WORLD = Path(__file__).with_name("world.py")
GRID = ("--suite", "toy", "-p", "en-xx", "--json")


def _listen_to_ctrl_c() -> None:
    """What a shell starts in the background ignores SIGINT, and so would all that these tests start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Runner:
    """Starts `wcabench run` in the test world, in processes of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = folder / "gate"
        self.results = folder / "results"
        self.environment = {
            **os.environ,
            "WORLD_LOG": str(folder / "fits"),
            "WORLD_GATE": str(self.gate),
            "OMP_NUM_THREADS": "1",
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, str(WORLD), "run", *GRID, "--results", str(self.results), *arguments]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_listen_to_ctrl_c,
        )

    def run(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return process.returncode, json.loads(out)["cells"] if out else [], err

    def fits(self) -> list[str]:
        log = self.folder / "fits"
        return log.read_text().splitlines() if log.exists() else []

    def wait_for(self, fit: str) -> None:
        end = time.monotonic() + 30
        while fit not in self.fits():
            assert time.monotonic() < end, f"never began: {fit}"
            time.sleep(0.02)

    def leftovers(self) -> list[Path]:
        return list((self.results / ".partial").iterdir())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_a_run_killed_in_a_cell_leaves_the_store_clean_and_resumes(runner: Runner) -> None:
    process = runner.start("-m", "lookup", "-m", "waits")
    runner.wait_for("waits en-xx 1")
    process.kill()
    process.communicate()
    assert not runner.leftovers()
    runner.gate.touch()
    code, cells, _ = runner.run("-m", "lookup", "-m", "waits")
    assert code == 0 and [c["state"] for c in cells] == ["done", "done"]
    assert [c["cached"] for c in cells] == [True, False]
    assert sorted(runner.fits()) == ["lookup en-xx 1", "waits en-xx 1", "waits en-xx 1"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_with_130_and_says_how_to_go_on(runner: Runner, jobs: str) -> None:
    process = runner.start("-m", "lookup", "-m", "waits", "--seeds", "2", "--jobs", jobs)
    runner.wait_for("waits en-xx 1")
    time.sleep(0.2 if jobs == "1" else 0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and not out
    assert "1 of 4 cells done" in err or "2 of 4 cells done" in err
    assert "the same command goes on" in err and "Traceback" not in err
    assert not runner.leftovers()
    runner.gate.touch()
    code, cells, _ = runner.run("-m", "lookup", "-m", "waits", "--seeds", "2")
    assert code == 0 and len(cells) == 4 and runner.fits().count("lookup en-xx 1") == 1


def test_two_processes_on_one_store_share_the_work(runner: Runner) -> None:
    first = runner.start("-m", "waits", "-m", "lookup")
    runner.wait_for("waits en-xx 1")
    second = runner.start("-m", "waits", "-m", "lookup")
    runner.wait_for("lookup en-xx 1")
    runner.gate.touch()
    for process in (first, second):
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert [c["state"] for c in json.loads(out)["cells"]] == ["done", "done"]
    assert sorted(runner.fits()) == ["lookup en-xx 1", "waits en-xx 1"], "no cell twice"


def test_a_worker_that_dies_fails_its_cell_and_the_rest_go_on(runner: Runner) -> None:
    code, cells, err = runner.run("-m", "dies", "-m", "raises", "-m", "lookup", "--seeds", "2", "--jobs", "2")
    assert code == 1
    states = {(c["method"], c["seed"]): c["state"] for c in cells}
    assert states == {
        **dict.fromkeys([("dies", 1), ("dies", 2), ("raises", 1), ("raises", 2)], "failed"),
        **dict.fromkeys([("lookup", 1), ("lookup", 2)], "done"),
    }
    died = next(c for c in cells if c["method"] == "dies")
    assert "SIGKILL" in died["error"] and (Path(died["path"]) / "error.txt").is_file()
    assert "SIGKILL" in err
    assert not runner.leftovers()


@pytest.mark.parametrize("jobs", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_code_that_another_packages_method_replaces_is_replaced_for_no_other_cell(
    runner: Runner, jobs: str
) -> None:
    grid = ("-m", "spoils", "-m", "lookup", "--seeds", "2", "--jobs", jobs)
    code, cells, err = runner.run(*grid)
    assert code == 0, err
    scores = {(cell["method"], cell["seed"]): cell["f1"] for cell in cells}
    assert scores["lookup", 1] == scores["lookup", 2] == 100
    assert scores["spoils", 1] == scores["spoils", 2] < 100, "nor for the next one of the same method"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("base", "BaseException"),
        pytest.param("interrupt", "130", marks=pytest.mark.slow),
        pytest.param("exit", "exit code 0", marks=pytest.mark.slow),
        ("alarm", "SIGALRM"),
        pytest.param("fork", "", marks=pytest.mark.slow),
    ],
)
def test_whatever_way_a_method_leaves_only_its_cell_fails(runner: Runner, way: str, said: str) -> None:
    code, cells, err = runner.run("-m", "leaves", "-m", "lookup", "--set", f"leaves.way={way}")
    assert "Traceback" not in err
    states = {cell["method"]: (cell["state"], said in (cell["error"] or "")) for cell in cells}
    assert states == {"leaves": ("failed" if said else "done", True), "lookup": ("done", not said)}
    assert code == (1 if said else 0) and not runner.leftovers()


def test_workers_end_when_their_parent_is_killed(runner: Runner) -> None:
    process = runner.start("-m", "waits", "--seeds", "2", "--jobs", "2")
    runner.wait_for("waits en-xx 1")
    runner.wait_for("waits en-xx 2")
    process.kill()
    process.wait()
    end = time.monotonic() + 10
    while any(group == process.pid for group in process_groups()):
        assert time.monotonic() < end, "a worker outlived its parent"
        time.sleep(0.05)
    process.communicate()


def process_groups() -> list[int]:
    groups = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            groups.append(int(fields[2]))
    return groups


def test_each_of_n_processes_gets_its_share_of_the_cores() -> None:
    from wcabench.runs.pool import threads_each

    cores = len(os.sched_getaffinity(0))
    assert threads_each(1) == cores and threads_each(10 * cores) == 1


@pytest.mark.slow
def test_of_two_processes_that_need_one_model_one_trains_it_and_the_other_waits(tmp_path: Path) -> None:
    results = tmp_path / "results"
    small = ("--set", "recipe.max_labelled=400", "--set", "recipe.epochs=1", "--json")

    def start(pair: str) -> "subprocess.Popen[str]":
        command = [
            sys.executable,
            "-m",
            "wcabench",
            "run",
            "-m",
            "none",
            "-p",
            pair,
            "-r",
            str(results),
            *small,
        ]
        return subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    processes = [start(pair) for pair in ("en-nl", "en-de")]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    answers = [json.loads(out) for out, _ in outputs]
    assert sorted((a["models"]["trained"], a["models"]["shared"]) for a in answers) == [(0, 1), (1, 0)]
    assert len({cell["model"] for answer in answers for cell in answer["cells"]}) == 1
    assert not list((results / ".models").iterdir()), "the last one that needed it removes it"
