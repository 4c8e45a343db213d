import statistics
from typing import Any

import pytest
from stores_by_hand import StoreOnDisk, synthetic

from wcabench.reports.options import Options
from wcabench.reports.report import read_report
from wcabench.reports.table import ReportTable, Row, TableEntry
from wcabench.scoring.counts import Counts


def tables(store: StoreOnDisk, **options: Any) -> dict[str, ReportTable]:
    (section,) = read_report(
        store.root, Options(**{"published": False, "resamples": 200, **options})
    ).sections
    return {table.name: table for table in section.tables}


def row(table: ReportTable, label: str) -> Row:
    return next(one for one in table.rows if one.label == label)


def entry(table: ReportTable, label: str, column: str) -> TableEntry:
    return row(table, label).entries[table.columns.index(column)]


def test_an_entry_is_mean_deviation_n_and_its_cells(store: StoreOnDisk) -> None:
    keys = [store.cell(seed=seed) for seed in (1, 2, 3)]
    f1 = [synthetic("en-nl", seed, 0.6).f1 for seed in (1, 2, 3)]
    found = entry(tables(store)["scores"], "none", "en-nl")
    assert found.value == pytest.approx(statistics.mean(f1))
    assert found.std == pytest.approx(statistics.stdev(f1))  # n - 1
    assert found.lines == (f"{statistics.mean(f1):.2f} ± {statistics.stdev(f1):.2f}",)
    assert (found.n, found.cells) == (3, tuple(keys))


def test_one_seed_has_no_deviation(store: StoreOnDisk) -> None:
    store.cell()
    table = tables(store)["scores"]
    found = entry(table, "none", "en-nl")
    assert found.std is None
    assert "±" not in found.lines[0]
    assert "n = 1 seed (1)." in table.caption[0]


def test_the_best_of_a_column_is_marked_and_the_second(full: StoreOnDisk) -> None:
    table = tables(full)["scores"]
    marks = {one.label: [e.mark for e in one.entries] for one in table.rows}
    assert marks["wca-hard"] == ["best", "best"]
    assert marks["wca-hard (epsilon=0.01)"] == ["second", ""]
    assert marks["fastalign"] == ["", "second"]
    assert marks["none"] == ["", ""]
    assert any("Bold: the highest mean of our rows" in sentence for sentence in table.caption)


def test_a_lone_row_and_equal_rows_are_not_called_best(store: StoreOnDisk) -> None:
    store.cell(method="none")
    store.cell("en-de", "none")
    store.cell("en-de", "fastalign")
    table = tables(store)["scores"]
    assert {e.mark for one in table.rows for e in one.entries} == {""}
    assert not any("Bold" in sentence for sentence in table.caption)


def test_failed_and_missing_cells_are_said(full: StoreOnDisk) -> None:
    table = tables(full)["scores"]
    assert entry(table, "wca-hard (epsilon=0.01)", "en-nl").footnotes == (
        "n = 1: seed 2 failed and seed 3 missing.",
    )
    assert entry(table, "wca-hard (epsilon=0.01)", "en-de") == TableEntry()
    assert "unless a note says otherwise" in table.caption[0]


def test_an_entry_whose_cells_all_failed_says_so(store: StoreOnDisk) -> None:
    store.cell(seed=1)
    store.cell(seed=2)
    for seed in (1, 2):
        store.cell(method="wca-hard", seed=seed, state="failed")
    found = entry(tables(store)["scores"], "wca-hard", "en-nl")
    assert found == TableEntry(footnotes=("No finished cell: seeds 1 and 2 failed.",))


def test_notes_of_the_cells_name_their_pair(full: StoreOnDisk) -> None:
    assert "en-de: parallel text is open." in tables(full)["scores"].caption


def test_mixed_precision_and_versions_are_said(store: StoreOnDisk) -> None:
    store.cell(seed=1)
    environment = {"wcabench": "0.2.0", "python": "3.11.9", "device": "cpu", "packages": {"torch": "2.7.0"}}
    store.cell(seed=2, training={"precision": "bf16"}, environment=environment)
    assert (
        "Mixed: the cells differ in precision (bf16 and fp32); wcabench (0.1.0 and 0.2.0); "
        "torch (2.6.0 and 2.7.0)."
    ) in tables(store)["scores"].caption


