"""A valid suite for tests that damage it, and functions that run commands on it."""

from pathlib import Path

from click.testing import CliRunner, Result

from wcabench.cli import main

FILES = {
    "train.conll": "Mira B-PER\nlives O\nin O\nOldwick B-LOC\n. O\n\nAcme B-ORG\nhired O\nher O\n",
    "test.en.conll": "Jon B-PER\nleft O\n",
    "test.nl.conll": "Jon B-PER\nverliet O\nOudwijk B-LOC\n\nAcme B-ORG\nsluit O\n",
    "en.txt": "She left .\nHe won\n",
    "nl.txt": "Zij vertrok .\nHij won\n",
}
SUITE = """
[suite]
name = "tiny"
types = ["LOC", "ORG", "PER"]

[source]
train = { path = "train.conll" }
test = { path = "test.en.conll" }

[pairs.en-nl]
target = { test = { path = "test.nl.conll" } }
parallel = { path = "en.txt", target_path = "nl.txt" }
"""
RUN = ("run", "--suite", "tiny.toml", "--method", "none", "--pair", "en-nl")
ENCODER = ("--encoder", "encoder")
ZEROS = "0" * 64


def wcabench(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def refusal(result: Result) -> str:
    """Check that a command was refused before it did anything, and return its error line."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit) and result.stdout == ""
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1, result.stderr
    assert not Path("results", "tiny").exists(), "nothing is left of a run that was refused"
    return result.stderr


def change(file: str, old: str, new: str) -> None:
    text = Path(file).read_text()
    assert old in text
    Path(file).write_text(text.replace(old, new))
