"""The code's fingerprints: what a number's modules import, and nothing that decides no number."""

import sys
import types
from pathlib import Path

import pytest

import wcabench
from wcabench.registry import find
from wcabench.runs import code
from wcabench.runs.code import (
    code_sha256,
    import_closure,
    method_code,
    scoring_code,
    tagging_code,
    training_code,
)

HARNESS = code._locate_in("wcabench", Path(wcabench.__file__).parent)


def test_the_training_code_is_what_decides_a_model_and_nothing_else():
    names = set(import_closure(code.TRAINING, HARNESS))
    assert {"wcabench.config", "wcabench.nn.training", "wcabench.nn.crf", "wcabench.data.columns"} <= names
    for room in ("cli", "runs", "measuring", "conformance", "pretraining", "reports", "methods"):
        assert not any(name.startswith(f"wcabench.{room}") for name in names), room
    assert len(training_code()) == 64


def test_the_scoring_code_is_what_decides_a_score():
    names = set(import_closure(code.SCORING, HARNESS))
    assert {"wcabench.scoring.counts", "wcabench.scoring.scorer", "wcabench.runs.predictions"} <= names
    assert "wcabench.runs.tagging" in import_closure(code.TAGGING, HARNESS)
    assert "wcabench.runs.tagging" not in names, "tags can be scored again without the model"
    assert not any(name.startswith(("wcabench.nn", "wcabench.cli", "wcabench.measuring")) for name in names)
    assert len({scoring_code(), tagging_code(), training_code()}) == 3


@pytest.fixture(autouse=True)
def fresh_files(monkeypatch):
    """Files that these tests write anew are read anew."""
    for name in ("_imported", "_content_sha256"):
        monkeypatch.setattr(code, name, getattr(code, name).__wrapped__)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Writes a package of modules and gives the hash of the method in its module `method`."""

    def write(**modules: str) -> str:
        monkeypatch.syspath_prepend(str(tmp_path))
        folder = tmp_path / "plugin"
        folder.mkdir(exist_ok=True)
        for name, text in {"__init__": "", **modules}.items():
            (folder / f"{name}.py").write_text(text)
        for name in [name for name in sys.modules if name.partition(".")[0] == "plugin"]:
            monkeypatch.delitem(sys.modules, name)
        import plugin.method

        return method_code(plugin.method.Own)

    return write


METHOD = "from plugin.steps import step\nclass Own:\n    def fit(self, bench):\n        return step(bench)\n"
STEPS = "def step(bench):\n    return bench\n"


def test_a_changed_file_that_the_method_imports_changes_its_hash(package):
    first = package(method=METHOD, steps=STEPS)
    assert package(method=METHOD, steps=STEPS) == first
    assert package(method=METHOD, steps=STEPS.replace("return bench", "return None")) != first


@pytest.mark.parametrize(
    "steps",
    [
        "# a comment\n" + STEPS,
        '"""What it is."""\n' + STEPS,
        STEPS.replace("    return", '    """What it does."""\n    return'),
        STEPS.replace("return bench", "return (bench)"),
        STEPS.replace("\n", "\r\n"),
    ],
)
def test_comments_docstrings_and_layout_change_nothing(steps, package):
    assert package(method=METHOD, steps=steps) == package(method=METHOD, steps=STEPS)


def test_what_the_method_does_not_import_changes_nothing(package):
    assert package(method=METHOD, steps=STEPS, notes="X = 1\n") == package(method=METHOD, steps=STEPS)


def test_relative_imports_inside_functions_are_followed_and_those_for_types_are_not(package):
    late = (
        "class Own:\n    def fit(self, bench):\n        from .steps import step\n        return step(bench)\n"
    )
    assert package(method=late, steps=STEPS) != package(method=late, steps=STEPS + "X = 1\n")
    typed = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from plugin.steps import step\n"
        "class Own:\n    def fit(self, bench):\n        return bench\n"
    )
    assert package(method=typed, steps=STEPS) == package(method=typed, steps=STEPS + "X = 1\n")


def test_built_in_methods_differ_by_what_they_import_of_each_other():
    soft, hard, none = (method_code(find(name).load()) for name in ("wca-soft", "wca-hard", "none"))
    assert len({soft, hard, none}) == 3


def test_a_base_of_another_module_counts_and_python_itself_does_not(tmp_path, monkeypatch):
    def own(body: str) -> type:
        made = {}
        for name, text in (
            ("own_base", body),
            ("own_method", "from own_base import Base\nclass Own(Base): pass\n"),
        ):
            file = tmp_path / f"{name}.py"
            file.write_text(text)
            module = types.ModuleType(name)
            module.__file__ = str(file)
            monkeypatch.setitem(sys.modules, name, module)
            exec(compile(text, str(file), "exec"), vars(module))
            made[name] = module
        return made["own_method"].Own

    first = method_code(own("from abc import ABC\nclass Base(ABC): x = 1\n"))
    assert first == method_code(own("from abc import ABC\nclass Base(ABC): x = 1\n"))
    assert first != method_code(own("from abc import ABC\nclass Base(ABC): x = 2\n"))


def test_the_hash_is_over_names_and_contents(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    assert code_sha256({"a": file}) != code_sha256({"b": file})
