import errno
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from wcabench.errors import UserError
from wcabench.runs.execution import execute
from wcabench.runs.record import SCHEMA
from wcabench.runs.store import REPLACED, Store, StoreError


@pytest.fixture
def cell(make_plan: Any, place: Any) -> Any:
    """One finished cell: (plan, folder, store)."""
    cells = make_plan()
    return cells, execute(cells, place)[cells[0].key].path, Store(place.root)


def truncate_counts(folder: Path) -> None:
    data = (folder / "counts.npz").read_bytes()
    (folder / "counts.npz").write_bytes(data[: len(data) // 2])


def flip_counts(folder: Path) -> None:
    data = bytearray((folder / "counts.npz").read_bytes())
    with zipfile.ZipFile(folder / "counts.npz") as archive:
        info = archive.getinfo("target_tp.npy")
        at = info.header_offset + 30 + len(info.filename.encode()) + 20 + info.compress_size // 2
    data[at] ^= 0xFF
    (folder / "counts.npz").write_bytes(bytes(data))


def truncate_record(folder: Path) -> None:
    text = (folder / "cell.json").read_text()
    (folder / "cell.json").write_text(text[: len(text) // 2])


def change(**values: Any) -> Any:
    def apply(folder: Path) -> None:
        record = json.loads((folder / "cell.json").read_text())
        (folder / "cell.json").write_text(json.dumps({**record, **values}))

    return apply


SPOILT = {
    "no record": lambda folder: (folder / "cell.json").unlink(),
    "half a record": truncate_record,
    "no counts": lambda folder: (folder / "counts.npz").unlink(),
    "half the counts": truncate_counts,
    "a flipped bit in the counts": flip_counts,
    "a newer schema": change(schema=SCHEMA + 1),
    "another configuration": change(config={"schema": 1}),
    "no number": change(f1=None),
    "no schema": change(schema=None),
    "another state": change(state="half"),
    "a list": lambda folder: (folder / "cell.json").write_text("[]"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_corrupt_cell_is_never_counted_is_listed_and_done_again(
    cell: Any, place: Any, fits: Any, spoil: Any
) -> None:
    cells, folder, store = cell
    spoil(folder)
    good, left_out = store.cells()
    assert not good and [path for path, _ in left_out] == [folder] and str(folder) in left_out[0][1]
    assert "\n" not in left_out[0][1]
    assert execute(cells, place)[cells[0].key].state == "done"
    assert len(fits()) == 2
    good, left_out = store.cells()
    assert [c.path for c in good] == [folder] and not left_out
    assert folder.with_name(folder.name + ".corrupt-1").is_dir(), "moved aside, not deleted"


def test_the_same_cell_twice_counts_once(cell: Any) -> None:
    _, folder, store = cell
    shutil.copytree(folder, folder.with_name(folder.name + "-copy"))
    good, left_out = store.cells()
    assert len(good) == 1 and "counted once" in left_out[0][1]


def test_two_stores_merge_by_copying(cell: Any, tmp_path: Path) -> None:
    cells, _, store = cell
    shutil.copytree(store.root / "toy", tmp_path / "other" / "toy")
    assert Store(tmp_path / "other").get(cells[0].config, cells[0].key).f1 == 100


def test_a_cell_is_found_by_the_beginning_of_its_key_or_its_folder(cell: Any) -> None:
    cells, folder, store = cell
    assert store.find(cells[0].key[:5]).path == folder
    assert store.find(str(folder)).path == folder
    assert store.find(str(folder / "cell.json")).path == folder
    for wrong in ("nope", "", "*"):
        with pytest.raises(UserError, match="no cell"):
            store.find(wrong)


def test_the_beginning_of_two_keys_is_refused(cell: Any, place: Any, make_plan: Any) -> None:
    planned = make_plan(seeds=range(1, 18))  # 17 keys and 16 hex digits: two begin alike
    beginnings = [one.key[0] for one in planned]
    twice = next(b for b in beginnings if beginnings.count(b) > 1)
    execute([one for one in planned if one.key[0] == twice], place)
    with pytest.raises(UserError, match="is the beginning of"):
        Store(place.root).find(twice)


def test_an_empty_or_absent_store_has_no_cells(tmp_path: Path) -> None:
    assert Store(tmp_path / "nowhere").cells() == ([], [])


def test_leftovers_of_dead_writers_are_removed_and_those_of_living_ones_stay(cell: Any) -> None:
    _, _, store = cell
    dead, living = store.root / ".partial" / "aaaa-1-x", store.root / ".partial" / "bbbb-1-x"
    dead.mkdir()
    living.mkdir()
    with store.lock("bbbb"):
        store.prepare()
    assert not dead.exists() and living.exists()


def test_an_old_cell_comes_back_when_its_replacement_never_came(cell: Any) -> None:
    """A kill between the two renames of a replacement."""
    _, folder, store = cell
    folder.rename(folder.with_name(folder.name + REPLACED))
    assert len(store.cells()[0]) == 1, "even before anyone mends it"
    store.prepare()
    assert folder.is_dir() and [c.path for c in store.cells()[0]] == [folder]


def test_an_old_cell_goes_when_its_replacement_is_there(cell: Any) -> None:
    _, folder, store = cell
    old = folder.with_name(folder.name + REPLACED)
    shutil.copytree(folder, old)
    store.prepare()
    assert folder.is_dir() and not old.exists() and len(store.cells()[0]) == 1


def test_a_lock_is_held_by_one(cell: Any) -> None:
    _, _, store = cell
    with store.lock("k") as first, store.lock("k") as second, store.lock("other") as third:
        assert (first, second, third) == (True, False, True)
    with store.lock("k") as again:
        assert again


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: Any, number: int) -> None:
    def refuse(self: Path, *_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match=os.strerror(number)) as caught:
        Store(tmp_path / "results").prepare()
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_real_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(StoreError, match="writable"):
        Store(tmp_path).prepare()


def test_a_results_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        Store(tmp_path / "file").prepare()


def test_names_cannot_leave_the_results_folder(tmp_path: Path) -> None:
    config = {"suite": "../up", "pair": "a/b", "method": {"name": "..."}, "seed": 1}
    folder = Store(tmp_path).folder(config, "k")
    assert (
        folder.is_relative_to(tmp_path)
        and ".." not in folder.parts
        and len(folder.relative_to(tmp_path).parts) == 4
    )
