"""An output that cannot say a sign gets another in its place: no traceback, no half table, in any command or format."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from stores_by_hand import StoreOnDisk

from wcabench.cli import main
from wcabench.cli.commands import COMMANDS
from wcabench.cli.groups import command_paths
from wcabench.runs.store import Store

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "utf-8")
FORMATS = ("terminal", "markdown", "latex", "json", "csv", "html")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = StoreOnDisk(tmp_path_factory.mktemp("store") / "results")
    for seed in (1, 2):
        for method, quality in (("none", 0.7), ("méthode-ж", 0.6)):
            store.cell("en-nl", method, seed, quality=quality, notes=["ein Müller − ж"])
    return store.root


def call(encoding: str, *arguments: str) -> str:
    """What a command prints to an output of this encoding; all of it must be of that encoding."""
    result = CliRunner(charset=encoding).invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout_bytes.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", FORMATS)
def test_a_report_is_whole_in_any_encoding(results: Path, encoding: str, form: str) -> None:
    arguments = ("report", "--results", str(results), "--resamples", "100", "--details", "--format", form)
    text, whole = call(encoding, *arguments), call("utf-8", *arguments)
    if form == "json":
        assert json.loads(text) == json.loads(whole)
    else:
        assert "Signature" in text or form == "csv"
        assert len(text.splitlines()) >= len(whole.splitlines()) - (form == "terminal")
    if form in ("html", "latex") and encoding != "utf-8":
        assert text.isascii()
    if form == "terminal" and encoding in ("cp1252", "latin-1"):
        assert "±" in text and "méthode-\\u0436" in text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_other_commands_are_whole_in_any_encoding(results: Path, encoding: str) -> None:
    ((key, _), *_) = list(Store(results).keys())
    where = ("--results", str(results))
    for arguments in (
        ("status", *where),
        ("list", "results", *where),
        ("list", "methods"),
        ("list", "options", "wca-hard", "recipe"),
        ("store", "show", key, *where),
        ("compare", "none", "méthode-ж", "--resamples", "100", *where),
    ):
        assert len(call(encoding, *arguments).splitlines()) >= len(call("utf-8", *arguments).splitlines())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_help_can_be_read_in_any_encoding(encoding: str) -> None:
    for path in command_paths(COMMANDS):
        assert "Usage: " in call(encoding, *path.split(), "--help")


def test_what_is_replaced_in_a_file_to_be_is_said(results: Path) -> None:
    arguments = ["report", "--results", str(results), "--resamples", "100", "--format", "markdown"]
    assert "PYTHONUTF8=1" in CliRunner(charset="cp1252").invoke(main, arguments).stderr
    assert not CliRunner(charset="utf-8").invoke(main, arguments).stderr


def test_an_error_is_one_line_in_any_encoding() -> None:
    for encoding in ENCODINGS:
        result = CliRunner(charset=encoding).invoke(main, ["score", "missing-ä-ж", "missing"])
        assert result.exit_code == 2
        assert result.stderr_bytes.decode(encoding).startswith("error: missing-")
