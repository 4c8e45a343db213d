from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores_by_hand import ENCODER, RECIPE, StoreOnDisk

from wcabench.errors import UserError
from wcabench.reports.collect import collect, suite_pairs
from wcabench.reports.labels import option_defaults
from wcabench.reports.selection import CellSelection
from wcabench.runs.cells import Cell
from wcabench.runs.configuration import problem_of
from wcabench.runs.store import Store

EVERYTHING = CellSelection()


def groups(store: StoreOnDisk, selection: CellSelection = EVERYTHING) -> list[Any]:
    return collect(Store(store.root).cells()[0], selection)


def labels(group: Any) -> list[str]:
    return [row.label for row in group.rows]


def test_encoders_never_share_a_table(store: StoreOnDisk) -> None:
    store.cell(seed=1)
    store.cell(seed=2, encoder={"identity": "hub:org/mbert@0123456789abcdef"}, encoder_name="org/mbert")
    store.cell(seed=3, encoder={"layers": 12})
    found = groups(store)
    assert [len(group.cells) for group in found] == [1, 1, 1]
    assert {(g.encoder["identity"], g.encoder["layers"]) for g in found} == {
        (ENCODER["identity"], 9),
        ("hub:org/mbert@0123456789abcdef", 9),
        (ENCODER["identity"], 12),
    }


@pytest.mark.parametrize(
    "other",
    [
        {"recipe": {"epochs": 3}},
        {"recipe": {"select": "target-dev"}},
        {"changes": {"types": ("LOC", "PER")}},
        {"changes": {"mapped_to_o": ("ORG",)}},
        {"changes": {"test": {"target": "another version"}}},
        {"changes": {"slots": {"labelled": "another version"}}},
        {"schema": 1},
        {"suite": "other"},
    ],
)
def test_recipes_data_and_suites_never_share_a_table(store: StoreOnDisk, other: dict[str, Any]) -> None:
    store.cell(seed=1)
    store.cell(seed=2, **other)
    assert [len(group.cells) for group in groups(store)] == [1, 1]


@pytest.mark.parametrize(
    "other",
    [{"data": {"labels": "keep"}}, {"data": {"sha256": {"test": "another version"}}}],
)
def test_label_policies_and_data_of_older_cells_never_share_a_table(
    store: StoreOnDisk, other: dict[str, Any]
) -> None:
    store.cell(seed=1, schema=1)
    store.cell(seed=2, schema=1, changes=other)
    assert [len(group.cells) for group in groups(store)] == [1, 1]


def test_cells_that_were_given_less_stand_beside_every_version_of_the_rest(store: StoreOnDisk) -> None:
    store.cell(method="none")
    store.cell(method="wca-hard")
    store.cell(method="wca-hard", seed=2)
    store.cell(method="wca-hard", changes={"slots": {"parallel": "another translation"}})
    one, other = groups(store)
    assert [labels(group) for group in (one, other)] == [["none", "wca-hard"]] * 2
    assert sorted(len(group.cells) for group in (one, other)) == [2, 3]
    translations = {group.data["sha256"]["en-nl"]["parallel"] for group in (one, other)}
    assert len(translations) == 2 and "another translation" in translations


def test_methods_that_were_given_different_things_share_a_table(store: StoreOnDisk) -> None:
    store.cell(method="wca-hard")
    store.cell(method="theirs", changes={"slots": {"dictionary": "a dictionary"}})
    (group,) = groups(store)
    assert labels(group) == ["wca-hard", "theirs"]
    assert {"parallel", "dictionary", "labelled"} <= group.data["sha256"]["en-nl"].keys()


def test_of_cells_that_differ_in_their_code_alone_the_newest_finished_one_counts(store: StoreOnDisk) -> None:
    for day, code in ((1, "a"), (2, "b")):
        store.cell(changes={"code": {"harness": code * 64}}, finished=f"2026-12-0{day}T00:00:00Z")
    newest = store.cell(changes={"code": {"method": "c" * 64}}, finished="2026-12-03T00:00:00Z")
    store.cell(changes={"code": {"harness": "d" * 64}}, finished="2026-12-04T00:00:00Z", state="failed")
    store.cell(seed=2)
    (group,) = groups(store)
    samples = group.rows[0].samples["en-nl"]
    assert (samples.keys[0], samples.doubled, samples.failed, samples.outdated) == (newest, (), (), 2)
    assert group.outdated == 2