def test_mixed_machines_are_said(store: StoreOnDisk) -> None:
    for seed, (device, threads) in enumerate([("cpu", 1), ("cuda: NVIDIA H100 80GB", 2)], 1):
        environment = {"device": device, "processor": f"P{seed}", "threads": threads, "packages": {}}
        store.cell(seed=seed, environment=environment)
    caption = tables(store)["scores"].caption
    assert (
        "Mixed: the cells differ in device (cpu and cuda: NVIDIA H100 80GB); processor (P1 and P2); "
        "threads (1 and 2)."
    ) in caption
    assert caption[-1].endswith("|device:cpu+cuda:NVIDIA-H100-80GB")


def test_mixed_code_of_one_version_is_said_of_the_harness_and_of_each_method(store: StoreOnDisk) -> None:
    a, b, c = ("a" * 64, "b" * 64, "c" * 64)
    store.cell(method="none", seed=1, schema=1, code={"harness": a, "method": b})
    store.cell(method="wca-hard", seed=1, schema=1, code={"harness": a, "method": b})
    store.cell(method="wca-hard", seed=2, schema=1, code={"harness": a, "method": c})
    store.cell(method="none", seed=2, schema=1)
    caption = tables(store)["scores"].caption
    assert (
        "Mixed: the cells differ in code (aaaaaaaa and not recorded); "
        "code of none (bbbbbbbb and not recorded); code of wca-hard (bbbbbbbb and cccccccc)."
    ) in caption
    assert "|code:aaaaaaaa+?" in caption[-1]


def test_mixed_code_in_the_configurations_is_said_too(store: StoreOnDisk) -> None:
    store.cell(seed=1)
    store.cell(seed=2, changes={"code": {"harness": "a" * 64}})
    caption = tables(store)["scores"].caption
    assert "Mixed: the cells differ in code (aaaaaaaa and c0c0c0c0)." in caption
    assert "|code:c0c0c0c0+aaaaaaaa|" in caption[-1]


def test_older_cells_that_differ_in_their_code_alone_are_left_out_and_counted(store: StoreOnDisk) -> None:
    for day, code in enumerate("abc", 1):
        store.cell(changes={"code": {"harness": code * 64}}, finished=f"2026-12-0{day}T00:00:00Z")
    table = tables(store)["scores"]
    assert "Left out: 2 older cells that differ from a newer one in its code alone." in table.caption
    only = entry(table, "none", "en-nl")
    assert (only.n, only.footnotes) == (1, ())


def test_cells_of_an_older_schema_are_reported_by_themselves_and_said_to_be_so(store: StoreOnDisk) -> None:
    store.cell(seed=1, schema=1)
    store.cell(seed=2)
    captions = [
        section.tables[0].caption for section in read_report(store.root, Options(resamples=200)).sections
    ]
    older = [[line for line in caption if "older schema" in line] for caption in captions]
    assert sorted(map(len, older)) == [0, 1]
    assert any("The cell is of an older schema (1)" in line for lines in older for line in lines)


@pytest.mark.parametrize("details", [False, True])
def test_the_suites_caption_stands_under_every_table(full: StoreOnDisk, details: bool) -> None:
    for seed in (1, 2):
        for method in ("none", "wca-hard"):
            full.cell("en-nl", method, seed, suite="theirs", caption="Invented sentences")
    sections = read_report(full.root, Options(resamples=200, details=details)).sections
    (theirs,) = [section for section in sections if section.facts["suite"] == "theirs"]
    (own,) = [section for section in sections if section.facts["suite"] == "synthetic"]
    assert len(theirs.tables) >= 3
    assert all("Invented sentences." in table.caption for table in theirs.tables)
    assert theirs.facts["suite_caption"] == "Invented sentences."
    assert not any("Invented" in sentence for table in own.tables for sentence in table.caption)


def test_the_caption_of_a_packaged_suite_is_found_by_its_name_for_cells_that_did_not_record_it(
    store: StoreOnDisk,
) -> None:
    store.cell(suite="paper", schema=1)
    assert any(sentence.startswith("Trained on CoNLL-2003") for sentence in tables(store)["scores"].caption)


def test_the_cost_of_a_shared_model_is_that_of_its_training(store: StoreOnDisk) -> None:
    for pair, seconds, shared in (("en-nl", 30.0, False), ("en-de", 25.0, True)):
        store.cell(pair, seconds=seconds, model={"key": "m", "seconds": 20.0, "shared": shared})
    cost = tables(store, details=True)["cost"]
    assert [e.lines[0] for e in row(cost, "none").entries[:2]] == ["30.0", "25.0"]
    assert "also where several cells share one model" in cost.caption[0]


