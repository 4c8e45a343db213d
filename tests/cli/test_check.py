"""`wcabench method check` on the command line: what it prints and how it ends."""

import json
from types import SimpleNamespace

from wcabench import conformance, registry
from wcabench.conformance import Finding, Report

FINDINGS = [
    Finding("info", "passed", "name 'mine'"),
    Finding("speed", "failed", "a step takes 99 times that of `none`", "vectorise"),
]


def answer(monkeypatch, findings):
    monkeypatch.setattr(
        conformance, "check", lambda name: Report(name, "mine 1.0: mine:Mine", findings, 1.25)
    )


def test_a_line_a_check_and_exit_1_where_one_failed(invoke, monkeypatch):
    answer(monkeypatch, FINDINGS)
    result = invoke("method", "check", "mine")
    assert result.exit_code == 1
    first, second, last = result.stdout.splitlines()
    assert first.split() == ["passed", "info", "name", "'mine'"]
    assert second.startswith("failed") and second.endswith("times that of `none`; vectorise")
    assert last == "mine: 1 of 2 checks failed (1.2 s)"


def test_exit_0_where_nothing_failed(invoke, monkeypatch):
    answer(monkeypatch, FINDINGS[:1])
    assert invoke("method", "check", "mine").exit_code == 0


def test_json_has_everything(invoke, monkeypatch):
    answer(monkeypatch, FINDINGS)
    result = invoke("method", "check", "mine", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "method": "mine",
        "origin": "mine 1.0: mine:Mine",
        "passed": False,
        "seconds": 1.25,
        "checks": [
            {"check": "info", "state": "passed", "observed": "name 'mine'", "advice": ""},
            {
                "check": "speed",
                "state": "failed",
                "observed": "a step takes 99 times that of `none`",
                "advice": "vectorise",
            },
        ],
    }


def test_an_unknown_method_is_the_users_mistake(invoke):
    result = invoke("method", "check", "wca-hart")
    assert result.exit_code == 2 and "unknown method 'wca-hart'" in result.stderr
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)


def test_a_method_that_cannot_be_loaded_is_the_users_mistake(invoke, monkeypatch):
    def load():
        raise RuntimeError("half installed")

    entry = registry.RegisteredMethod("half", "half 1.0: half:Half", SimpleNamespace(load=load))
    monkeypatch.setattr(registry, "entries", lambda: {"half": entry})
    result = invoke("method", "check", "half")
    assert result.exit_code == 2 and "half installed" in result.stderr and result.stderr.count("\n") == 1
