"""What the shell is offered: names and keys as they are on this machine, without anything heavy."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result
from fast_start import assert_fast_start

from wcabench.cli import main
from wcabench.registry import entries

GRID = ("-s", "toy", "-m", "lookup", "-p", "all", "-n", "2")


def completed(*words: str) -> list[str]:
    """What is offered for the last word."""
    *before, incomplete = words
    shell = ShellComplete(main, {}, "wcabench", "_WCABENCH_COMPLETE")
    return [item.value for item in shell.get_completions(before, incomplete)]


def kinds(*words: str) -> set[str]:
    *before, incomplete = words
    shell = ShellComplete(main, {}, "wcabench", "_WCABENCH_COMPLETE")
    return {item.type for item in shell.get_completions(before, incomplete)}


def test_commands_are_offered_by_group() -> None:
    assert {"run", "report", "store"} <= set(completed(""))
    assert completed("store", "") == [
        "show",
        "verify",
        "rerun",
        "tags",
        "rescore",
        "merge",
        "export",
        "import",
    ]
    assert completed("sto") == ["store"]


def test_align_offers_the_commands_below_it_and_files() -> None:
    assert completed("align", "e") == ["evaluate", "e"] and kinds("align", "e") == {"plain", "file"}
    assert kinds("align", "source.txt", "") == {"file"}
    assert "--one-based" in completed("align", "evaluate", "--one")


def test_methods_are_the_installed_ones() -> None:
    for words in (["run", "-m"], ["run", "-p", "en-nl", "--method"], ["status", "-m"]):
        assert completed(*words, "") == [*entries(), "all"]
    for words in (["align", "-m"], ["method", "check"], ["report", "--baseline"], ["align", "sweep", "-m"]):
        assert completed(*words, "") == list(entries())
    assert completed("run", "-m", "wca-") == ["wca-hard", "wca-soft"]


def test_pairs_are_those_of_the_suite_on_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mini = ["en-de", "en-es", "en-nl", "en-hy"]
    assert completed("run", "-p", "") == [*mini, "all"]
    assert completed("run", "-p", "en-n") == ["en-nl"]
    assert completed("align", "show", "--pair", "") == mini
    own = tmp_path / "frisian.toml"
    own.write_text(
        "[suite]\nname = 'frisian'\n[source]\ntrain.path = 'en'\ntest.path = 'en'\n"
        "[pairs.en-fy]\ntarget.test.path = 'fy'\nparallel.path = 'p'\n"
    )
    assert completed("run", "--suite", str(own), "-p", "") == ["en-fy", "all"]
    assert completed("suite", "prepare", "-p", "") == [*mini, "all"]
    monkeypatch.setenv("WCABENCH_SUITE", str(own))
    assert completed("run", "-p", "") == ["en-fy", "all"]
    assert completed("run", "-s", "no-such", "-p", "") == []


def test_suites_are_named_and_may_be_files() -> None:
    assert completed("run", "-s", "") == ["mini", "paper", ""]
    assert kinds("run", "-s", "pa") == {"plain", "file"}


def test_an_encoder_may_be_a_folder() -> None:
    assert kinds("run", "-e", "tasks/") == {"dir"} and kinds("run", "--results", "") == {"dir"}


def test_tables_of_options_are_offered() -> None:
    assert completed("list", "options", "re") == ["recipe"]
    assert set(completed("list", "options", "")) == {"encoder", "recipe", "data", *entries()}


def test_keys_are_those_of_the_results_folder_on_the_line(invoke: Callable[..., Result]) -> None:
    cells = json.loads(invoke("run", *GRID, "--results", "there", "--json").stdout)["cells"]
    keys = {cell["key"] for cell in cells}
    assert len(keys) == 4
    for command in (["store", "show"], ["store", "verify"], ["method", "diagnose"]):
        assert set(completed(*command, "-r", "there", "")) == keys
    assert set(completed("store", "rerun", "--from", "there", "--results", "again", "")) == keys
    first = cells[0]["key"]
    assert completed("store", "show", "-r", "there", first[:8].upper()) == [first]
    assert completed("store", "show", "") == []  # ./results is not there
    assert completed("store", "show", first, "-r", "there", "") == []  # it takes one


def test_what_chooses_stored_cells_is_offered_from_the_results_folder(invoke: Callable[..., Result]) -> None:
    assert invoke("run", *GRID).exit_code == 0
    assert completed("report", "-p", "") == ["en-xx", "en-yy"]
    assert completed("report", "-m", "") == completed("compare", "") == ["lookup"]
    assert completed("plot", "f1", "-s", "") == completed("store", "export", "-s", "") == ["toy"]


@pytest.mark.parametrize(
    "line", ["wcabench ", "wcabench run -m ", "wcabench run -p ", "wcabench store show "]
)
def test_completion_imports_nothing_heavy_and_answers_at_once(line: str, tmp_path: Path) -> None:
    variables = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()))}
    assert_fast_start([], tmp_path, _WCABENCH_COMPLETE="zsh_complete", **variables)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes_as_the_page_sets_it_up(tmp_path: Path) -> None:
    program = tmp_path / "wcabench"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wcabench "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(_WCABENCH_COMPLETE=bash_source wcabench)"; complete -p wcabench\n'
        'COMP_WORDS=(wcabench run -p en-n); COMP_CWORD=3; _wcabench_completion wcabench; echo "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.splitlines() == ["complete -o nosort -F _wcabench_completion wcabench", "en-nl"], done
