"""The kit passes what keeps the contract, and finds each way to break it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from wcabench.conformance import check, training
from wcabench.conformance.kit import CHECKS, run
from wcabench.conformance.sample import sample, save_tiny_encoder
from wcabench.conformance.trial import Trial
from wcabench.errors import UserError

spec = importlib.util.spec_from_file_location("conformance_broken", Path(__file__).with_name("broken.py"))
broken = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = broken  # dataclasses look their module up
spec.loader.exec_module(broken)

BUILT_IN = ["none", "nearest-token", "fastalign", "wca-soft", "wca-hard"]
COUPLING_ONLY = {"form", "invariance", "null"}


@pytest.fixture(scope="module")
def try_out(tmp_path_factory):
    """A trial of a class, all with one sample and one encoder."""
    data, folder = sample(), tmp_path_factory.mktemp("tiny") / "encoder"
    save_tiny_encoder(data, folder)
    return lambda cls: Trial(cls, cls.info.name, data, folder)


@pytest.mark.parametrize(
    "name",
    [
        name if name in ("none", "wca-hard") else pytest.param(name, marks=pytest.mark.slow)
        for name in BUILT_IN
    ],
)
def test_the_built_in_methods_conform(name):
    report = check(name)
    assert report.passed, report
    skipped = {finding.check for finding in report.findings if finding.state == "not applicable"}
    assert skipped == (COUPLING_ONLY if name == "none" else set())


@pytest.mark.parametrize("cls", [pytest.param(broken.Sound, marks=pytest.mark.slow), broken.Plain])
def test_what_the_broken_methods_are_made_from_conforms(cls, try_out):
    trial = try_out(cls)
    assert [title for title in CHECKS if run(title, trial).state == "failed"] == []


def test_every_need_is_answered_and_those_declared_may_be_asked_for(try_out):
    trial = try_out(broken.Greedy)
    assert run("needs", trial).state == run("tagger", trial).state == "passed"


@pytest.mark.parametrize(
    ("title", "cls", "line"),
    broken.BREAKS,
    ids=[f"{title}-{cls.__name__}" for title, cls, _ in broken.BREAKS],
)
def test_each_check_catches_its_breaks(title, cls, line, try_out, monkeypatch):
    # Spares the tests a sleep of seconds; on a busy machine, where a step of `none` is slow too, 4 is not reached.
    monkeypatch.setattr(training, "SPEED_LIMIT", 2)
    finding = run(title, try_out(cls))
    assert finding.state == "failed", finding
    assert line in finding.observed and finding.advice
    assert "\n" not in str(finding)


def test_every_check_has_a_method_that_it_catches():
    assert {title for title, _, _ in broken.BREAKS} == set(CHECKS)


def test_a_name_that_is_not_the_entry_points_is_found(try_out):
    trial = try_out(broken.Plain)
    trial.name = "another"
    finding = run("info", trial)
    assert finding.state == "failed" and "'broken'" in finding.observed and "'another'" in finding.observed


def test_a_training_that_failed_is_reported_once_and_the_rest_is_not_applicable(try_out):
    trial = try_out(broken.Raises)
    states = {title: run(title, trial).state for title in CHECKS}
    assert states["tagger"] == "failed"
    assert [title for title, state in states.items() if state == "failed"] == ["tagger"]
    assert {states[title] for title in ("predictions", "determinism", "gradients", "speed")} == {
        "not applicable"
    }


def test_a_tagger_without_a_network_gets_the_checks_that_apply(try_out):
    states = {title: run(title, try_out(broken.NoNetwork)).state for title in CHECKS}
    skipped = {title for title, state in states.items() if state == "not applicable"}
    assert skipped == COUPLING_ONLY | {"gradients", "speed"}
    assert "failed" not in states.values()


def test_a_broken_method_that_does_nothing_wrong_elsewhere_fails_one_check_alone(try_out):
    for cls, title in [(broken.AsksUndeclared, "needs"), (broken.ByPlace, "invariance")]:
        trial = try_out(cls)
        assert [t for t in CHECKS if run(t, trial).state == "failed"] == [title]


def test_an_unknown_name_is_the_users_mistake():
    with pytest.raises(UserError, match="did you mean 'wca-hard'"):
        check("wca-hart")


def test_a_class_that_is_no_method_is_the_users_mistake():
    with pytest.raises(UserError, match="has no `info: MethodInfo`"):
        check(dict)


def test_an_authors_test_shows_the_report():
    threads = torch.get_num_threads()
    report = check(broken.Raises)
    assert torch.get_num_threads() == threads
    assert not report.passed and report["tagger"].state == "failed"
    assert "ValueError: no such thing" in str(report) and "1 of 11 checks failed" in str(report)


def test_the_corpus_is_closed_during_a_fit_alone(try_out):
    trial = try_out(broken.Plain)
    fitted = trial.fit()
    sample()
    assert fitted.error is None


def test_the_kit_imports_no_method_by_itself():
    code = "import sys, wcabench.conformance; sys.exit(any(m.startswith('wcabench.methods') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
