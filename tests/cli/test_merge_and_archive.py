import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stores_by_hand import rewrite

RUN = ("run", "--suite", "toy", "--method", "lookup", "--pair", "en-xx")


@pytest.fixture
def stores(invoke: Any) -> Any:
    """Store `one` with seed 1 and store `other` with seed 2."""
    invoke(*RUN, "--seeds", "1,", "--results", "one")
    invoke(*RUN, "--seeds", "2,", "--results", "other")
    return invoke


def spoil(root: str) -> None:
    """Another result under the same key."""
    (folder,) = Path(root).glob("*/*/*/seed-*")
    rewrite(folder, lambda _, arrays: arrays.update(source_tp=np.zeros_like(arrays["source_tp"])))


def test_merge_says_what_became_of_the_cells(stores: Any) -> None:
    result = stores("store", "merge", "one", "other", "--results", "whole")
    assert result.exit_code == 0
    assert result.stdout == "whole: 2 cells copied, 0 identical, 0 refused, 0 left out\n"
    again = json.loads(stores("store", "merge", "one", "--results", "whole", "--json").stdout)
    assert len(again["identical"]) == 1 and again["copied"] == [] and again["results"] == "whole"


def test_a_refused_cell_is_listed_and_exits_2(stores: Any) -> None:
    shutil.copytree("one", "changed")
    spoil("changed")
    for flags in ((), ("--json",)):
        result = stores("store", "merge", "changed", "other", "--results", "one", *flags)
        assert result.exit_code == 2
        assert "refused: changed/toy/en-xx/lookup/seed-1-" in result.stderr
        assert "error: 1 cell refused: one has the same with other counts" in result.stderr
    assert len(list(Path("one").glob("*/*/*/seed-*"))) == 2, "the other store's cell was copied"


def test_a_corrupt_cell_is_left_out_and_exits_0(stores: Any) -> None:
    (path,) = Path("one").glob("*/*/*/*/cell.json")
    path.write_text("{")
    result = stores("store", "merge", "one", "--results", "whole")
    assert result.exit_code == 0 and "1 left out" in result.stdout
    assert f"left out: {path}" in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_results_go_out_and_come_in_again(stores: Any) -> None:
    stores("store", "merge", "one", "other", "--results", "whole")
    result = stores("store", "export", "published.zip", "--results", "whole")
    assert result.exit_code == 0 and "published.zip: 2 cells" in result.stdout
    result = stores("store", "import", "published.zip", "--results", "new")
    assert result.stdout == "new: 2 cells copied, 0 identical, 0 refused, 0 left out\n"
    assert not list(Path("new").rglob("predictions.conll"))
    rows = [stores("list", "results", "--results", root, "--json").stdout for root in ("whole", "new")]
    assert rows[0].replace('"whole', '"new') == rows[1]


def test_export_takes_what_is_selected_and_says_the_checksum(stores: Any) -> None:
    import hashlib

    stores(*RUN, "--method", "plain", "--results", "one")
    result = stores("store", "export", "one.zip", "--results", "one", "--method", "Lookup", "--json")
    answer = json.loads(result.stdout)
    assert answer["cells"] == 1
    assert answer["sha256"] == hashlib.sha256(Path("one.zip").read_bytes()).hexdigest()
    result = stores("store", "export", "two.zip", "--results", "one", "--pair", "en-zz")
    assert result.exit_code == 2 and "unknown pair" in result.stderr and not Path("two.zip").exists()


def test_an_import_of_other_counts_is_refused_and_names_the_file(stores: Any) -> None:
    stores("store", "export", "one.zip", "--results", "one")
    spoil("one")
    result = stores("store", "import", "one.zip", "--results", "one")
    assert result.exit_code == 2 and "refused: one.zip/toy/en-xx/lookup/seed-1-" in result.stderr


@pytest.mark.parametrize("name", ["nowhere.zip", "text.zip"])
def test_an_import_of_no_archive_writes_nothing(invoke: Any, name: str) -> None:
    Path("text.zip").write_text("text")
    result = invoke("store", "import", name, "--results", "new")
    assert result.exit_code == 2 and name in result.stderr and not Path("new").exists()


def test_an_export_of_an_empty_folder_is_refused(invoke: Any) -> None:
    result = invoke("store", "export", "one.zip", "--results", "nowhere")
    assert result.exit_code == 2 and "nowhere: no cell in it" in result.stderr
    assert not Path("one.zip").exists() and not Path("nowhere").exists()