def test_one_encoder_under_two_folder_names_is_one_encoder(store: StoreOnDisk) -> None:
    store.cell(seed=1)
    store.cell(seed=2, encoder_name="a-copy-of-it")
    assert [len(group.cells) for group in groups(store)] == [2]


def test_a_pair_with_two_versions_of_its_data_splits_and_the_other_pairs_stay_together(
    store: StoreOnDisk,
) -> None:
    for pair in ("en-nl", "en-de"):
        store.cell(pair, seed=1)
        store.cell(pair, "wca-hard", seed=1)
    store.cell("en-nl", seed=1, changes={"test": {"target": "newer"}})
    found = groups(store)
    assert sorted((g.pairs, len(g.cells)) for g in found) == [(("en-nl",), 1), (("en-nl", "en-de"), 4)]


def test_options_that_are_not_defaults_stand_in_the_label_and_make_a_row(store: StoreOnDisk) -> None:
    store.cell(method="wca-hard", seed=1)
    store.cell(method="wca-hard", seed=2, options={"epsilon": 0.05})
    store.cell(method="wca-hard", seed=1, options={"epsilon": 0.01, "max_iterations": 500})
    store.cell(method="wca-hard", seed=1, options={"epsilon": None, "max_iterations": 100})
    (group,) = groups(store)
    assert labels(group) == [
        "wca-hard",
        "wca-hard (epsilon=none)",
        "wca-hard (epsilon=0.01, max_iterations=500)",
    ]
    assert [cell.seed for cell in group.rows[0].samples["en-nl"].done] == [1, 2]


def test_a_method_that_is_not_installed_shows_all_its_options(store: StoreOnDisk) -> None:
    store.cell(method="somebody-elses", options={"width": 3, "on": True})
    (group,) = groups(store)
    assert labels(group) == ["somebody-elses (on=true, width=3)"]
    assert option_defaults("no-such-method") == {}


def test_defaults_come_from_the_method_class() -> None:
    pytest.importorskip("torch")
    assert option_defaults("wca-hard")["epsilon"] == 0.05


def test_rows_stand_in_the_papers_order_and_columns_in_the_suites(store: StoreOnDisk) -> None:
    for method in ("zeta", "wca-hard", "fastalign", "none", "alpha", "nearest-token", "wca-soft"):
        for pair in ("en-de", "en-nl", "en-xx"):
            store.cell(pair, method, options={})
    (group,) = groups(store)
    assert labels(group) == ["none", "nearest-token", "fastalign", "wca-soft", "wca-hard", "alpha", "zeta"]
    assert group.pairs == ("en-nl", "en-de", "en-xx")


def test_a_suite_that_is_not_installed_has_its_pairs_by_name() -> None:
    assert suite_pairs("no-such-suite") == ()


def test_the_papers_pairs_stand_in_its_own_order() -> None:
    pytest.importorskip("wcabench.data.suites")
    assert suite_pairs("paper") == ("en-de", "en-es", "en-nl", "en-hy")


def test_failed_missing_and_doubled_seeds_are_told_apart(full: StoreOnDisk) -> None:
    full.cell("en-nl", "none", 1, quality=0.5, options={"beta": 0}, finished="2026-11-23T00:00:00Z")
    (group,) = groups(full)
    samples = {row.label: row.samples["en-nl"] for row in group.rows}
    strict = samples["wca-hard (epsilon=0.01)"]
    assert ([c.seed for c in strict.done], strict.failed, strict.missing) == ([1], (2,), (3,))
    assert samples["fastalign"].failed == samples["fastalign"].missing == ()


def test_of_two_cells_with_the_same_settings_and_seed_the_later_counts(store: StoreOnDisk) -> None:
    store.cell(method="wca-hard", options={"epsilon": 0.05}, finished="2026-11-22T20:00:00Z")
    later = store.cell(method="wca-hard", finished="2026-11-23T20:00:00Z")
    (group,) = groups(store)
    samples = group.rows[0].samples["en-nl"]
    assert (samples.keys, samples.doubled) == ((later,), (1,))


