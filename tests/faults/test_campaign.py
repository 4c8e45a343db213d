"""A few kills and a few failing writes; the long form is `python tests/faults/campaign.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).with_name("campaign.py")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("kills", "--kills", "40"), ("writes", "--writes", "80")])
def test_a_short_campaign_finds_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, str(CAMPAIGN), "--only", *arguments, "--seed", "3"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1200)
    assert ended.returncode == 0, ended.stderr[-4000:]


def test_the_layer_sees_every_kind_of_change_and_can_refuse_it(tmp_path: Path) -> None:
    code = """
import errno, os, sys
from pathlib import Path
from injection import Injection
root = Path(sys.argv[1])
seen = []
def at(number):
    seen.append(number)
    if number == int(sys.argv[2]):
        raise OSError(errno.ENOSPC, "full")
Injection(root, at)
(root / "folder").mkdir()
(root / "folder" / "file").write_text("text")
(root / "folder" / "file").rename(root / "other")
with open(root / "other", "rb+") as stream:
    os.fsync(stream.fileno())
(root / "other").unlink()
(root / "folder").rmdir()
print(len(seen))
"""
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(CAMPAIGN.parent)}
    counted = subprocess.run([*command, str(tmp_path), "0"], env=environment, capture_output=True, text=True)
    calls = int(counted.stdout)
    assert calls >= 8, counted.stderr
    for number in range(1, calls + 1):
        place = tmp_path / str(number)
        place.mkdir()
        refused = subprocess.run(
            [*command, str(place), str(number)], env=environment, capture_output=True, text=True
        )
        assert refused.returncode == 1 and "full" in refused.stderr
