"""Every published number, to its last digit, typed here a second time from the source."""

import re

import pytest
from stores_by_hand import StoreOnDisk

from wcabench.reports.markdown import render_markdown
from wcabench.reports.options import Options
from wcabench.reports.published import VERIFICATION, load_published
from wcabench.reports.report import read_report

PAIRS = ("en-de", "en-es", "en-nl", "en-hy")
TABLE_1 = "Published: Table 1 of Wang & Henao 2022"
CITED = "Published: cited by Wang & Henao 2022, not in its Table 1"
RERUN = "Published: plain transfer with mBERT, as others ran it"

EXPECTED = {
    (TABLE_1, "[9] Wu & Dredze 2019"): "69.56 74.96 77.56 62.38",
    (TABLE_1, "[19] Keung et al. 2019"): "71.90 74.30 77.60 -",
    (TABLE_1, "[20] Wang et al. 2020"): "70.54 75.77 79.03 -",
    (TABLE_1, "[6] Kulshreshtha et al. 2020"): "71.23 75.93 79.90 66.56",
    (TABLE_1, "[10] Wu et al. 2020 (Meta-Cross)"): "73.16 76.75 80.44 -",
    (TABLE_1, "[11] Wu et al. 2020 (TSL)"): "73.22 76.94 80.89 -",
    (TABLE_1, "fastAlign (Ours)"): "- - - 71.45",
    (TABLE_1, "Nearest (Ours)"): "- - - 71.87",
    (TABLE_1, "WCA (Ours)"): "- - - 72.24",
    (CITED, "[14] UniTrans"): "74.82 79.31 82.90 -",
    (CITED, "[12] Mayhew et al. 2017"): "59.11 65.95 66.50 -",
    (CITED, "[13] Jain et al. 2019"): "61.5 73.5 69.9 -",
    (RERUN, "UniTrans, Model Transfer"): "72.39 76.34 80.61 -",
    (RERUN, "AdvPicker, mBERT-ft"): "72.59 75.12 80.34 -",
    (RERUN, "Meta-Cross, Base Model"): "70.79 74.59 79.57 -",
    (RERUN, "[9] as quoted by TSL"): "71.10 74.50 79.50 -",
}


@pytest.fixture
def paper(store: StoreOnDisk) -> StoreOnDisk:
    for pair in PAIRS:
        store.cell(pair, "none", suite="paper")
        store.cell(pair, "wca-hard", suite="paper", quality=0.99)
    return store


def test_every_published_number_is_there_to_the_last_digit() -> None:
    rows = load_published().rows
    found = {(row.section, row.label): " ".join(row.values.get(pair, "-") for pair in PAIRS) for row in rows}
    assert found == EXPECTED


def test_the_derived_rows_add_up() -> None:
    values = {row.label: row.values for row in load_published().rows}
    hundredths = {
        name: round(100 * float(values[f"{name} (Ours)"]["en-hy"]))
        for name in ("WCA", "Nearest", "fastAlign")
    }
    assert hundredths["WCA"] - hundredths["fastAlign"] == 79
    assert hundredths["WCA"] - hundredths["Nearest"] == 37


def test_every_row_has_a_source_and_says_how_far_it_was_verified() -> None:
    for row in load_published().rows:
        assert row.source
        assert row.verification in VERIFICATION
        assert row.values
        assert set(row.values) <= set(PAIRS)
        assert set(row.remarks) | set(row.deviations) <= set(row.values)


def test_what_is_wrong_with_a_number_is_said_at_the_number() -> None:
    (first, *_) = load_published().rows
    assert "77.57" in first.remarks["en-nl"]
    assert "no Armenian" in first.remarks["en-hy"]


def test_the_table_prints_them_as_they_were_printed(paper: StoreOnDisk) -> None:
    text = render_markdown(read_report(paper.root, Options(resamples=200)))
    plain = re.sub(r"<sup>[^<]*</sup>|\\", "", text)
    assert "| [9] Wu & Dredze 2019 | 69.56 | 74.96 | 77.56 | 62.38 |" in plain
    assert "| [19] Keung et al. 2019 | 71.90 | 74.30 | 77.60 | – |" in plain
    assert "| AdvPicker, mBERT-ft | 72.59 ± 0.31 | 75.12 ± 0.83 | 80.34 ± 0.27 | – |" in plain
    assert "| [13] Jain et al. 2019 | 61.5 | 73.5 | 69.9 | – |" in plain


def test_they_are_marked_as_published_and_take_no_part_in_the_marks(paper: StoreOnDisk) -> None:
    (section,) = read_report(paper.root, Options(resamples=200)).sections
    scores, comparison, *_ = section.tables
    copied = [row for row in scores.rows if row.kind == "published"]
    assert [(row.section, row.label) for row in copied] == list(EXPECTED)
    assert {entry.mark for row in copied for entry in row.entries} == {""}
    assert {entry.cells for row in copied for entry in row.entries} == {()}
    assert [row.label for row in comparison.rows] == ["wca-hard"]
    assert any("are no baseline for ours" in sentence for sentence in scores.caption)


def test_rows_without_a_value_on_the_shown_pairs_are_named_instead(store: StoreOnDisk) -> None:
    store.cell("en-nl", suite="paper")
    (section,) = read_report(store.root, Options()).sections
    scores = section.tables[0]
    assert "WCA (Ours)" not in [row.label for row in scores.rows]
    assert any("fastAlign (Ours), Nearest (Ours) and WCA (Ours)" in sentence for sentence in scores.caption)


def test_they_are_shown_for_the_papers_suite_only_and_can_be_left_out(paper: StoreOnDisk) -> None:
    paper.cell("en-nl", suite="synthetic")
    for published in (True, False):
        sections = read_report(paper.root, Options(published=published, resamples=200)).sections
        shown = {s.facts["suite"]: any(r.kind == "published" for r in s.tables[0].rows) for s in sections}
        assert shown == {"paper": published, "synthetic": False}


def test_details_give_the_source_of_each(paper: StoreOnDisk) -> None:
    (section,) = read_report(paper.root, Options(details=True, resamples=200)).sections
    copied = [row for row in section.tables[0].rows if row.kind == "published"]
    sources = {row.label: row.source for row in load_published().rows}
    assert all(sources[row.label] in row.footnotes[0] for row in copied)
