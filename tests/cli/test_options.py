"""Shared options: one name, one short form and one meaning everywhere; values from the environment; --quiet."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from wcabench.cli import main
from wcabench.cli.commands import COMMANDS
from wcabench.cli.groups import LazyGroup, command_paths

Invoke = Callable[..., Result]
GRID = ("-s", "toy", "-m", "lookup", "-p", "en-xx")
SHORT = {
    "--method": "-m",
    "--pair": "-p",
    "--suite": "-s",
    "--seeds": "-n",
    "--results": "-r",
    "--encoder": "-e",
    "--data-dir": "-d",
    "--out": "-o",
    "--format": "-f",
    "--baseline": "-b",
    "--jobs": "-j",
    "--quiet": "-q",
    "--help": "-h",
}
LOGGING = (
    "run",
    "report",
    "plot",
    "align",
    "align sweep",
    "align show",
    "store rerun",
    "store rescore",
    "store verify",
    "suite prepare",
    "method new",
    "method diagnose",
    "encoder pretrain",
)


def options() -> Iterator[tuple[str, click.Option]]:
    """Every option of every command, with the words of the command."""
    for path in command_paths(COMMANDS):
        command: Any = main
        for name in path.split():
            assert isinstance(command, LazyGroup)
            command = command.get_command(click.Context(main), name)
        context = click.Context(command, help_option_names=["-h", "--help"])
        yield from ((path, one) for one in command.get_params(context) if isinstance(one, click.Option))


def test_an_option_has_the_same_short_form_in_every_command_and_no_other_has_it() -> None:
    longs = defaultdict(set)
    for path, option in options():
        (long,) = [name for name in option.opts if name.startswith("--")]
        shorts = [name for name in option.opts if not name.startswith("--")]
        assert shorts == ([SHORT[long]] if long in SHORT else []), f"{path} {long}"
        for short in shorts:
            longs[short].add(long)
    assert set(longs) == set(SHORT.values()) and all(len(names) == 1 for names in longs.values())


def test_every_option_says_what_it_does() -> None:
    silent = [f"{path} {option.opts[0]}" for path, option in options() if not option.help]
    assert silent == []


def test_the_commands_that_log_take_quiet() -> None:
    assert {path for path, option in options() if option.name == "quiet"} == set(LOGGING)


def test_a_variable_of_the_environment_is_named_where_it_is_read() -> None:
    read = {(str(option.envvar), option.opts[0]) for _, option in options() if option.envvar}
    assert read == {
        ("WCABENCH_RESULTS", "--results"),
        ("WCABENCH_DATA", "--data-dir"),
        ("WCABENCH_ENCODER", "--encoder"),
        ("WCABENCH_SUITE", "--suite"),
    }
    assert all(option.show_envvar for _, option in options() if option.envvar)
    for path, option in options():
        if option.opts[0] in ("--results", "--data-dir"):
            assert option.envvar, path


def test_results_come_from_the_environment_unless_they_are_given(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WCABENCH_RESULTS", "of-the-environment")
    assert invoke("run", *GRID).exit_code == 0
    assert Path("of-the-environment").is_dir() and not Path("results").exists()
    assert "of-the-environment: 1 done" in invoke("status").stdout
    assert "given: 0 done" in invoke("status", "-r", "given").stdout
    monkeypatch.setenv("WCABENCH_RESULTS", "")
    assert "results: 0 done" in invoke("status").stdout


def test_suite_and_encoder_come_from_the_environment(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path
) -> None:
    plan = ("run", "-m", "lookup", "-p", "en-xx", "--dry-run", "--json")
    without = json.loads(invoke(*plan, "-s", "toy").stdout)
    monkeypatch.setenv("WCABENCH_SUITE", "toy")
    assert json.loads(invoke(*plan).stdout) == without
    monkeypatch.setenv("WCABENCH_ENCODER", str(tiny_encoder))
    with_it = json.loads(invoke(*plan).stdout)
    monkeypatch.delenv("WCABENCH_ENCODER")
    assert with_it == json.loads(invoke(*plan, "-e", str(tiny_encoder)).stdout) != without


def test_an_encoder_of_the_environment_is_passed_over_for_a_cell_of_another(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path
) -> None:
    (cell,) = json.loads(invoke("run", *GRID, "--json").stdout)["cells"]
    monkeypatch.setenv("WCABENCH_ENCODER", str(tiny_encoder))
    monkeypatch.setenv("WCABENCH_SUITE", "other")
    assert invoke("store", "verify", cell["key"]).exit_code == 0
    monkeypatch.delenv("WCABENCH_ENCODER")
    refused = invoke("store", "verify", cell["key"], "-e", str(tiny_encoder))
    assert refused.exit_code == 2 and "encoder" in refused.stderr


def test_an_encoder_of_the_environment_is_used_for_the_cells_that_were_made_with_it(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path
) -> None:
    monkeypatch.setenv("WCABENCH_ENCODER", str(tiny_encoder))
    (cell,) = json.loads(invoke("run", *GRID, "--json").stdout)["cells"]
    assert invoke("store", "verify", cell["key"]).exit_code == 0
    monkeypatch.delenv("WCABENCH_ENCODER")
    assert "give its folder with --encoder" in invoke("store", "verify", cell["key"]).stderr


def test_quiet_leaves_the_result_and_no_log(invoke: Invoke) -> None:
    loud = invoke("run", *GRID, "--results", "loud")
    quiet = invoke("run", *GRID, "--results", "quiet", "--quiet")
    assert "1 cell to run" in loud.stderr and quiet.stderr == ""
    assert quiet.exit_code == 0 and quiet.stdout == loud.stdout
    assert "done already" in invoke("run", *GRID, "--results", "quiet").stderr
    assert invoke("run", *GRID, "--results", "quiet", "-q").stderr == ""
    assert invoke("run", *GRID, "--results", "quiet", "--dry-run", "-q").stderr == ""


def test_quiet_keeps_what_failed_and_what_is_wrong(invoke: Invoke) -> None:
    failed = invoke("run", *GRID, "-m", "raises", "-q")
    assert failed.exit_code == 1
    (line,) = failed.stderr.splitlines()
    assert line.startswith("failed: ")
    wrong = invoke("run", *GRID, "-m", "lokup", "-q")
    assert wrong.exit_code == 2 and wrong.stderr.startswith("error: ")


def test_align_logs_its_passes_and_keeps_its_warning_when_quiet(tmp_path: Path) -> None:
    text = tmp_path / "pairs.tsv"
    text.write_text("the house\tdas Haus\n\tnichts\n" * 4)
    loud, quiet = (CliRunner().invoke(main, ["align", str(text), *more]) for more in ([], ["--quiet"]))
    assert "fast_align forward: pass 1" in loud.stderr
    assert quiet.stderr == "4 of 8 lines have an empty side: no links\n" and quiet.stdout == loud.stdout
