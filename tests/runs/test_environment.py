import importlib.metadata
import sys

import pytest

from wcabench.runs import environment


def test_the_environment_has_direct_dependencies_and_no_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["click>=8.2", "numpy", "pytest>=8; extra == 'dev'", "no-such-package"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: lines)
    environment.package_versions.cache_clear()
    versions = dict(environment.package_versions())
    environment.package_versions.cache_clear()
    assert versions == {name: importlib.metadata.version(name) for name in ("click", "numpy")}


def test_the_environment_names_no_host_and_imports_no_torch() -> None:
    import platform

    loaded = "torch" in sys.modules
    facts = environment.environment("cpu")
    assert ("torch" in sys.modules) == loaded
    assert "node" not in facts and platform.node() not in facts.values()
