"""What a method may see: from its declared needs to a tier."""

import pytest
from stores_by_hand import StoreOnDisk

from wcabench.contract import SLOTS
from wcabench.contract.slots import tier_of
from wcabench.reports import tiers
from wcabench.reports.options import Options
from wcabench.reports.published import PROTOCOL, load_published
from wcabench.reports.report import read_report
from wcabench.reports.tiers import TEXT, TIERS


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"labelled"}, "labelled"),
        (set(), "labelled"),
        ({"labelled", "target-text"}, "target-text"),
        ({"labelled", "target-text", "dictionary"}, "dictionary"),
        ({"parallel", "labelled", "dictionary"}, "parallel"),
    ],
)
def test_a_tier_is_the_most_that_a_method_may_see(needs: set[str], expected: str) -> None:
    assert tier_of(needs) == expected


def test_every_need_that_a_method_can_declare_has_a_tier_with_a_name() -> None:
    assert {slot.tier for slot in SLOTS.values()} <= set(TIERS) - {"unknown"}
    assert set(TEXT) == set(TIERS)


def test_the_report_says_what_each_method_may_see(
    store: StoreOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"none": frozenset({"labelled"}), "wca-hard": frozenset({"labelled", "parallel"})}
    monkeypatch.setattr(tiers, "declared_needs", known.get)
    for method in ("none", "wca-hard", "gone"):
        store.cell(method=method)
    (section,) = read_report(store.root, Options(resamples=200)).sections
    assert section.facts["methods"] == {
        "none": {"method": "none", "needs": ["labelled"], "tier": "labelled"},
        "wca-hard": {"method": "wca-hard", "needs": ["labelled", "parallel"], "tier": "parallel"},
        "gone": {"method": "gone", "needs": None, "tier": "unknown"},
    }


def test_published_rows_say_what_they_may_see_and_how_they_were_made() -> None:
    rows = {row.label: row for row in load_published().rows}
    assert all(set(row.needs) <= SLOTS.keys() and set(row.protocol) <= set(PROTOCOL) for row in rows.values())
    found = {label.partition(" ")[0]: tier_of(row.needs) for label, row in rows.items()}
    assert (found["[10]"], found["[11]"], found["[14]"], found["[6]"]) == (
        "labelled",
        "target-text",
        "dictionary",
        "parallel",
    )
    assert rows["[20] Wang et al. 2020"].protocol["checkpoint"] == "target dev"
    assert rows["[10] Wu et al. 2020 (Meta-Cross)"].protocol["beyond"].endswith("scored twice")


def test_what_the_published_table_cannot_show_is_said() -> None:
    said = " ".join(load_published().doubts)
    for what in (
        "No row without alignment",
        "79.57 to 80.61",
        "0.37 to 1.07",
        "[14]",
        "[5]",
        "different things",
    ):
        assert what in said
