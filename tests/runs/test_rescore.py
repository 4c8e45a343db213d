"""Rescoring: the counts of stored tags by today's scorers, against the gold tags that the cell was scored on."""

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from stores_by_hand import StoreOnDisk

from wcabench.cli import main
from wcabench.data.data_source import DataSource
from wcabench.data.suites import load_suite
from wcabench.errors import UserError
from wcabench.runs.cells import COUNTS, TAGS, Cell, read_cell
from wcabench.runs.code import scoring_code
from wcabench.runs.counts_file import CountsKey, read_counts, write_counts
from wcabench.runs.gold import GoldReader
from wcabench.runs.predictions import count_tags, record_scores
from wcabench.runs.record import write_record
from wcabench.runs.rescore import rescore_cell, write_rescored
from wcabench.runs.store import Store, StoreError
from wcabench.runs.tags_file import TagsBySide, write_tags
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import LENIENT, SIDES, STRICT


def predicted(sentences: list[Any]) -> list[list[str | None]]:
    """The gold tags, but no word of every third sentence is predicted, and in every second one B is I."""
    tags: list[list[str | None]] = []
    for number, sentence in enumerate(sentences):
        if number % 3 == 0:
            tags.append([None] * len(sentence.words))
        elif number % 2:
            tags.append([tag.replace("B-", "I-") for tag in sentence.tags])
        else:
            tags.append(list(sentence.tags))
    return tags


class TinyStore:
    """A store of cells of the tiny suite, whose tags are made up and whose counts are what the test says."""

    def __init__(self, root: Path, suite: Path) -> None:
        self.root, self.suite_file = root, suite
        self.store = Store(root)
        self.suite = load_suite(str(suite))
        self.reader = GoldReader(lambda _: self.suite, DataSource())
        self.test_sets = {side: DataSource().load(self.suite.test_set("en-nl", side)) for side in SIDES}
        self.tags: TagsBySide = {side: predicted(self.test_sets[side].content) for side in SIDES}

    def gold(self, types: tuple[str, ...]) -> TagsBySide:
        return {
            side: [
                [tag if tag[2:] in types else "O" for tag in sentence.tags]
                for sentence in self.test_sets[side].content
            ]
            for side in SIDES
        }

    def cell(
        self, seed: int = 1, *, schema: int = 2, wrong: bool = False, read_only: bool = False, **more: Any
    ) -> Cell:
        """A cell; with `wrong`, its counts are those of a scorer that reads an I as a B."""
        sha256 = {side: loaded.sha256 for side, loaded in self.test_sets.items()}
        changes = more.pop("changes", {"test": sha256, "data": {"sha256": self.sha256_of_schema_1()}})
        changes = {"scoring_code": scoring_code(), **changes}
        types = changes.get("types", ("LOC", "ORG", "PER"))
        if read_only:
            more["recipe"] = {"long_sentences": "truncate"}
        key = StoreOnDisk(self.root).cell(seed=seed, suite="tiny", schema=schema, changes=changes, **more)
        (folder,) = self.root.glob(f"*/*/*/*{key}")
        counts = count_tags(self.gold(types), self.tags, types, read_only=read_only)
        if wrong:
            counts = {(side, scorer): counts[side, LENIENT] for side, scorer in counts}
        write_counts(folder / COUNTS, counts)
        if (folder / TAGS).exists():
            write_tags(folder / TAGS, self.tags)
        record = json.loads((folder / "cell.json").read_text())
        scores = {"f1": counts["target", STRICT].f1, "scores": record_scores(counts)}
        write_record(folder / "cell.json", {**record, **scores})
        return read_cell(folder)

    def sha256_of_schema_1(self) -> dict[str, str]:
        return {"nl-test": self.test_sets["target"].sha256, "en-test": self.test_sets["source"].sha256}

    def rescore(self, *arguments: str) -> Any:
        options = ("--results", str(self.root), "--suite", str(self.suite_file))
        return CliRunner().invoke(main, ["store", "rescore", *arguments, *options], standalone_mode=True)


@pytest.fixture
def tiny(tmp_path: Path, tiny_suite: Path) -> TinyStore:
    return TinyStore(tmp_path / "results", tiny_suite)


