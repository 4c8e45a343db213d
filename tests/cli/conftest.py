import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

RUNS = Path(__file__).parents[1] / "runs" / "conftest.py"
spec = importlib.util.spec_from_file_location("wcabench_test_runs_conftest", RUNS)
assert spec is not None and spec.loader is not None
shared = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shared)
world = shared.world
fits = shared.fits


@pytest.fixture
def invoke(world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command of `wcabench` in an empty folder, in the test world."""
    from wcabench.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))
