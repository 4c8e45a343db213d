import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attempts import attempt_one

from wcabench.errors import UserError
from wcabench.runs.cells import read_cell
from wcabench.runs.execution import execute
from wcabench.runs.signature import signature
from wcabench.runs.store import Store
from wcabench.scoring.scorer import LENIENT


def run_one(make_plan: Any, place: Any, **more: Any) -> Any:
    (planned,) = make_plan(**more)
    return planned, attempt_one(planned, place)


def test_a_cells_record_holds_what_its_number_is_made_of(make_plan: Any, place: Any) -> None:
    planned, result = run_one(make_plan, place, settings={"lookup": {"drop": "1"}})
    cell = read_cell(result.path)
    record = cell.record
    assert (cell.key, cell.pair, cell.method, cell.seed, cell.state) == (
        planned.key,
        "en-xx",
        "lookup",
        1,
        "done",
    )
    # Three gold entities; without the first word of each sentence only Oslo is left.
    assert cell.f1 == pytest.approx(100 * 2 * 1 / (1 + 3))
    assert record["scores"]["target-test"]["micro"]["predicted"] == 1
    # Read leniently, the I-PER that continues nothing is an entity too, of the wrong extent.
    assert record["scores"]["target-test"]["lenient"]["f1"] == pytest.approx(100 * 2 * 1 / (2 + 3))
    assert record["scores"]["source-test"]["per_type"]["LOC"]["f1"] == 100
    assert record["unpredicted_words"] == 3
    assert record["config"] == planned.config
    assert record["caption"] == "Three sentences, made up." and record["labels"] == "drop"
    assert record["training"]["loss"]["total"] == [1.5, None], "NaN is no JSON"
    assert record["origin"].startswith("wcabench 1.0")
    assert record["peak_memory_mb"] > 1
    assert set(record["timings"]) >= {"load", "fit", "predict"}
    assert record["environment"]["device"] == "cpu" and record["environment"]["python"]
    assert record["finished"].endswith("Z")
    json.loads((result.path / "cell.json").read_text(), parse_constant=lambda name: pytest.fail(name))


def test_counts_are_small_and_read_back(make_plan: Any, place: Any) -> None:
    _, result = run_one(make_plan, place)
    counts = read_cell(result.path).counts()
    assert counts.types == ("LOC", "PER")
    assert counts.gold.dtype == np.int32
    assert counts.gold.tolist() == counts.tp.tolist() == [[1, 1], [0, 0], [0, 1]]
    assert read_cell(result.path).counts("source", LENIENT).gold.shape == (2, 2)
    with np.load(result.path / "counts.npz", allow_pickle=False) as arrays:
        assert arrays["target_tp"].dtype == np.uint8


def test_a_cell_keeps_the_tags_of_both_test_sets_and_no_word(make_plan: Any, place: Any, world: Any) -> None:
    _, result = run_one(make_plan, place, settings={"lookup": {"drop": "1"}})
    assert read_cell(result.path).tags() == {
        "target": [[None, "O", "B-LOC"], [None, "O"], [None, "I-PER", "O"]],
        "source": [[None, "O", "B-LOC"], [None, "O"]],
    }
    words = {word.encode() for sentence in world.GOLD for word in sentence.words if len(word) > 2}
    for file in result.path.iterdir():
        assert not any(word in file.read_bytes() for word in words), file


def test_types_that_the_target_lacks_become_o_in_the_target_score(
    make_plan: Any, place: Any, world: Any, monkeypatch: Any
) -> None:
    load = world.Suite.load

    def mapped(self: Any, *arguments: Any) -> Any:
        data = load(self, *arguments)
        object.__setattr__(data, "mapped_to_o", ("LOC",))
        return data

    monkeypatch.setattr(world.Suite, "load", mapped)
    _, result = run_one(make_plan, place)
    scores = read_cell(result.path).record["scores"]
    assert scores["target-test"]["per_type"]["LOC"]["predicted"] == 0
    assert scores["source-test"]["per_type"]["LOC"]["predicted"] == 1
    tags = read_cell(result.path).tags()
    assert not any("B-LOC" in sentence for sentence in tags["target"])
    assert any("B-LOC" in sentence for sentence in tags["source"])


def test_truncation_drops_words_without_a_tag_from_the_gold_too(make_plan: Any, place: Any) -> None:
    """As [11] and [14] score: three gold entities, two of them on words that have no prediction."""
    settings = {"lookup": {"drop": "1"}, "recipe": {"long_sentences": "truncate"}}
    _, result = run_one(make_plan, place, settings=settings)
    record = read_cell(result.path).record
    micro = record["scores"]["target-test"]["micro"]
    assert micro["gold"] < 3
    assert record["unpredicted_words"] == 3
    assert "words:truncated" in record["signature"]


def test_the_signature_names_what_was_changed(make_plan: Any) -> None:
    (cell,) = make_plan(
        settings={"lookup": {"drop": "2"}, "recipe": {"epochs": "1"}, "encoder": {"layers": "9"}}
    )
    defaults = {"drop": 0, "weight": 0.5, "kinds": ["a", "b"]}
    fields = signature(cell.config, "enc", defaults, labels="drop", selected="last").split("|")
    assert fields[:3] == ["lookup,drop:2", "en-xx", "toy"]
    assert fields[3].startswith("data:") and fields[3].endswith(",labels:drop")
    assert fields[4:8] == [
        "enc:nowhere/enc@abc0abc0abc0abc0abc0abc0abc0abc0abc0abc0,layers:9",
        "recipe:epochs:1",
        "F1:micro,strict-IOB2",
        "words:all",
    ]
    assert fields[8:10] == ["select:last", "seed:1"] and fields[10].startswith("wcabench:")


