from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stores_by_hand import SENTENCES, StoreOnDisk

from wcabench.runs.cells import COUNTS, PREDICTIONS, TAGS, Cell, read_cell
from wcabench.runs.tags_file import write_tags
from wcabench.runs.two_runs import RunDifference, compare_runs, equal_counts

LOSS = {"precision": "fp32", "loss": {"total": [3.0, 2.0, 1.0]}}


@pytest.fixture
def two(tmp_path: Path) -> Any:
    """The stored run and a new one of the same settings."""

    def make(then: dict[str, Any] | None = None, now: dict[str, Any] | None = None) -> tuple[Cell, Cell]:
        cells = []
        for name, changes in (("then", then or {}), ("now", now or {})):
            store = StoreOnDisk(tmp_path / name)
            store.cell(**{"training": LOSS, **changes})
            cells.append(next(store.root.glob("*/*/*/*")))
        return read_cell(cells[0]), read_cell(cells[1])

    return make


def spoil(cell: Cell, array: str) -> Cell:
    """One entity less in the last sentence that has one."""
    arrays = dict(np.load(cell.path / COUNTS, allow_pickle=False))
    counts = arrays[array].astype(int)
    counts[tuple(np.argwhere(counts > 0)[-1])] -= 1
    np.savez(cell.path / COUNTS, **{**arrays, array: counts})
    return cell


def changed(difference: RunDifference) -> dict[str, int]:
    return {test.name: test.changed for test in difference.tests if test.changed}


def test_two_equal_runs_are_identical(two: Any) -> None:
    difference = compare_runs(*two())
    assert difference.verdict == "identical"
    assert [test.name for test in difference.tests] == [
        "target-test",
        "target-test lenient",
        "source-test",
        "source-test lenient",
    ]
    assert {test.sentences for test in difference.tests} == {SENTENCES}
    assert difference.unlike == difference.not_stored == difference.environment == ()


@pytest.mark.parametrize("array", ["target_tp", "target_predicted", "source_lenient_tp", "source_gold"])
def test_one_entity_makes_two_runs_differ(two: Any, array: str) -> None:
    then, now = two()
    assert equal_counts(then, now)
    spoil(now, array)
    difference = compare_runs(then, now)
    name = "-test ".join(array.split("_")[:2]) if "lenient" in array else f"{array.split('_')[0]}-test"
    assert difference.verdict == "differs" and changed(difference) == {name: 1}
    assert not equal_counts(then, now)


def test_the_f1_of_both_is_given_for_each_test_set(two: Any) -> None:
    then, now = two(now={"quality": 0.9})
    strict, _, source, _ = compare_runs(then, now).tests
    assert (strict.then, strict.now) == (then.f1, now.f1) and strict.now > strict.then
    assert source.then == source.now


def test_another_loss_with_equal_counts_is_same_counts_and_its_first_step_is_named(two: Any) -> None:
    other = {**LOSS, "loss": {**LOSS["loss"], "total": [3.0, 2.0001, 1.0]}}
    difference = compare_runs(*two(now={"training": other}))
    assert difference.verdict == "same counts" and difference.unlike == ("training from step 2 on",)


def test_other_predictions_with_equal_counts_are_same_counts(two: Any) -> None:
    then, now = two()
    write_tags(now.path / TAGS, {"target": [["B-LOC", "B-PER"]], "source": [["O", None]]})
    difference = compare_runs(then, now)
    assert difference.verdict == "same counts" and difference.unlike == ("predictions",)


def test_a_word_without_a_prediction_is_no_o(two: Any) -> None:
    then, now = two()
    write_tags(now.path / TAGS, {"target": [["O", "B-PER"]], "source": [["O", "O"]]})
    assert compare_runs(then, now).unlike == ("predictions",)


def test_older_predictions_are_compared_as_far_as_they_go(two: Any) -> None:
    then, now = two(then={"schema": 1})
    write_tags(now.path / TAGS, {"target": [[None]], "source": [["B-PER"]]})
    assert compare_runs(then, now).unlike == ()
    (then.path / PREDICTIONS).write_text("x\tB-LOC\n")
    assert compare_runs(then, now).unlike == ("predictions",)


def test_stages_are_compared_but_for_the_time_they_took_and_where_they_ran(two: Any) -> None:
    stage = {"name": "fit", "steps": 2, "loss": {"total": [1.0, 0.5]}, "seconds": 3.0}
    assert not compare_runs(*two({"stages": [stage]}, {"stages": [{**stage, "seconds": 9.0}]})).unlike


def test_a_stage_with_another_loss_is_named(two: Any) -> None:
    stage = {"name": "fit", "steps": 2, "loss": {"total": [1.0, 0.5]}}
    other = {**stage, "loss": {"total": [1.0, 0.6]}}
    assert compare_runs(*two({"stages": [stage]}, {"stages": [other]})).unlike == ("stages",)


def test_what_a_published_cell_leaves_out_is_not_compared(two: Any) -> None:
    then, now = two(then={"diagnostics": {}}, now={"diagnostics": {"entropy": 1.0}})
    (then.path / TAGS).unlink()
    difference = compare_runs(then, now)
    assert difference.verdict == "identical" and difference.not_stored == ("predictions", "diagnostics")


def test_another_test_set_differs_in_every_sentence(two: Any) -> None:
    then, now = two()
    arrays = dict(np.load(now.path / COUNTS, allow_pickle=False))
    fewer = {name: array[:-1] if name.startswith("target") else array for name, array in arrays.items()}
    np.savez(now.path / COUNTS, **fewer)
    assert changed(compare_runs(then, now))["target-test"] == SENTENCES


def test_the_environments_are_compared_with_the_code(two: Any) -> None:
    environment = {"wcabench": "0.2.0", "python": "3.11.9", "device": "cpu", "packages": {"torch": "2.7.0"}}
    then, now = two({"schema": 1}, {"schema": 1, "environment": environment, "code": {"harness": "f" * 64}})
    assert compare_runs(then, now).environment == (
        f"code.harness (- | {'f' * 12})",
        "packages.torch (2.6.0 | 2.7.0)",
        "wcabench (0.1.0 | 0.2.0)",
    )