@pytest.mark.parametrize(
    ("selection", "rows", "pairs"),
    [
        (CellSelection(pairs=("EN_de",)), ["none", "fastalign", "wca-hard"], ("en-de",)),
        (CellSelection(methods=("WCA_hard",)), ["wca-hard", "wca-hard (epsilon=0.01)"], ("en-nl", "en-de")),
        (CellSelection(methods=("wca-hard (epsilon=0.01)",)), ["wca-hard (epsilon=0.01)"], ("en-nl",)),
        (CellSelection(methods=("none", "fastalign"), pairs=("en-nl",)), ["none", "fastalign"], ("en-nl",)),
        (
            CellSelection(encoder="TOY", suites=("synthetic",), pairs=("en-de",), methods=("none",)),
            ["none"],
            ("en-de",),
        ),
        (CellSelection(encoder="sha256:abab", pairs=("en-de",), methods=("none",)), ["none"], ("en-de",)),
    ],
)
def test_filters_narrow_a_report(
    full: StoreOnDisk, selection: CellSelection, rows: list[str], pairs: tuple[str, ...]
) -> None:
    (group,) = groups(full, selection)
    assert (labels(group), group.pairs) == (rows, pairs)


@pytest.mark.parametrize(
    ("selection", "says"),
    [
        (CellSelection(pairs=("en-ln",)), "did you mean 'en-nl'?"),
        (CellSelection(methods=("wca-hart",)), "did you mean 'wca-hard'?"),
        (CellSelection(suites=("paper",)), "known: synthetic"),
        (CellSelection(encoder="mbert"), "toy-encoder"),
    ],
)
def test_a_filter_that_fits_nothing_offers_what_there_is(
    full: StoreOnDisk, selection: CellSelection, says: str
) -> None:
    with pytest.raises(UserError) as error:
        groups(full, selection)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


settings = st.fixed_dictionaries(
    {
        "pair": st.sampled_from(["en-nl", "en-de"]),
        "method": st.sampled_from(["none", "wca-hard"]),
        "seed": st.integers(1, 3),
        "identity": st.sampled_from(["sha256:aa", "sha256:bb"]),
        "epochs": st.sampled_from([1, 2]),
        "version": st.sampled_from(["old", "new"]),
        "schema": st.sampled_from([1, 2]),
    }
)


@given(st.lists(settings, min_size=1, max_size=30, unique_by=lambda one: str(sorted(one.items()))))
def test_every_cell_stands_in_one_group_and_every_group_is_of_one_kind(wanted: list[dict[str, Any]]) -> None:
    cells = [_in_memory(number, one) for number, one in enumerate(wanted)]
    found = collect(cells, EVERYTHING)
    assert sorted(cell.key for group in found for cell in group.cells) == sorted(cell.key for cell in cells)
    for group in found:
        assert len({str((c.encoder_table, c.recipe, c.configuration.schema)) for c in group.cells}) == 1
        for pair in group.pairs:
            assert len({str(c.data_sha256) for c in group.cells if c.pair == pair}) == 1


def _in_memory(number: int, one: dict[str, Any]) -> Cell:
    model = {
        "method": {"name": one["method"], "options": {}},
        "encoder": {**ENCODER, "identity": one["identity"]},
        "recipe": {**RECIPE, "epochs": one["epochs"]},
        "seed": one["seed"],
    }
    top = {"suite": "synthetic", "pair": one["pair"]}
    if one["schema"] == 1:
        config = {**top, **model, "data": {"labels": "drop", "sha256": {"test": one["version"]}}}
    else:
        test = {"target": one["version"], "source": "en"}
        config = {**top, "schema": 2, "test": test, "types": [], "model": {**model, "slots": {}}}
    assert not problem_of(config)
    record = {"key": f"{number:016x}", "state": "done", "suite": "synthetic", "config": config, "f1": 1.0}
    return Cell(Path(), record | {name: one[name] for name in ("pair", "method", "seed")})
