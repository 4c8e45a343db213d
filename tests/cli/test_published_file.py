"""A published file says nothing of the machine that made it, and one from a stranger can do no harm."""

import getpass
import json
import platform
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from stores_by_hand import StoreOnDisk

from wcabench.cli import main


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_nothing_of_the_machine_is_in_it(
    tiny_suite: Path, tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        "USER": "somebody-secret",
        "HOSTNAME": "host-secret",
        "API_TOKEN": "token-secret",
        "HOME": "/home-secret",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(platform, "node", lambda: "node-secret")
    with (tiny_suite.parent / "pairs.tsv").open("a") as pairs:
        pairs.write("\tan empty side\n" * 3)  # so that the record has a note on the data
    results = tmp_path / "results-secret"
    run = call(
        "run", "--suite", tiny_suite, "-p", "all", "-m", "none", "-m", "nearest-token", "--encoder", tiny_encoder,
        "--set", "recipe.epochs=1", "--results", results,
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    exported = call("store", "export", tmp_path / "published.zip", "--results", results)
    assert exported.exit_code == 0
    with zipfile.ZipFile(tmp_path / "published.zip") as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in archive.infolist())
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o644}
    record = json.loads(next(data for name, data in texts.items() if name.endswith("cell.json")))
    assert any("left out" in note for note in record["notes"])
    whole = b"\n".join([*(name.encode() for name in texts), *texts.values()])
    words = ["secret", str(tmp_path), str(tiny_encoder.parent), str(Path.cwd()), str(Path.home())]
    words += [name for name in (getpass.getuser(), platform.uname().node) if len(name) > 5]
    for word in words:
        assert word.encode() not in whole, word


@pytest.fixture
def published(tmp_path: Path) -> Path:
    store = StoreOnDisk(tmp_path / "results")
    store.cell(seed=1)
    assert call("store", "export", tmp_path / "published.zip", "--results", store.root).exit_code == 0
    return tmp_path / "published.zip"


def rewrite(
    file: Path, name: str, data: bytes, mode: int = 0o644, compression: int = zipfile.ZIP_STORED
) -> None:
    """Put other data, with another mode, into the member whose name ends so; the manifest stays."""
    with zipfile.ZipFile(file) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for info, own in members:
            changed = info.filename.endswith(name)
            copy = zipfile.ZipInfo(info.filename)
            copy.external_attr = (mode if changed else 0o644) << 16
            archive.writestr(copy, data if changed else own, compression if changed else zipfile.ZIP_STORED)


def refused(published: Path, tmp_path: Path) -> str:
    result = call("store", "import", published, "--results", tmp_path / "into")
    assert result.exit_code == 2 and "Traceback" not in result.output, result.output
    assert not list((tmp_path / "into").rglob("seed-*"))
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_link_is_no_cell(published: Path, tmp_path: Path) -> None:
    rewrite(published, "cell.json", b"/etc/passwd", stat.S_IFLNK | 0o777)
    assert "not what the manifest says" in refused(published, tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(published: Path, tmp_path: Path) -> None:
    rewrite(published, "counts.npz", bytes(80 << 20), compression=zipfile.ZIP_DEFLATED)
    assert published.stat().st_size < 1 << 20
    assert "is larger than 64 MiB" in refused(published, tmp_path)


def test_a_member_that_is_longer_than_it_says_is_damaged(published: Path, tmp_path: Path) -> None:
    rewrite(published, "counts.npz", bytes(1 << 20), compression=zipfile.ZIP_DEFLATED)
    data = published.read_bytes()
    lie = data.replace((1 << 20).to_bytes(4, "little"), (64).to_bytes(4, "little"))
    assert lie != data
    published.write_bytes(lie)
    assert "damaged" in refused(published, tmp_path) or "not an archive" in refused(published, tmp_path)


def test_an_array_of_objects_is_never_unpickled(published: Path, tmp_path: Path) -> None:
    class Command:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "executed",))

    np.savez(tmp_path / "pickled.npz", x=np.array([Command()], dtype=object))
    rewrite(published, "counts.npz", (tmp_path / "pickled.npz").read_bytes())
    refused(published, tmp_path)
    assert not (tmp_path / "executed").exists()


def test_a_file_that_is_no_archive_is_one_line(tmp_path: Path) -> None:
    for data in (b"", b"PK\x03\x04", b"\x1b[31m\n" * 100):
        (tmp_path / "file\x1b[31m.zip").write_bytes(data)
        assert "\x1b" not in refused(tmp_path / "file\x1b[31m.zip", tmp_path)