def equal(a: dict[CountsKey, Counts], b: dict[CountsKey, Counts]) -> bool:
    return a.keys() == b.keys() and all(
        np.array_equal(getattr(a[key], name), getattr(b[key], name))
        for key in a
        for name in ("tp", "predicted", "gold")
    )


def snapshot(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("schema", [1, 2])
@pytest.mark.parametrize("read_only", [False, True])
def test_counts_that_are_right_stay_to_the_byte(tiny: TinyStore, schema: int, read_only: bool) -> None:
    cell = tiny.cell(schema=schema, read_only=read_only)
    if schema == 1:  # an older cell, whose tags of both sides were kept all the same
        write_tags(cell.path / TAGS, tiny.tags)
    before = snapshot(cell.path)
    rescored = rescore_cell(cell, tiny.reader)
    assert not rescored.changed and rescored.old_f1 == rescored.new_f1 == cell.f1
    result = tiny.rescore()
    assert result.exit_code == 0 and "unchanged" in result.stdout and "of which 0 changed" in result.stderr
    assert snapshot(cell.path) == before


def test_wrong_counts_are_replaced_and_the_record_says_so(tiny: TinyStore) -> None:
    right = tiny.cell(seed=2)
    wrong = tiny.cell(wrong=True)
    (wrong.path / "kept.bin").write_bytes(b"whatever else a cell holds")
    before, untouched = snapshot(wrong.path), snapshot(right.path)
    result = tiny.rescore()
    assert result.exit_code == 0, result.output
    after = read_cell(wrong.path)
    assert after.f1 == pytest.approx(right.f1) and wrong.f1 is not None and after.f1 < wrong.f1
    assert f"{wrong.key}  tiny  en-nl none seed 1: F1 {wrong.f1:.2f} -> {after.f1:.2f}" in result.stdout
    assert equal(read_counts(after.path / COUNTS), read_counts(right.path / COUNTS))
    assert after.record["scores"] == right.record["scores"]
    assert after.record["rescored"]["f1_before"] == wrong.f1
    assert after.key == wrong.key == after.record["rescored"]["key_before"]
    changed = {"f1", "scores", "rescored", "checksums"}
    assert {k: v for k, v in after.record.items() if k not in changed} == {
        k: v for k, v in wrong.record.items() if k not in changed
    }
    kept = {name: data for name, data in snapshot(after.path).items() if name not in ("cell.json", COUNTS)}
    assert kept.items() <= before.items() and {TAGS, "kept.bin"} <= kept.keys()
    assert snapshot(right.path) == untouched
    again = tiny.rescore("--json")
    assert [one["changed"] for one in json.loads(again.stdout)["cells"]] == [False, False]


def test_a_scorer_that_was_not_there_yet_is_added(tiny: TinyStore) -> None:
    cell = tiny.cell()
    counts = read_counts(cell.path / COUNTS)
    write_counts(cell.path / COUNTS, {key: one for key, one in counts.items() if key[1] is STRICT})
    with pytest.raises(
        UserError, match=r"no counts by the scorer 'lenient'; `wcabench store rescore` adds them"
    ):
        read_cell(cell.path).counts("target", LENIENT)
    assert tiny.rescore().exit_code == 0
    assert equal(read_counts(cell.path / COUNTS), counts)


def test_a_changed_convention_changes_the_signature(tiny: TinyStore) -> None:
    line = "none|en-nl|tiny|F1:micro,another|seed:1|wcabench:0.1.0"
    cell = tiny.cell(signature=line)
    assert tiny.rescore().exit_code == 0
    assert read_cell(cell.path).record["signature"] == line.replace("another", "strict-IOB2")


def test_a_cell_that_was_counted_by_other_code_gets_the_key_of_todays(tiny: TinyStore) -> None:
    sha256 = {side: loaded.sha256 for side, loaded in tiny.test_sets.items()}
    old = tiny.cell(wrong=True, changes={"test": sha256, "scoring_code": "0" * 64})
    result = tiny.rescore("--json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)["cells"]
    assert row["key_before"] == old.key != row["key"] and row["changed"]
    (new,), left_out = tiny.store.cells()
    assert not left_out and not old.path.exists() and new.key == row["key"]
    assert new.code["scoring"] == scoring_code() and new.code["tagging"] == old.code["tagging"]
    assert new.configuration.without_code() == old.configuration.without_code()
    assert new.record["rescored"]["key_before"] == old.key and new.tags() == tiny.tags
    assert new.path == tiny.store.folder(new.config, new.key)
    assert "of which 0 changed" in tiny.rescore().stderr


def test_a_cell_that_has_todays_scores_already_is_not_overwritten(tiny: TinyStore) -> None:
    sha256 = {side: loaded.sha256 for side, loaded in tiny.test_sets.items()}
    old = tiny.cell(changes={"test": sha256, "scoring_code": "0" * 64})
    new = tiny.cell(changes={"test": sha256}, seconds=99.0)
    before = snapshot(new.path), snapshot(old.path)
    result = tiny.rescore()
    assert f"is there already ({new.key})" in result.stderr
    assert (snapshot(new.path), snapshot(old.path)) == before


def test_a_dry_run_writes_nothing(tiny: TinyStore) -> None:
    cell = tiny.cell(wrong=True)
    before = snapshot(cell.path)
    result = tiny.rescore("--dry-run", "--json")
    whole = json.loads(result.stdout)
    assert result.exit_code == 0 and not whole["written"] and whole["cells"][0]["changed"]
    assert whole["cells"][0]["f1"] < whole["cells"][0]["f1_before"] == cell.f1
    assert snapshot(cell.path) == before


def test_types_that_the_cell_was_not_scored_on_are_o_in_the_gold(tiny: TinyStore) -> None:
    sha256 = {side: loaded.sha256 for side, loaded in tiny.test_sets.items()}
    tiny.tags = {
        side: [[tag if tag and tag[2:] != "ORG" else "O" for tag in one] for one in sentences]
        for side, sentences in tiny.tags.items()
    }
    cell = tiny.cell(changes={"test": sha256, "types": ("LOC", "PER")})
    gold = tiny.reader.tags(cell)
    assert not any(tag.endswith("ORG") for side in SIDES for sentence in gold[side] for tag in sentence)
    assert not rescore_cell(cell, tiny.reader).changed


def test_chosen_cells_alone_are_rescored(tiny: TinyStore) -> None:
    one, other = tiny.cell(wrong=True), tiny.cell(seed=2, wrong=True)
    assert tiny.rescore(one.key[:8]).exit_code == 0
    assert "rescored" in read_cell(one.path).record and "rescored" not in read_cell(other.path).record
    assert tiny.rescore("--method", "nobody").exit_code == 2


def test_what_cannot_be_rescored_is_said_once_a_reason_and_the_rest_is_done(tiny: TinyStore) -> None:
    for seed in (1, 2):
        tiny.cell(seed=seed, schema=1)
    tiny.cell(seed=3).path.joinpath(TAGS).unlink()
    other = tiny.cell(seed=4, changes={"test": {"target": "ab" * 32}})
    StoreOnDisk(tiny.root).cell(seed=5, suite="tiny", state="failed")
    good = tiny.cell(seed=6, wrong=True)
    before = snapshot(other.path)
    result = tiny.rescore()
    assert result.exit_code == 0
    lines = result.stderr.splitlines()
    assert sum("were not kept (schema 1)" in line and "2 cells, the first" in line for line in lines) == 1
    assert sum("were not kept (schema 2)" in line for line in lines) == 1
    assert sum("its sha256 is another" in line and str(other.path) in line for line in lines) == 1
    assert sum("a failed cell has no predicted tags" in line for line in lines) == 1
    assert "rescored" in read_cell(good.path).record and snapshot(other.path) == before
    shutil.rmtree(good.path)
    none = tiny.rescore()
    assert none.exit_code == 2 and none.stderr.splitlines()[-1].startswith("error: ")


def test_tags_of_another_test_set_are_refused(tiny: TinyStore) -> None:
    cell = tiny.cell()
    write_tags(cell.path / TAGS, {"target": [["O"]], "source": [["O"]]})
    with pytest.raises(
        UserError, match="its predicted tags do not fit the test set: 40 gold sentences but 1"
    ):
        rescore_cell(read_cell(cell.path), tiny.reader)


def test_a_suite_that_is_not_here_is_said(tiny: TinyStore) -> None:
    tiny.cell()
    result = CliRunner().invoke(main, ["store", "rescore", "--results", str(tiny.root)])
    assert result.exit_code == 2 and "suite" in result.stderr and "tiny" in result.stderr


def test_a_cell_that_another_process_has_is_left_to_it(tiny: TinyStore) -> None:
    cell = tiny.cell(wrong=True)
    rescored = rescore_cell(cell, tiny.reader)
    with tiny.store.lock(cell.key), pytest.raises(UserError, match="another process is writing this cell"):
        write_rescored(rescored, tiny.store)
    write_record(cell.path / "cell.json", {**cell.record, "seconds": 99.0})
    with pytest.raises(UserError, match="another process is writing this cell"):
        write_rescored(rescored, tiny.store)
    assert "rescored" not in read_cell(cell.path).record


def test_a_cell_of_another_folder_is_not_copied_into_the_store(tiny: TinyStore, tmp_path: Path) -> None:
    cell = tiny.cell(wrong=True)
    elsewhere = read_cell(shutil.copytree(cell.path, tmp_path / "elsewhere"))
    shutil.rmtree(cell.path)
    with pytest.raises(UserError, match="it does not stand where"):
        write_rescored(rescore_cell(elsewhere, tiny.reader), tiny.store)
    assert not list(tiny.root.glob("tiny/*/*/*"))


@pytest.mark.parametrize("side", SIDES)
def test_predictions_are_printed_beside_words_and_gold_tags_and_score_as_the_cell_does(
    tiny: TinyStore, tmp_path: Path, side: Any
) -> None:
    cell = tiny.cell()
    options = ("--results", str(tiny.root), "--suite", str(tiny.suite_file), "--side", side)
    result = CliRunner().invoke(main, ["store", "tags", cell.key[:6], *options])
    assert result.exit_code == 0, result.output
    blocks = [block.split("\n") for block in result.stdout.rstrip("\n").split("\n\n")]
    rows = [[line.split("\t") for line in block] for block in blocks]
    sentences = tiny.test_sets[side].content
    assert [[row[0] for row in one] for one in rows] == [list(sentence.words) for sentence in sentences]
    assert [[row[1] for row in one] for one in rows] == [list(sentence.tags) for sentence in sentences]
    assert [[row[2] for row in one] for one in rows] == [
        [tag or "O" for tag in one] for one in tiny.tags[side]
    ]
    written = tmp_path / "columns.txt"
    assert (
        CliRunner().invoke(main, ["store", "tags", cell.key, *options, "--out", str(written)]).exit_code == 0
    )
    assert written.read_text() == result.stdout
    gold = {"target": "test.nl.conll", "source": "test.en.conll"}[side]
    score = CliRunner().invoke(main, ["score", str(tiny.suite_file.parent / gold), str(written), "--json"])
    assert json.loads(score.stdout)["micro"] == cell.record["scores"][f"{side}-test"]["micro"]


def test_predictions_that_were_not_kept_or_do_not_fit_are_said(tiny: TinyStore) -> None:
    old, other = tiny.cell(schema=1), tiny.cell()
    write_tags(other.path / TAGS, {"target": [["O"]], "source": [["O"]]})
    for cell, says in ((old, "kept no predicted tags of the source's"), (other, "do not fit the sentences")):
        options = ("--results", str(tiny.root), "--suite", str(tiny.suite_file), "--side", "source")
        result = CliRunner().invoke(main, ["store", "tags", cell.key, *options])
        assert result.exit_code == 2 and says in result.stderr and result.stderr.count("\n") == 1


def test_a_full_disk_leaves_the_cell_as_it_was(tiny: TinyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = tiny.cell(wrong=True)
    before = snapshot(cell.path)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="free some space"):
        patch.setattr(os, "fsync", full)
        write_rescored(rescore_cell(cell, tiny.reader), tiny.store)
    assert snapshot(cell.path) == before
    assert not list((tiny.root / ".partial").iterdir())