def test_entity_types_are_said_with_their_pairs_where_these_differ(store: StoreOnDisk) -> None:
    store.cell("en-nl")
    store.cell("en-de", changes={"types": ("LOC", "PER"), "mapped_to_o": ("ORG",)})
    data = next(line for line in tables(store)["scores"].caption if line.startswith("Data: "))
    assert data == (
        "Data: entity types scored: en-nl LOC, ORG, PER; en-de LOC, PER; "
        "read as O where predicted for the target: en-nl none; en-de ORG."
    )


def test_every_table_says_what_its_cells_were_made_with(full: StoreOnDisk) -> None:
    full.cell("en-nl", "none", 4, training={"precision": "bf16"})
    found = tables(full, details=True)
    assert set(found) == {"scores", "comparison", "source", "types en-nl", "types en-de", "cost"}
    for table in found.values():
        assert table.caption[-2] == "Mixed: the cells differ in precision (bf16 and fp32)."
        assert table.caption[-1].startswith("Signature: none+") and "|precision:" in table.caption[-1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"encoder": {"identity": "sha256:" + "cd" * 32}}, {}),
        ({"encoder": {"layers": 6}}, {}),
        ({"recipe": {"select": "source-dev"}}, {}),
        ({"recipe": {"long_sentences": "truncate"}}, {}),
        ({"changes": {"mapped_to_o": ("ORG",)}}, {}),
        ({"changes": {"test": {"target": "new"}}}, {"changes": {"test": {"target": "old"}}}),
        ({"schema": 1}, {}),
        ({"suite": "paper"}, {}),
    ],
)
def test_what_makes_numbers_incomparable_never_shares_a_table(
    store: StoreOnDisk, first: dict[str, Any], second: dict[str, Any]
) -> None:
    store.cell(seed=1, **first)
    store.cell(seed=2, **second)
    sections = read_report(store.root, Options(published=False, resamples=200)).sections
    assert len(sections) == 2
    for section in sections:
        assert {e.n for e in row(section.tables[0], "none").entries} == {1}


def test_nothing_is_said_of_mixtures_where_there_are_none(full: StoreOnDisk) -> None:
    for table in tables(full).values():
        assert not any(sentence.startswith("Mixed") for sentence in table.caption)


def test_choosing_weights_on_target_labels_is_said(store: StoreOnDisk) -> None:
    store.cell(recipe={"select": "target-dev"})
    assert any("not zero-shot" in sentence for sentence in tables(store)["scores"].caption)


def test_unpredicted_words_are_said(store: StoreOnDisk) -> None:
    store.cell(seed=1, unpredicted_words=4)
    store.cell(seed=2, unpredicted_words=3)
    assert "Words without a prediction, scored as O: none 7." in tables(store)["scores"].caption


def test_the_signatures_of_all_cells_become_one_line(full: StoreOnDisk) -> None:
    assert tables(full)["scores"].caption[-1] == (
        "Signature: none+fastalign+wca-hard|en-nl+en-de|synthetic|enc:toy-encoder@sha256:abababababab"
        "|seed:1+2+3|wcabench:0.1.0|code:c0c0c0c0|torch:2.6.0|precision:fp32|device:cpu"
    )


def test_source_scores_have_a_table_of_their_own(full: StoreOnDisk) -> None:
    table = tables(full)["source"]
    assert "(en)" in table.title
    values = [synthetic("source", seed, 0.9).f1 for seed in (1, 2, 3)]
    assert entry(table, "none", "en-nl").value == pytest.approx(statistics.mean(values))


def test_without_source_scores_there_is_no_such_table(store: StoreOnDisk) -> None:
    store.cell(source=False)
    assert "source" not in tables(store)


def test_lenient_scores_are_shown_only_where_they_differ(store: StoreOnDisk) -> None:
    store.cell(seed=1)
    assert "lenient" not in tables(store)
    strict = synthetic("en-nl", 2, 0.6)
    more = Counts(strict.types, strict.gold, strict.predicted + strict.gold - strict.tp, strict.gold)
    store.cell(seed=2, lenient=more)
    table = tables(store)["lenient"]
    values = [synthetic("en-nl", 1, 0.6).f1, more.f1]
    assert entry(table, "none", "en-nl").value == pytest.approx(statistics.mean(values))


def test_details_add_intervals_and_cost(full: StoreOnDisk) -> None:
    assert "cost" not in tables(full)
    found = tables(full, details=True)
    one = entry(found["scores"], "none", "en-nl")
    assert one.value is not None
    assert one.more["low"] < one.value < one.more["high"]
    assert one.lines[1].startswith("[")
    assert entry(found["cost"], "none", "en-nl").value == pytest.approx(12.0)  # 11, 12 and 13 seconds
    assert [e.lines[0] for e in row(found["cost"], "none").entries] == ["12.0", "12.0", "512", "0"]
