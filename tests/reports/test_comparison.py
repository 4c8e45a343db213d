import dataclasses
import math
import re
from typing import Any

import pytest
from stores_by_hand import StoreOnDisk

from wcabench.errors import UserError
from wcabench.reports.difference import MethodDifference, p_text, short_p
from wcabench.reports.options import Options
from wcabench.reports.report import read_report
from wcabench.reports.table import ReportTable
from wcabench.scoring import significance
from wcabench.scoring.significance import Comparison, EffectSize

CLEAR = Comparison(
    n_common_seeds=5,
    difference=1.2,
    low=0.3,
    high=2.1,
    p_t=0.001,
    p_randomisation=0.001,
    p_seeds=0.0625,
    attainable_p=0.0625,
    effect=EffectSize(5, 1.2, 0.8, 1.5, 1.2),
)


def comparison(store: StoreOnDisk, **options: Any) -> ReportTable | None:
    (section,) = read_report(
        store.root, Options(**{"published": False, "resamples": 500, **options})
    ).sections
    return next((table for table in section.tables if table.name == "comparison"), None)


def difference(p_holm: float = 0.004, p_sentences: float = 0.003, **changed: Any) -> MethodDifference:
    return MethodDifference(
        "wca-hard", "none", "en-nl", dataclasses.replace(CLEAR, **changed), p_holm, 4, p_sentences
    )


def test_a_real_difference_in_words() -> None:
    assert difference().sentence() == (
        "wca-hard is 1.20 F1 above none on en-nl (95% interval 0.30 to 2.10; p = .004 after Holm over 4)."
    )
    worse = difference(difference=-1.2, low=-2.1, high=-0.3)
    assert worse.verdict == "below"
    assert worse.sentence() == (
        "wca-hard is 1.20 F1 below none on en-nl (95% interval −2.10 to −0.30; p = .004 after Holm over 4)."
    )


def test_a_null_result_in_words() -> None:
    null = difference(0.34, 0.2, difference=0.15, low=-0.6, high=0.9)
    assert null.verdict == "none found"
    assert null.sentence() == (
        "no difference found between wca-hard and none on en-nl "
        "(95% interval −0.60 to 0.90; p = .340 after Holm over 4)."
    )


def test_neither_sentences_alone_nor_the_interval_of_one_comparison_makes_a_difference_real() -> None:
    only_sentences = difference(0.06, 0.01, low=-0.1)
    only_interval = difference(0.06, 0.06)
    assert only_sentences.verdict == only_interval.verdict == "none found"
    assert only_sentences.sentence().endswith(
        "; over sentences alone it would pass, over seeds x sentences it does not."
    )
    assert only_interval.sentence().endswith("; the interval of this comparison alone would exclude 0.")


def test_an_interval_that_ends_at_zero_does_not_exclude_it() -> None:
    assert not difference(low=0.0).excludes_zero


def test_one_seed_makes_no_claim_about_methods() -> None:
    one = difference(n_common_seeds=1)
    assert one.verdict == "one seed"
    assert one.sentence().startswith("with the one seed that both have, wca-hard is 1.20 F1 above none")
    assert one.sentence().endswith("this says nothing about other seeds.")


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0001, "p < .001"), (0.004, "p = .004"), (0.0625, "p = .062"), (0.9999, "p = 1"), (1.0, "p = 1")],
)
def test_p_values_are_printed_without_the_zero(p: float, text: str) -> None:
    assert p_text(p) == text


@pytest.mark.parametrize(("p", "text"), [(0.25, ".25"), (0.0625, ".0625"), (1.0, "1"), (2**-9, ".001953")])
def test_attainable_p_is_printed_in_full(p: float, text: str) -> None:
    assert short_p(p) == text


def test_methods_are_compared_with_none_where_it_was_run(full: StoreOnDisk) -> None:
    table = comparison(full)
    assert table is not None
    assert [row.label for row in table.rows] == ["fastalign", "wca-hard", "wca-hard (epsilon=0.01)"]
    hard = table.rows[1].entries[0]
    assert hard.mark == "best"
    assert hard.more["verdict"] == "above"
    assert hard.more["low"] > 0
    assert len(hard.cells) == 6  # three of each method
    assert table.rows[0].entries[0].value == 0.0  # the same counts
    assert any(
        sentence.startswith("no difference found between fastalign and none on en-nl")
        for sentence in table.findings
    )


