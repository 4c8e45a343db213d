"""Where the commands are run."""

import shutil
from pathlib import Path

import pytest
from mistakes_by_hand import FILES, SUITE


@pytest.fixture(autouse=True)
def suite_folder(tmp_path, monkeypatch, tiny_encoder) -> Path:
    """A folder with the suite `tiny.toml`, its data and an encoder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in {**FILES, "tiny.toml": SUITE}.items():
        Path(name).write_text(text)
    shutil.copytree(tiny_encoder, "encoder")
    return tmp_path
