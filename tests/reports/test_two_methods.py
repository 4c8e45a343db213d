from pathlib import Path
from typing import Any

import pytest
from stores_by_hand import StoreOnDisk

from wcabench.errors import UserError
from wcabench.reports.collect import collect
from wcabench.reports.comparison import comparison_table, find_baseline
from wcabench.reports.method_tables import build_report, type_table
from wcabench.reports.selection import CellSelection
from wcabench.reports.two_methods import MethodSide, common_cells, find_matches
from wcabench.runs.store import Store


def cells(store: StoreOnDisk) -> Any:
    return Store(store.root).cells()[0]


def one_store(store: StoreOnDisk, a: str, b: str, **chosen: tuple[str, ...]) -> Any:
    own = cells(store)
    return find_matches(
        MethodSide(a, own), MethodSide(b, own), chosen.get("suites", ()), chosen.get("pairs", ())
    )


def two_stores(one: StoreOnDisk, other: StoreOnDisk, a: str = "none", b: str = "none") -> Any:
    return find_matches(
        MethodSide(a, cells(one), str(one.root)), MethodSide(b, cells(other), str(other.root)), (), ()
    )


@pytest.fixture
def other(tmp_path: Path) -> StoreOnDisk:
    return StoreOnDisk(tmp_path / "other")


def test_the_difference_is_the_one_that_the_report_prints(store: StoreOnDisk) -> None:
    for seed in (1, 2, 3):
        store.cell(method="none", seed=seed, quality=0.55)
        store.cell(method="wca-hard", seed=seed, quality=0.7)
    (group,) = collect(cells(store), CellSelection())
    baseline = find_baseline(group, "none")
    assert baseline is not None
    of_report = comparison_table(group, baseline, resamples=200)
    matches = one_store(store, "WCA_Hard", "none")
    (section,) = build_report(matches, [[]], (), 200).sections
    assert of_report is not None and section.tables[0].rows == of_report.rows
    assert section.tables[0].findings == of_report.findings


def test_a_method_that_is_in_the_store_alone_is_found_and_a_wrong_name_is_answered(
    store: StoreOnDisk,
) -> None:
    store.cell(method="none")
    store.cell(method="somebodys-own")
    assert one_store(store, "somebodys_own", "none").matches[0].group.rows[0].label == "somebodys-own"
    with pytest.raises(UserError, match="did you mean 'somebodys-own'"):
        one_store(store, "somebody-own", "none")


def test_options_are_told_apart_by_label(full: StoreOnDisk) -> None:
    (one,) = one_store(full, "wca-hard", "wca-hard (epsilon=0.01)", pairs=("en-nl",)).matches
    assert [row.label for row in one.group.rows] == ["wca-hard", "wca-hard (epsilon=0.01)"]


def test_a_name_that_fits_several_rows_asks_which(store: StoreOnDisk) -> None:
    store.cell(method="none")
    for epsilon in (0.01, 0.02):
        store.cell(method="wca-hard", options={"epsilon": epsilon, "max_iterations": 100})
    with pytest.raises(UserError, match=r"which one\? 'wca-hard \(epsilon=0.01\)'; 'wca-hard"):
        one_store(store, "wca-hard", "none")


def test_one_row_named_twice_is_refused(full: StoreOnDisk) -> None:
    with pytest.raises(UserError, match="named twice"):
        one_store(full, "none", "None")


def test_cells_of_another_recipe_are_not_mixed_and_the_difference_is_named(store: StoreOnDisk) -> None:
    store.cell(method="none")
    store.cell(method="wca-hard", recipe={"epochs": 4})
    with pytest.raises(UserError, match=r"the cells differ in recipe.epochs \(4 \| 2\)"):
        one_store(store, "wca-hard", "none")


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ("encoder", {"encoder": {"identity": "sha256:" + "cd" * 32}}),
        ("data.mapped_to_o", {"changes": {"mapped_to_o": ("ORG",)}}),
        ("data.sha256.target-test", {"changes": {"test": {"target": "another"}}}),
        ("data.sha256.labelled", {"changes": {"slots": {"labelled": "another"}}}),
    ],
)
def test_cells_of_another_encoder_or_data_are_not_mixed(
    store: StoreOnDisk, table: str, changed: dict[str, Any]
) -> None:
    store.cell(method="none")
    store.cell(method="wca-hard", **changed)
    with pytest.raises(UserError, match=f"the cells differ in {table}"):
        one_store(store, "wca-hard", "none")


