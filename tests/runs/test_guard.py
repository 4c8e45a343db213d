"""What a method may not see, or may not learn from: a run refuses it, or it finds nothing."""

import contextlib
import gc
import importlib.metadata
import importlib.util
import os
import sys
from pathlib import Path

import pytest

from wcabench import registry
from wcabench.config import EncoderConfig
from wcabench.conformance import check
from wcabench.data.data_source import DataSource
from wcabench.data.guard import ClosedDataError, data_closed
from wcabench.data.suites import load_suite
from wcabench.runs.attempt import RunSettings
from wcabench.runs.execution import execute
from wcabench.runs.plan import plan

NAME = "wcabench_test_cheats"
spec = importlib.util.spec_from_file_location(NAME, Path(__file__).with_name("cheats.py"))
cheats = importlib.util.module_from_spec(spec)
sys.modules[NAME] = cheats
spec.loader.exec_module(cheats)

SETTINGS = {"recipe": {"epochs": "1", "learning_rate": "1e-3", "precision": "fp32"}}
REFUSED = [
    (cheats.LoadsTheSuite, "reads data by its bench alone"),
    (cheats.OpensTheTestSet, "the suite's data"),
    (cheats.TrainsAtTest, "learns from what it tags|changes with what it tags"),
    (cheats.RandomTags, "draws at random"),
    (cheats.Undeclared, "without declaring it"),
    (cheats.KeepsTheBench, "the bench is closed"),
]


@pytest.fixture
def run(tiny_suite, tiny_encoder, tmp_path, monkeypatch):
    """Runs one method on the tiny suite; its result."""

    def one(cls, retrieved=None):
        point = importlib.metadata.EntryPoint("cheat", f"{NAME}:{cls.__name__}", registry.GROUP)
        entry = registry.RegisteredMethod("cheat", "wcabench 1.0: cheats", point)
        monkeypatch.setattr(registry, "entries", lambda: {"cheat": entry})
        monkeypatch.setattr(cheats.LoadsTheSuite, "suite", str(tiny_suite))
        monkeypatch.setattr(cheats.OpenedFile, "file", str(tiny_suite.parent / "test.nl.conll"))
        suite, source = load_suite(str(tiny_suite)), DataSource(offline=True)
        (cell,) = plan(
            suite, ["cheat"], ["en-nl"], [1], settings=SETTINGS, source=source, device="cpu",
            encoder=EncoderConfig(str(tiny_encoder)), suite_path=str(tiny_suite),
        )  # fmt: skip
        return execute([cell], RunSettings(tmp_path / "results", source, "cpu"))[cell.key]

    return one


def test_an_honest_method_is_scored(run):
    result = run(cheats.Honest)
    assert result.state == "done", result.error


@pytest.mark.parametrize(("cls", "line"), REFUSED, ids=[cls.__name__ for cls, _ in REFUSED])
def test_a_run_refuses_it(cls, line, run):
    result = run(cls)
    assert result.state == "failed"
    assert any(part in result.error for part in line.split("|")), result.error


@pytest.mark.parametrize("cls", [cls for cls, _ in REFUSED])
def test_the_kit_refuses_it(cls, monkeypatch):
    import wcabench.tasks

    corpus = Path(next(iter(wcabench.tasks.__path__))) / "mini" / "corpus" / "nl" / "test.conll"
    monkeypatch.setattr(cheats.LoadsTheSuite, "suite", "mini")
    monkeypatch.setattr(cheats.OpenedFile, "file", str(corpus))
    assert not check(cls).passed


@pytest.mark.slow
def test_a_search_of_the_process_finds_no_label_of_the_test_set(run, tiny_data, monkeypatch):
    # The fixtures of these tests hold the very sentences; a run's process does not.
    sets = ("target_test", "target_dev", "source_test", "source_dev")
    kept = {name: list(getattr(tiny_data, name)) for name in sets}
    shown = {name: [(s.words, s.tags) for s in sentences] for name, sentences in kept.items()}
    for name in sets:
        getattr(tiny_data, name).clear()
    kept.clear()
    gc.collect()
    monkeypatch.setattr(cheats.SearchedMemory, "answered", [])
    try:
        result = run(cheats.SearchesMemory)
    finally:
        from wcabench.contract import Sentence

        for name, sentences in shown.items():
            getattr(tiny_data, name).extend(Sentence(*one) for one in sentences)
    assert result.state == "done", result.error
    trained_on = {sentence.words for sentence in tiny_data.train}
    words = [s.words for s in tiny_data.target_test]
    assert cheats.SearchedMemory.answered and not any(cheats.SearchedMemory.answered)
    assert not trained_on.intersection(words)


def test_files_are_closed_by_whatever_way_they_are_opened_and_open_again_afterwards(tmp_path):
    file = tmp_path / "gold.conll"
    file.write_text("Ann\tB-PER\n")
    link = tmp_path / "link"
    link.symlink_to(file)
    for path in (file, link):
        with pytest.raises(ClosedDataError, match="gold"), data_closed([file]):
            path.read_text()
    refused, passed_over = pytest.raises(ClosedDataError), contextlib.suppress(PermissionError)
    with refused, data_closed([file]), passed_over:
        os.close(os.open(file, os.O_RDONLY))
    assert file.read_text() == "Ann\tB-PER\n"
    with data_closed([file]):
        (tmp_path / "other").write_text("x")
