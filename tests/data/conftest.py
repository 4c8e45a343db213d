"""A small suite of invented sentences, and the folder of the real corpora if there is one."""

import os
from pathlib import Path

import pytest

TRAIN = """\
Mira B-PER
lives O
in O
Oldwick B-LOC
. O

Acme B-ORG
Corp I-ORG
hired O
her O

The O
Oldwick B-MISC
Cup I-MISC
"""
TEST_SOURCE = "Jon B-PER\nleft O\nAcme B-ORG\n"
TEST_TARGET = "Jon B-PER\nverliet O\nOudwijk B-LOC\n\nAcme B-ORG\nsluit O\n"

SUITE = """
[suite]
name = "tiny"
summary = "invented"
caption = "Invented sentences."
types = ["LOC", "MISC", "ORG", "PER"]

[encoder]
name = "some/encoder"
revision = "abc0abc0abc0abc0abc0abc0abc0abc0abc0abc0"

[recipe]
epochs = 1

[source]
train = { path = "train.conll" }
test = { path = "test.en.conll" }

[pairs.en-nl]
types = ["LOC", "ORG", "PER"]
notes = ["nl: invented"]
target = { test = { path = "test.nl.conll" } }

[pairs.en-nl.parallel]
path = "pairs.tsv"
links_column = 2
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The TOML file of a complete suite; its data is in the same folder."""
    (tmp_path / "train.conll").write_text(TRAIN)
    (tmp_path / "test.en.conll").write_text(TEST_SOURCE)
    (tmp_path / "test.nl.conll").write_text(TEST_TARGET)
    (tmp_path / "pairs.tsv").write_text(
        "She left .\tZij vertrok .\t0-0 1-1 2-2\nHe\t\t\nHe won\tHij won\t0-0 1-1\n"
    )
    suite = tmp_path / "tiny.toml"
    suite.write_text(SUITE)
    return suite


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real corpora."""
    named = os.environ.get("WCABENCH_DATA")
    if not named or not Path(named, "paper", "conll").is_dir():
        pytest.skip("WCABENCH_DATA does not name a folder with the real corpora")
    return Path(named)


@pytest.fixture(autouse=True)
def _no_user_folders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's data folder and cache out of tests that do not ask for them."""
    if "real_data" not in request.fixturenames:
        monkeypatch.delenv("WCABENCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):  # `--offline` sets them; monkeypatch restores them
        monkeypatch.setenv(name, "0")