def test_holm_is_over_all_comparisons_of_the_table_and_the_family_is_named(
    full: StoreOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = iter([0.01, 0.04, 0.03, 0.02, 0.5])

    def claimed() -> Comparison:
        # Whichever is larger counts.
        larger = next(p)
        return dataclasses.replace(CLEAR, **{"p_t" if larger < 0.03 else "p_randomisation": larger})

    monkeypatch.setattr(
        significance, "compare_all", lambda methods, *_, **__: {name: claimed() for name in methods}
    )
    table = comparison(full)
    assert table is not None
    raw = [e.more for row in table.rows for e in row.entries if e.more]
    assert {one["holm_over"] for one in raw} == {5}
    assert sorted(one["p_holm"] for one in raw) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.5])
    assert {one["verdict"] for one in raw} == {"none found"}  # .01 alone would have passed
    assert any(
        "Holm over the 5 comparisons of this table (every method and pair against none)" in s
        for s in table.caption
    )
    assert any("none is." in s for s in table.caption)


def test_the_bootstraps_intervals_are_among_the_facts_where_asked_for(full: StoreOnDisk) -> None:
    for wanted in (False, True):
        table = comparison(full, bootstrap=wanted)
        assert table is not None
        facts = [entry.more for row in table.rows for entry in row.entries if entry.more]
        assert all((one["percentile"] is not None) == (one["bca"] is not None) == wanted for one in facts)


def test_a_seed_test_claims_nothing_that_its_n_cannot_earn(full: StoreOnDisk) -> None:
    table = comparison(full)
    assert table is not None
    text = " ".join((*table.caption, *table.findings))
    assert "can reach p = 1 for n = 1 and .25 for n = 3 at the least: it cannot reject at .05 here." in text
    assert "*" not in text


def test_five_seeds_attain_a_sixteenth(store: StoreOnDisk) -> None:
    for seed in range(1, 6):
        store.cell(seed=seed, quality=0.5)
        store.cell(method="wca-hard", seed=seed, quality=0.8)
    table = comparison(store)
    assert table is not None
    assert any("p = .0625 for n = 5 at the least: it cannot reject at .05 here." in s for s in table.caption)


def test_only_common_seeds_are_compared_and_that_is_said(store: StoreOnDisk) -> None:
    for seed in (1, 2, 3):
        store.cell(seed=seed)
        store.cell(method="wca-hard", seed=seed + 1)
    table = comparison(store)
    assert table is not None
    found = table.rows[0].entries[0]
    assert found.n == found.more.get("n_common_seeds", 2) == 2
    assert found.footnotes == ("Over the 2 seeds in common; the others are left out.",)


def test_methods_without_a_common_seed_are_not_compared_and_that_is_said(store: StoreOnDisk) -> None:
    store.cell(seed=1)
    store.cell(method="fastalign", seed=1)
    store.cell(method="wca-hard", seed=2)
    table = comparison(store)
    assert table is not None
    (hard,) = table.rows[1].entries
    assert hard.value is None
    assert re.match(r"Not compared: no seed in common", hard.footnotes[0])


def test_without_the_baseline_there_is_no_comparison(store: StoreOnDisk) -> None:
    store.cell(method="wca-hard")
    store.cell(method="fastalign")
    assert comparison(store) is None
    table = comparison(store, baseline="fastalign")
    assert table is not None
    assert [row.label for row in table.rows] == ["wca-hard"]


def test_a_baseline_may_be_a_label_and_any_spelling(full: StoreOnDisk) -> None:
    for name in ("WCA_Hard", "wca-hard"):
        table = comparison(full, baseline=name)
        assert table is not None
        assert [row.label for row in table.rows] == ["none", "fastalign", "wca-hard (epsilon=0.01)"]
    with_options = comparison(full, baseline="wca-hard (epsilon=0.01)")
    assert with_options is not None
    assert with_options.rows[-1].label == "wca-hard"


def test_an_unknown_baseline_is_an_error_that_names_the_rows(full: StoreOnDisk) -> None:
    with pytest.raises(
        UserError, match=r"--baseline mcgyver: not among the selected methods: none, fastalign"
    ):
        comparison(full, baseline="mcgyver")


def test_a_baseline_that_fits_several_rows_is_an_error(store: StoreOnDisk) -> None:
    store.cell(method="none")
    for epsilon in (0.01, 0.02):
        store.cell(method="wca-hard", options={"epsilon": epsilon})
    with pytest.raises(UserError, match="which one"):
        comparison(store, baseline="wca-hard")


def test_the_difference_is_method_minus_baseline(store: StoreOnDisk) -> None:
    for seed in (1, 2):
        store.cell(seed=seed, quality=0.4)
        store.cell(method="wca-hard", seed=seed, quality=0.8)
    table = comparison(store)
    assert table is not None
    (found,) = table.rows[0].entries
    assert found.value is not None
    assert found.value > 0
    assert not math.isnan(found.more["p_holm"])
