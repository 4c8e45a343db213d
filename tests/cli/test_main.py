"""The tree of commands: its help, its errors, and how fast it is there."""

import ast
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from fast_start import assert_fast_start

from wcabench.cli import main
from wcabench.cli.commands import COMMANDS
from wcabench.cli.groups import LazyGroup, command_paths

MOST_AT_THE_TOP = 14
PATHS = list(command_paths(COMMANDS))


def command_at(path: str) -> click.Command:
    """The command of "store merge"."""
    command: click.Command = main
    for name in path.split():
        assert isinstance(command, LazyGroup)
        below = command.get_command(click.Context(main), name)
        assert below is not None
        command = below
    return command


def test_the_top_can_be_seen_at_once(invoke: Any) -> None:
    assert len(COMMANDS) <= MOST_AT_THE_TOP
    assert {"run", "report", "status", "score", "compare", "align", "list"} <= set(COMMANDS)


def test_help_names_every_command_and_those_in_groups(invoke: Any) -> None:
    for flag in ("--help", "-h"):
        result = invoke(flag)
        assert result.exit_code == 0 and all(f"  {name} " in result.stdout for name in COMMANDS)
        assert all(", ".join(entry.members) in result.stdout for entry in COMMANDS.values())
        assert max(map(len, result.stdout.splitlines())) < 80


@pytest.mark.parametrize("path", [*PATHS, *(name for name, entry in COMMANDS.items() if not entry.target)])
def test_every_command_has_help_that_begins_with_its_own_name(invoke: Any, path: str) -> None:
    result = invoke(*path.split(), "-h")
    assert result.exit_code == 0 and result.stdout.startswith(f"Usage: wcabench {path} ")
    assert len(result.stdout.splitlines()[2].strip()) > 10  # what it does


def test_version(invoke: Any) -> None:
    import wcabench

    assert wcabench.__version__ in invoke("--version").stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["rum"], "did you mean `wcabench run`?"),
        (["merge"], "did you mean `wcabench store merge`?"),
        (["show"], "did you mean `wcabench align show` or `wcabench store show`?"),
        (["store", "verfy", "abc"], "did you mean `wcabench store verify`?"),
        (["list", "optoins"], "did you mean `wcabench list options`?"),
        (["align", "evalute", "gold", "pred"], "did you mean `wcabench align evaluate`?"),
        (["xyzzy"], "`wcabench --help` lists all"),
    ],
)
def test_an_unknown_command_gets_the_nearest(invoke: Any, words: list[str], offered: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2 and offered in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--color"], "wcabench: no such option '--color'"),
        (["run", "--sede", "3"], "wcabench run: no such option '--sede': did you mean '--seeds'?"),
        (["run", "-m"], "wcabench run: option '-m' requires an argument"),
        (["run", "-j", "0"], "wcabench run: invalid value for '--jobs' / '-j': 0 is not in the range x>=1"),
        (["run", "en-nl"], "wcabench run: got unexpected extra argument (en-nl)"),
        (["report", "--format", "word"], "wcabench report: invalid value for '--format' / '-f'"),
        (["plot"], "wcabench plot: missing argument"),
        (["score"], "wcabench score: missing argument 'GOLD'"),
        (["store", "verify", "-r"], "wcabench store verify: option '-r' requires an argument"),
        (["align", "show"], "wcabench align show: missing option '--pair' / '-p'"),
        (["align", "a", "b", "c"], "wcabench align: got unexpected extra argument (c)"),
        (["run", "-m", "none"], "which cells? give --method NAME and --pair PAIR"),
        (["list", "pairs", "--suite", "toi"], "did you mean 'toy'?"),
    ],
)
def test_every_mistake_is_one_line_and_exit_2(invoke: Any, words: list[str], said: str) -> None:
    result = invoke(*words)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
    assert said in result.stderr


def test_an_error_of_several_lines_is_printed_as_one(invoke: Any) -> None:
    result = invoke("list", "pairs", "--suite", "a\nb")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1


def test_the_name_of_a_command_below_goes_before_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("show", "evalute"):  # the second is there, so it is no misspelling
        Path(name).write_text("the house\tdas Haus\n" * 3)
    assert "missing option '--pair'" in CliRunner().invoke(main, ["align", "show"]).stderr
    for name in ("./show", "evalute"):
        assert CliRunner().invoke(main, ["align", name]).stdout == "0-0 1-1\n" * 3


def test_what_goes_to_stderr_goes_through_one_module() -> None:
    """So that --quiet silences the log, and all of it."""
    for file in (Path(__file__).parents[2] / "wcabench" / "cli").rglob("*.py"):
        if file.name in ("stderr.py", "__init__.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "echo"
            ):
                assert not any(word.arg == "err" for word in node.keywords), f"{file}:{node.lineno}"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["list", "methods"], ["run", "--help"], ["align", "--help"]]
)
def test_help_and_list_import_nothing_heavy_and_answer_at_once(arguments: list[str], tmp_path: Path) -> None:
    assert_fast_start(arguments, tmp_path)