def test_each_setting_that_both_have_is_a_section_of_its_own(store: StoreOnDisk) -> None:
    for epochs in (2, 4):
        store.cell(method="none", recipe={"epochs": epochs})
        store.cell(method="wca-hard", recipe={"epochs": epochs})
    found = one_store(store, "wca-hard", "none").matches
    assert [one.group.recipe["epochs"] for one in found] == [2, 4]
    assert not any(one.unlike for one in found)


def test_a_pair_that_cannot_be_compared_is_listed_beside_those_that_can(store: StoreOnDisk) -> None:
    for pair, recipe in (("en-nl", {}), ("en-de", {"epochs": 4})):
        store.cell(pair, "none")
        store.cell(pair, "wca-hard", recipe=recipe)
    matches = one_store(store, "wca-hard", "none")
    assert [one.group.pairs for one in matches.matches] == [("en-nl",)]
    assert matches.left_out == (("en-de", "the cells differ in recipe.epochs (4 | 2)"),)


def test_two_stores_are_told_apart_in_the_labels(store: StoreOnDisk, other: StoreOnDisk) -> None:
    for seed in (1, 2):
        store.cell(seed=seed, quality=0.7)
        other.cell(seed=seed, quality=0.5)
    (one,) = two_stores(store, other).matches
    assert [row.label for row in one.group.rows] == ["none [results]", "none [other]"]
    assert not one.unlike


def test_two_stores_of_different_settings_are_compared_and_it_is_said(
    store: StoreOnDisk, other: StoreOnDisk
) -> None:
    store.cell(quality=0.7)
    other.cell(quality=0.5, recipe={"epochs": 4}, encoder={"identity": "sha256:" + "cd" * 32})
    matches = two_stores(store, other)
    (section,) = build_report(matches, [[]], (), 200).sections
    assert section.tables[0].findings[0] == (
        "the two also differ in encoder.identity (sha256:abababababab | sha256:cdcdcdcdcdcd), "
        "recipe.epochs (2 | 4): the difference is not the method's alone."
    )


def test_several_settings_on_both_sides_and_none_in_common_are_refused(
    store: StoreOnDisk, other: StoreOnDisk
) -> None:
    store.cell()
    for epochs in (4, 6):
        other.cell(recipe={"epochs": epochs})
    with pytest.raises(UserError, match="several settings"):
        two_stores(store, other)


def test_different_test_sets_are_refused(store: StoreOnDisk, other: StoreOnDisk, monkeypatch: Any) -> None:
    import stores_by_hand

    store.cell()
    real = stores_by_hand.synthetic
    monkeypatch.setattr(
        stores_by_hand, "synthetic", lambda pair, seed, quality: real(pair + "!", seed, quality)
    )
    other.cell(changes={"test": {"target": "another"}})
    with pytest.raises(UserError, match="scored on different test sets"):
        two_stores(store, other)


def test_no_common_seed_and_no_common_pair_are_refused(store: StoreOnDisk) -> None:
    store.cell(method="none", seed=1)
    store.cell(method="wca-hard", seed=2)
    store.cell("en-de", "fastalign")
    with pytest.raises(UserError, match=r"no seed in common \(2 against 1\)"):
        one_store(store, "wca-hard", "none")
    with pytest.raises(UserError, match="'fastalign' has finished cells on synthetic en-de, 'none' on synth"):
        one_store(store, "fastalign", "none")
    with pytest.raises(UserError, match="'fastalign' has finished cells on no pair"):
        one_store(store, "fastalign", "none", pairs=("en-nl",))


def test_the_table_by_type_holds_both_means_and_their_difference(full: StoreOnDisk) -> None:
    (one,) = one_store(full, "wca-hard", "none", pairs=("en-nl",)).matches
    table = type_table(one, "en-nl")
    assert table.columns == ("all", "LOC", "ORG", "PER")
    a, b, difference = (tuple(entry.value for entry in row.entries) for row in table.rows)
    for x, y, z in zip(a, b, difference, strict=True):
        assert x is not None and y is not None and z == pytest.approx(x - y)
    of_a, _ = common_cells([row.samples["en-nl"] for row in one.group.rows])
    assert a[0] == pytest.approx(sum(cell.f1 or 0 for cell in of_a) / 3)


def test_better_worse_and_equal_sentences_add_up(full: StoreOnDisk) -> None:
    import re

    (one,) = one_store(full, "wca-hard", "none", pairs=("en-nl",)).matches
    (finding,) = type_table(one, "en-nl").findings
    whole, better, worse, equal = map(int, re.findall(r"(?<= )\d+(?=[ ;.])|(?<=of )\d+", finding))
    assert whole == 120 == better + worse + equal and better > worse
