"""What the README and the pages in docs show is accepted by the program."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_tree import called, known_options

from wcabench.cli import main
from wcabench.cli.commands import COMMANDS
from wcabench.cli.groups import command_paths
from wcabench.data.suites import load_suite
from wcabench.pretraining.settings import read_settings
from wcabench.registry import entries

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [README, *(page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("docs/*.md")))]


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands() -> list[str]:
    text = "".join(block for page in PAGES for block in blocks("sh", page)).replace("\\\n", " ")
    return [line for line in text.splitlines() if line.startswith("wcabench ")]


def test_the_readme_shows_commands():
    assert len(commands()) >= 4


@pytest.mark.parametrize("command", commands())
def test_every_option_that_a_page_shows_exists(command):
    _, subcommand, arguments = called(shlex.split(command)[1:])
    assert {a for a in arguments if a.startswith("-")} <= known_options(subcommand)


def test_the_readme_lists_every_command():
    for path in command_paths(COMMANDS):
        assert re.search(rf"(wcabench |`){path}\b", README), path


def test_the_suite_that_the_readme_shows_is_read(tmp_path):
    (text,) = [b for b in blocks("toml") if "[suite]" in b]
    (tmp_path / "frisian.toml").write_text(text)
    suite = load_suite(str(tmp_path / "frisian.toml"))
    assert suite.pairs == ("en-fy",)
    assert suite.name == "frisian"


def test_the_pretraining_that_the_readme_shows_is_read(tmp_path):
    (text,) = [b for b in blocks("toml") if "[training]" in b]
    (tmp_path / "encoder.toml").write_text(text)
    settings = read_settings(tmp_path / "encoder.toml")
    assert settings.name == "my-encoder"
    assert settings.text.languages == ("en", "nl", "fy") and settings.training.steps == 5000


def test_the_methods_that_the_readme_lists_are_registered():
    listed = re.findall(r"^\| `([a-z-]+)` \|", README, flags=re.MULTILINE)
    assert set(listed) <= set(entries()) | {"wcabench"}
    assert len(listed) >= 5


def test_the_method_that_the_readme_shows_is_the_built_in_one():
    (shown,) = [b for b in blocks("python") if "NearestToken" in b]
    source = (Path(__file__).parent.parent / "methods" / "nearest_token.py").read_text(encoding="utf-8")
    for line in (
        "Coupling(harden_columns([-cost for cost in costs.mean_over_layers()]))",
        "class NearestToken",
    ):
        assert line in shown
        assert line in source


def test_the_first_command_without_data_says_what_to_bring(monkeypatch):
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    result = CliRunner().invoke(
        main, ["suite", "prepare", "--suite", "paper", "--pair", "en-nl", "--offline"]
    )
    assert result.exit_code == 2
    assert "CoNLL-2003" in result.output
