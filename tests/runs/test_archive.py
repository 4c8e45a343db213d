import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stores_by_hand import StoreOnDisk

from wcabench.errors import UserError
from wcabench.runs import archive as archives
from wcabench.runs import archive_checks
from wcabench.runs.archive import unpacked, write_archive
from wcabench.runs.cells import COUNTS, PREDICTIONS, RECORD, TAGS
from wcabench.runs.store import Store
from wcabench.runs.tags_file import write_tags


@pytest.fixture
def store(tmp_path: Path) -> Any:
    made = StoreOnDisk(tmp_path / "results")
    made.cell(seed=1)
    made.cell(seed=2, method="wca-hard")
    made.cell(seed=3, state="failed")
    return made


@pytest.fixture
def file(store: Any, tmp_path: Path) -> Path:
    write_archive(tmp_path / "published.zip", Store(store.root).cells()[0])
    return tmp_path / "published.zip"


def rewrite(file: Path, change: Callable[[dict[str, bytes]], None], *, sign: bool = True) -> None:
    """Change the members; with `sign`, the manifest fits them again."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if sign:
        rest = {name: data for name, data in members.items() if name != "manifest.json"}
        members["manifest.json"] = archives._manifest(rest)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def counts_name(members: dict[str, bytes]) -> str:
    return min(name for name in members if name.endswith(COUNTS))


def refusal(file: Path) -> str:
    with pytest.raises(UserError) as error, unpacked(file):
        pass
    assert str(file) in str(error.value) and "\n" not in str(error.value)
    return str(error.value)


def test_the_same_cells_give_the_same_bytes(store: Any, file: Path, tmp_path: Path) -> None:
    cells, _ = Store(store.root).cells()
    write_archive(tmp_path / "again.zip", cells[::-1])
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


def test_it_holds_records_counts_and_tags_of_finished_cells(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert names[0] == "manifest.json" and names[1:] == sorted(names[1:])
    assert sorted({name.rpartition("/")[2] for name in names[1:]}) == [RECORD, COUNTS, TAGS]
    assert len(names) == 1 + 2 * 3


def test_the_predictions_of_older_cells_hold_words_and_are_left_out(tmp_path: Path) -> None:
    store = StoreOnDisk(tmp_path / "old")
    store.cell(schema=1)
    assert list(store.root.rglob(PREDICTIONS))
    write_archive(tmp_path / "old.zip", Store(store.root).cells()[0])
    with zipfile.ZipFile(tmp_path / "old.zip") as archive:
        assert {name.rpartition("/")[2] for name in archive.namelist()[1:]} == {RECORD, COUNTS}
    with unpacked(tmp_path / "old.zip") as read:
        assert [cell.schema for cell in read.cells()[0]] == [1]


def test_tags_that_are_not_of_the_scored_types_are_not_exported(store: Any, tmp_path: Path) -> None:
    first, second = sorted(store.root.rglob(TAGS))
    write_tags(first, {"target": [["B-Oldwick"]], "source": []})
    written, ((left_out, reason),) = write_archive(tmp_path / "words.zip", Store(store.root).cells()[0])
    assert (written, left_out) == (1, first.parent)
    assert "entity types that the cell was not scored on" in reason
    with zipfile.ZipFile(tmp_path / "words.zip") as archive:
        assert b"Oldwick" not in b"".join(map(archive.read, archive.namelist()))
    write_tags(second, {"target": [["B-Oldwick"]], "source": []})
    with pytest.raises(UserError, match="every selected cell is damaged"):
        write_archive(tmp_path / "none.zip", Store(store.root).cells()[0])
    assert not (tmp_path / "none.zip").exists()


def test_tags_in_an_archive_are_checked_as_counts_are(file: Path) -> None:
    pickled = io.BytesIO()
    np.savez(pickled, names=np.array([print], dtype=object))

    def change(members: dict[str, bytes]) -> None:
        members[min(name for name in members if name.endswith(TAGS))] = pickled.getvalue()

    rewrite(file, change)
    assert "Python objects" in refusal(file)


def test_what_was_written_is_read_as_a_store(store: Any, file: Path) -> None:
    with unpacked(file) as read:
        cells, left_out = read.cells()
        assert not left_out
        assert [cell.record for cell in cells] == [
            cell.record for cell in Store(store.root).cells()[0] if cell.state == "done"
        ]
    assert not read.root.exists()


def test_no_finished_cell_and_an_existing_file_are_refused(store: Any, file: Path, tmp_path: Path) -> None:
    cells, _ = Store(store.root).cells()
    with pytest.raises(UserError, match="none of the selected cells is finished"):
        write_archive(tmp_path / "none.zip", [cell for cell in cells if cell.state == "failed"])
    before = file.read_bytes()
    with pytest.raises(UserError, match="exists already"):
        write_archive(file, cells)
    assert file.read_bytes() == before


def test_a_file_that_cannot_be_written_leaves_nothing(store: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_archive(tmp_path / "file" / "published.zip", Store(store.root).cells()[0])
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "name",
    [
        "../away/cell.json",
        "/etc/cell.json",
        "toy/en-nl/none/../seed-1-0123456789abcdef/cell.json",
        "toy/../none/seed-1-0123456789abcdef/cell.json",
        "toy\\en-nl/none/x/seed-1-0123456789abcdef/cell.json",
        "C:/en-nl/none/seed-1-0123456789abcdef/cell.json",
        "toy/en-nl/none/seed-1-0123456789abcdef/predictions.conll",
        "toy/en-nl/none/seed-1-0123456789abcdef/cell.json/",
        "README.md",
    ],
)
def test_a_member_that_leads_elsewhere_or_is_not_expected_is_refused(file: Path, name: str) -> None:
    rewrite(file, lambda members: members.update({name: b"{}"}))
    assert "unexpected member" in refusal(file)


def test_a_changed_member_is_not_what_the_manifest_says(file: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members[counts_name(members)] += b" "

    rewrite(file, change, sign=False)
    assert "sha256 differs" in refusal(file)


def test_a_member_without_its_line_in_the_manifest_and_a_line_without_its_member_are_refused(
    file: Path,
) -> None:
    rewrite(file, lambda members: members.pop(counts_name(members)) and None, sign=False)
    assert "not in both" in refusal(file)


def test_a_member_that_is_in_it_twice_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("manifest.json", b"{}")
    assert "twice" in refusal(file)


def test_an_oversized_member_is_refused_before_it_is_read(file: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(archive_checks.LARGEST, RECORD, 100)
    assert "is larger than" in refusal(file)


def test_an_archive_that_is_too_large_as_a_whole_is_refused(file: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(archive_checks, "MOST_MEMBERS", 3)
    assert "more than 3 members" in refusal(file)


def test_counts_that_unpack_to_more_than_a_test_set_can_need_are_refused(file: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<i8", "fortran_order": False, "shape": (1 << 40, 4)}
    )
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w") as arrays:
        arrays.writestr("target_tp.npy", header.getvalue())
    rewrite(file, lambda members: members.update({counts_name(members): bomb.getvalue()}))
    assert "target_tp.npy is larger than" in refusal(file)


def test_counts_with_python_objects_are_refused_unread(file: Path) -> None:
    pickled = io.BytesIO()
    np.savez(pickled, types=np.array([print], dtype=object))
    rewrite(file, lambda members: members.update({counts_name(members): pickled.getvalue()}))
    assert "Python objects" in refusal(file)


@pytest.mark.parametrize("manifest", [b"[]", b"{", b'{"schema": 1}', b'{"schema": 1, "files": []}'])
def test_a_manifest_that_is_none_is_refused(file: Path, manifest: bytes) -> None:
    rewrite(file, lambda members: members.update({"manifest.json": manifest}), sign=False)
    assert "no manifest of results" in refusal(file)


def test_a_manifest_of_a_newer_version_asks_for_an_upgrade(file: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = json.dumps(
            {**json.loads(members["manifest.json"]), "schema": archives.SCHEMA + 1}
        ).encode()

    rewrite(file, change, sign=False)
    assert "upgrade" in refusal(file)


def test_half_a_file_no_zip_another_zip_and_no_file_get_one_line(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"PK"):
        file.write_bytes(data)
        assert "not an archive of" in refusal(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a")
    assert "no manifest.json" in refusal(file)
    assert "No such file" in refusal(tmp_path / "nowhere.zip")
