"""Whatever a method's code does to the process, the next cell finds it as it was."""

import os
import random
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wcabench.runs import process_state
from wcabench.runs.process_state import StateError, state_kept


def change_everything(folder: Path) -> None:
    import decimal
    import gc
    import socket

    import torch

    os.environ["WCABENCH_TEST_STATE"] = "1"
    os.environ.pop("HOME", None)
    os.chdir(folder)
    os.umask(0)
    warnings.simplefilter("ignore")
    random.seed(7)
    np.random.seed(7)
    np.seterr(all="ignore")
    np.set_printoptions(precision=2)
    sys.setrecursionlimit(5000)
    sys.path.append("nowhere")
    gc.disable()
    socket.setdefaulttimeout(3)
    decimal.getcontext().prec = 3
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.manual_seed(7)
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.set_num_threads(torch.get_num_threads() + 1)
    torch.set_grad_enabled(False)
    torch.use_deterministic_algorithms(True)
    torch.set_float32_matmul_precision("medium")
    torch.backends.cudnn.benchmark = True
    torch.autograd.set_detect_anomaly(True)


def state() -> list[Any]:
    import torch

    return [process_state._value(one) for one in process_state._states()] + [torch.ones(2) / 3]


def test_everything_is_put_back_also_after_an_error(tmp_path: Path) -> None:
    import torch  # noqa: F401 (its state is looked at)

    before = state()
    with pytest.raises(ZeroDivisionError), state_kept():
        change_everything(tmp_path)
        assert not process_state._equal(state(), before)
        raise ZeroDivisionError
    assert process_state._equal(state(), before)


def test_what_cannot_be_put_back_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "gone"
    home.mkdir()
    monkeypatch.chdir(home)

    def leave() -> None:
        os.chdir(tmp_path)
        home.rmdir()

    with pytest.raises(StateError, match="changed the working directory of the process"), state_kept():
        leave()


CLOSING = """
import os, sys
from wcabench.runs.process_state import state_kept
with state_kept():
    {change}
print("to stdout")
print("to stderr", file=sys.stderr)
"""


@pytest.mark.parametrize(
    "change",
    [
        "sys.stdout.close(); sys.stderr.close()",
        "os.close(1); os.close(2)",
        "sys.stdout = sys.stderr = None",
        "sys.stdout = open(os.devnull, 'w')",
        "sys.stdout.detach(); sys.stderr.buffer.close()",
        "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)",
    ],
)
def test_streams_that_were_closed_are_open_again(change: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CLOSING.format(change=change)], capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "to stdout\n", "to stderr\n")


def test_a_method_that_changes_the_process_leaves_the_next_one_alone(
    world: Any, make_plan: Any, place: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from wcabench.runs.execution import execute

    before = Path.cwd(), dict(os.environ)
    monkeypatch.setattr(world.Waits, "act", lambda self, bench: change_everything(tmp_path))
    cells = make_plan(methods=("waits", "lookup"))
    results = execute(cells, place)
    assert {result.state for result in results.values()} == {"done"}
    assert (Path.cwd(), dict(os.environ)) == before
