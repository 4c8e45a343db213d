import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

WORLD = Path(__file__).with_name("world.py")


def load_world() -> ModuleType:
    name = "wcabench_test_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, WORLD)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The test world in place of data and bench; fits are noted in `tmp_path/fits`."""
    module = load_world()
    monkeypatch.setenv("WORLD_LOG", str(tmp_path / "fits"))
    module.install(
        lambda name, module: monkeypatch.setitem(sys.modules, name, module),
        lambda owner, name, value: monkeypatch.setattr(owner, name, value, raising=False),
    )
    return module


@pytest.fixture
def fits(tmp_path: Path) -> Any:
    """The fits so far, as "method pair seed"."""
    log = tmp_path / "fits"
    return lambda: log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def make_plan(world: Any) -> Any:
    from wcabench.runs.plan import plan

    def make(methods: Any = ("lookup",), pairs: Any = ("en-xx",), seeds: Any = (1,), **more: Any) -> Any:
        suite = more.pop("suite", world.Suite())
        return plan(suite, methods, pairs, seeds, source=world.DataSource(), **more)

    return make


@pytest.fixture
def place(world: Any, tmp_path: Path) -> Any:
    from wcabench.runs.attempt import RunSettings

    return RunSettings(tmp_path / "results", world.DataSource())