def test_a_method_that_raises_leaves_its_traceback(make_plan: Any, place: Any) -> None:
    _, result = run_one(make_plan, place, methods=("raises",))
    cell = read_cell(result.path)
    assert result.state == cell.state == "failed" and cell.f1 is None
    assert "loss is NaN at step 3" in cell.record["error"]
    assert "Traceback" in (result.path / "error.txt").read_text()


def test_a_tagger_that_forgets_words_fails_its_cell(make_plan: Any, place: Any) -> None:
    _, result = run_one(make_plan, place, methods=("short",))
    assert result.state == "failed" and "sentence " in result.error and "words" in result.error


def test_a_crash_of_one_cell_leaves_the_others(make_plan: Any, place: Any) -> None:
    outcome = execute(make_plan(("raises", "lookup"), ("all",)), place)
    assert sorted(result.state for result in outcome.values()) == ["done", "done", "failed", "failed"]


def test_a_second_run_skips_the_done_and_does_the_failed(make_plan: Any, place: Any, fits: Any) -> None:
    cells = make_plan(("lookup", "raises"))
    execute(cells, place)
    outcome = execute(cells, place)
    assert fits().count("lookup en-xx 1") == 1
    assert fits().count("raises en-xx 1") == 2
    assert outcome[cells[0].key].fresh is False and outcome[cells[0].key].f1 == 100


def test_force_runs_a_finished_cell_again(make_plan: Any, place: Any, fits: Any) -> None:
    cells = make_plan()
    first = execute(cells, place)[cells[0].key]
    again = execute(cells, dataclasses.replace(place, force=True))[cells[0].key]
    assert len(fits()) == 2 and again.fresh and again.path == first.path
    assert [c.key for c in Store(place.root).cells()[0]] == [cells[0].key]


def test_a_forced_run_that_fails_leaves_the_finished_cell(
    make_plan: Any, place: Any, monkeypatch: Any, world: Any
) -> None:
    cells = make_plan()
    execute(cells, place)
    monkeypatch.setattr(world.Lookup, "act", world.Raises.act)
    outcome = execute(cells, dataclasses.replace(place, force=True))[cells[0].key]
    assert outcome.state == "failed" and (outcome.path / "error.txt").is_file()
    assert Store(place.root).get(cells[0].config, cells[0].key).f1 == 100
    assert len(Store(place.root).cells()[0]) == 1


def test_what_another_process_did_meanwhile_is_taken_as_it_is(make_plan: Any, place: Any, fits: Any) -> None:
    """Also under --force: the stamp of the cell is another one than when the run began."""
    (planned,) = make_plan()
    started_before = dataclasses.replace(place, force=True, seen={planned.key: None})
    attempt_one(planned, started_before)
    result = attempt_one(planned, started_before)
    assert len(fits()) == 1 and result.fresh is False


def test_a_cell_that_another_process_has_is_put_off_then_taken_over(
    make_plan: Any, place: Any, fits: Any
) -> None:
    cells = make_plan(pairs=("all",))
    said: list[tuple[str, str]] = []
    store = Store(place.root)
    store.prepare()
    held = store.lock(cells[0].key)
    held.__enter__()

    class Listener:
        def started(self, cell: Any) -> None:
            pass

        def progressed(self, *_: Any) -> None:
            pass

        def finished(self, cell: Any, result: Any) -> None:
            said.append((cell.pair, result.state))
            if cell.pair == "en-yy":
                held.__exit__(None, None, None)

    execute(cells, place, listener=Listener())
    assert said == [("en-xx", "locked"), ("en-yy", "done"), ("en-xx", "done")]


def test_data_that_changed_under_way_fails_the_cell(make_plan: Any, place: Any) -> None:
    (planned,) = make_plan()
    planned.config["test"]["target"] = "d" * 64
    from wcabench.runs.inputs import load_labels

    with pytest.raises(UserError, match="changed on disk"):
        load_labels(planned, place.source)


def test_a_full_disk_ends_the_run_in_one_line_and_keeps_finished_cells(
    make_plan: Any, place: Any, monkeypatch: Any
) -> None:
    import errno

    cells = make_plan(pairs=("all",))
    execute(cells[:1], place)
    real = Path.mkdir

    def full(self: Path, *arguments: Any, **more: Any) -> None:
        if ".partial" in self.parts and self.name != ".partial":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, *arguments, **more)

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(UserError, match=r"No space left on device; free some space.*finished cells are kept"):
        execute(cells, place)
    monkeypatch.undo()
    good, left_out = Store(place.root).cells()
    assert [c.key for c in good] == [cells[0].key] and not left_out
    assert not list((place.root / ".partial").iterdir())


def test_infinity_and_nan_become_null(make_plan: Any) -> None:
    from wcabench.runs.record import plain

    assert plain({"a": (1, math.inf, np.float32("nan")), 2: np.arange(2), "s": {"b", "a"}}) == {
        "a": [1, None, None],
        "2": [0, 1],
        "s": ["a", "b"],
    }
