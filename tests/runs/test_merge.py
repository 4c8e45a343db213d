import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from stores_by_hand import StoreOnDisk

from wcabench.errors import UserError
from wcabench.runs.cells import COUNTS, PREDICTIONS, RECORD, TAGS, read_cell
from wcabench.runs.keys import config_key
from wcabench.runs.merge import merge
from wcabench.runs.record import write_record
from wcabench.runs.store import Store, StoreError


@pytest.fixture
def stores(tmp_path: Path) -> Any:
    """Makes a store by hand."""
    return lambda name: StoreOnDisk(tmp_path / name)


def take(target: Path, *sources: Any) -> Any:
    return merge({str(one.root): Store(one.root) for one in sources}, Store(target))


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.glob("[!.]*/**/*"))
        if path.is_file()
    }


def test_the_cells_of_all_stores_are_copied_byte_for_byte(stores: Any, tmp_path: Path) -> None:
    one, other = stores("one"), stores("other")
    one.cell(seed=1)
    other.cell(seed=2)
    merged = take(tmp_path / "whole", one, other)
    assert len(merged.copied) == 2 and not merged.left_out and not merged.refused
    assert files(tmp_path / "whole") == files(one.root) | files(other.root)
    assert not list((tmp_path / "whole" / ".partial").iterdir())


def test_a_cell_that_is_there_already_is_identical_and_untouched(stores: Any, tmp_path: Path) -> None:
    one = stores("one")
    one.cell()
    take(tmp_path / "whole", one)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "whole").rglob(RECORD)}
    merged = take(tmp_path / "whole", one)
    assert len(merged.identical) == 1 and not merged.copied
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_same_cell_run_twice_with_equal_counts_is_kept_once(stores: Any, tmp_path: Path) -> None:
    one, other = stores("one"), stores("other")
    one.cell(seconds=1.0)
    other.cell(seconds=2.0)
    merged = take(tmp_path / "whole", one, other)
    assert len(merged.copied) == 1 and len(merged.repeated) == 1 and not merged.refused
    assert files(tmp_path / "whole") == files(one.root)


def test_a_cell_with_other_counts_is_refused_and_the_rest_is_copied(stores: Any, tmp_path: Path) -> None:
    one, other = stores("one"), stores("other")
    key = one.cell(seed=1, quality=0.6)
    other.cell(seed=1, quality=0.8)
    other.cell(seed=2)
    take(tmp_path / "whole", one)
    before = files(tmp_path / "whole")
    merged = take(tmp_path / "whole", other)
    ((path, reason),) = merged.refused
    assert key in path and str(other.root) in path and "F1" in reason
    assert len(merged.copied) == 1
    assert before.items() <= files(tmp_path / "whole").items()


def test_a_failed_cell_is_not_copied_and_gives_way_to_a_finished_one(stores: Any, tmp_path: Path) -> None:
    failed, done = stores("failed"), stores("done")
    key = failed.cell(state="failed")
    done.cell()
    shutil.copytree(failed.root, tmp_path / "whole")
    ((_, reason),) = take(tmp_path / "empty", failed).left_out
    assert "only finished cells" in reason
    assert len(take(tmp_path / "whole", done).copied) == 1
    assert Store(tmp_path / "whole").find(key).state == "done"


def test_a_corrupt_cell_is_skipped_and_listed(stores: Any, tmp_path: Path) -> None:
    one = stores("one")
    key = one.cell(seed=1)
    one.cell(seed=2)
    (folder,) = one.root.glob(f"*/*/*/*{key}")
    (folder / COUNTS).write_bytes(b"not a zip")
    merged = take(tmp_path / "whole", one)
    assert len(merged.copied) == 1
    ((path, reason),) = merged.left_out
    assert path == str(folder) and "damaged" in reason


@pytest.mark.parametrize("name", ["suite", "pair", "seed", "method"])
def test_a_record_that_names_another_place_than_its_configuration_is_skipped(
    stores: Any, tmp_path: Path, name: str
) -> None:
    one = stores("one")
    one.cell()
    (path,) = one.root.rglob(RECORD)
    record = json.loads(path.read_text())
    model = record["config"]["model"]
    if name == "seed":
        model["seed"] = 7
    elif name == "method":
        model["method"]["name"] = "../../../away"
    else:
        record["config"][name] = "../../../away"
    record["key"] = config_key(record["config"])
    write_record(path, record)
    merged = take(tmp_path / "whole", one)
    assert not merged.copied and "one was changed" in merged.left_out[0][1]
    assert not list(tmp_path.rglob("*away*"))


@pytest.mark.parametrize(("schema", "file"), [(2, TAGS), (1, PREDICTIONS)])
def test_a_cell_without_predictions_is_the_same_cell(
    stores: Any, tmp_path: Path, schema: int, file: str
) -> None:
    one = stores("one")
    one.cell(schema=schema)
    take(tmp_path / "whole", one)
    (path,) = one.root.rglob(file)
    path.unlink()
    assert len(take(tmp_path / "whole", one).identical) == 1
    assert list((tmp_path / "whole").rglob(file))


def test_a_cell_that_a_run_is_writing_is_left_to_it(stores: Any, tmp_path: Path) -> None:
    one = stores("one")
    key = one.cell()
    with Store(tmp_path / "whole").lock(key) as held:
        assert held
        ((_, reason),) = take(tmp_path / "whole", one).left_out
    assert "a run is just writing this cell" in reason


def test_a_store_that_is_not_there_or_empty_or_the_target_is_refused(stores: Any, tmp_path: Path) -> None:
    one = stores("one")
    one.cell()
    (tmp_path / "empty").mkdir()
    for root, reason in (("nowhere", "no such folder"), ("empty", "no cell in it")):
        with pytest.raises(UserError, match=reason):
            take(tmp_path / "whole", one, stores(root))
    with pytest.raises(UserError, match="the results folder itself"):
        take(one.root, one)
    assert not (tmp_path / "whole").exists(), "nothing is written before all stores are looked at"


def test_a_cell_that_cannot_be_installed_leaves_nothing_half_done(
    stores: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    one = stores("one")
    one.cell()
    real = os.fsync

    def full(descriptor: int) -> None:
        if COUNTS in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="free some space"):
        take(tmp_path / "whole", one)
    assert not list((tmp_path / "whole").rglob(RECORD))


def test_a_merged_cell_is_read_as_any_other(stores: Any, tmp_path: Path) -> None:
    one = stores("one")
    key = one.cell()
    take(tmp_path / "whole", one)
    assert read_cell(Store(tmp_path / "whole").find(key).path).state == "done"
