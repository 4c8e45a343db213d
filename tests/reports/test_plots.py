"""The numbers of the figures are the report's, and what cannot be drawn is said."""

import itertools
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest
from plots_by_hand import KINDS, read, texts
from stores_by_hand import MANY_PAIRS, StoreOnDisk

from wcabench.errors import UserError
from wcabench.reports.json_table import render_json
from wcabench.reports.options import Options
from wcabench.reports.plots import f1
from wcabench.reports.plots.choose import choose_group
from wcabench.reports.plots.sheet import text_width
from wcabench.reports.report import read_cells, read_report
from wcabench.reports.selection import CellSelection


def tables(root: Path, **options: Any) -> dict[str, Any]:
    (section,) = json.loads(render_json(read_report(root, Options(resamples=200, **options))))["sections"]
    return {table["name"]: table for table in section["tables"]}


def test_f1_has_the_seeds_and_the_mean_and_interval_of_the_report(full):
    scores = tables(full.root, details=True)["scores"]
    panels = {panel.pair: panel for panel in read(full.root, "f1").panels}
    assert list(panels) == scores["columns"]
    for row in scores["rows"]:
        for pair, entry in row["entries"].items():
            drawn = [one for one in panels[pair].rows if one.label == row["label"]]
            assert len(drawn) == (entry["value"] is not None)
            for one in drawn:
                assert one.mean == pytest.approx(entry["value"], abs=1e-6)
                assert (one.low, one.high) == pytest.approx((entry["low"], entry["high"]), abs=1e-6)
                assert [seed.cell for seed in one.seeds] == entry["cells"]
                assert math.fsum(seed.f1 for seed in one.seeds) / len(one.seeds) == pytest.approx(one.mean)


def test_f1_draws_a_dot_a_seed_and_says_what_is_missing(full):
    plot = read(full.root, "f1")
    figure = plot.draw()
    dots = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "o" and axes.axison]
    assert sum(len(line.get_xdata()) for line in dots) == 19  # cells that are done
    assert any(
        "wca-hard (epsilon=0.01), en-nl: n = 1: seed 2 failed and seed 3 missing." in one
        for one in plot.caption
    )


def test_the_same_seed_stands_at_the_same_height(full):
    (panel,) = read(full.root, "f1", CellSelection(pairs=("en-de",))).panels
    axes = f1.draw([panel]).axes[0]
    heights = [line.get_ydata() for line in axes.lines if line.get_marker() == "o"]
    steps = [[round(b - a, 6) for a, b in itertools.pairwise(one)] for one in heights]
    assert len(heights) == 3 and all(one == steps[0] for one in steps)


@pytest.mark.parametrize("baseline", ["none", "fastalign"])
def test_differences_are_those_of_the_report(full, baseline):
    table = tables(full.root, baseline=baseline)["comparison"]
    panels = {panel.pair: panel for panel in read(full.root, "differences", baseline=baseline).panels}
    for row in table["rows"]:
        for pair, entry in row["entries"].items():
            if entry["value"] is None:
                continue
            (one,) = [one for one in panels[pair].rows if one.label == row["label"]]
            assert one.text == entry["text"] and one.verdict == entry["verdict"]
            assert (one.difference, one.low, one.high, one.p_holm) == pytest.approx(
                (entry["value"], entry["low"], entry["high"], entry["p_holm"]), abs=1e-6
            )
            assert list(one.cells) == entry["cells"]


def test_a_real_difference_has_another_shape_and_bold_numbers(full):
    plot = read(full.root, "differences")
    rows = [row for panel in plot.panels for row in panel.rows]
    assert {row.real for row in rows} == {True, False}
    figure = plot.draw()
    shapes = {}
    for panel, axes in zip(plot.panels, figure.axes, strict=False):
        marks = [line for line in axes.lines if line.get_marker() in ("s", "o")]
        shapes |= {(panel.pair, row.label): mark for row, mark in zip(panel.rows, marks, strict=True)}
    for panel in plot.panels:
        for row in panel.rows:
            mark = shapes[panel.pair, row.label]
            assert mark.get_marker() == ("s" if row.real else "o")
            assert (mark.get_markerfacecolor() == "white") == (not row.real)
    weights = {text: one.get_weight() for text, one in texts(figure)}
    assert all((weights[row.text] == "bold") == row.real for row in rows)
    assert "these are filled squares" in " ".join(plot.caption) and "bold" not in " ".join(plot.caption)


def test_zero_is_on_the_scale_of_every_difference(full):
    figure = read(full.root, "differences").draw()
    limits = {axes.get_xlim() for axes in figure.axes if axes.axison}
    ((low, high),) = limits
    assert low < 0 < high


@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        ("wca-soft", "--baseline wca-soft: not among the selected methods: none, fastalign, wca-hard"),
        (None, ""),
    ],
)
def test_a_baseline_that_was_not_run_is_refused(full, baseline, message):
    if baseline:
        with pytest.raises(UserError, match=message):
            read(full.root, "differences", baseline=baseline)
    else:
        with pytest.raises(
            UserError, match="no method 'none' to compare with: choose with --baseline: fastalign"
        ):
            read(full.root, "differences", CellSelection(methods=("fastalign", "wca-hard")))


def test_a_baseline_alone_has_nothing_to_be_compared_with(store):
    store.cell(method="none")
    with pytest.raises(UserError, match="nothing to compare with none"):
        read(store.root, "differences")


def with_losses(store: StoreOnDisk, method: str, seed: int, **terms: list[float]) -> None:
    store.cell(method=method, seed=seed, training={"loss": {"total": [9.0], **terms}})


def test_a_point_of_a_loss_curve_is_the_mean_of_a_window_and_the_thick_line_that_of_the_seeds(store):
    with_losses(store, "none", 1, cross_entropy=[float(at) for at in range(1, 82)])
    with_losses(store, "none", 2, cross_entropy=[float(at) + 1 for at in range(1, 82)])
    (panel,) = read(store.root, "loss").panels
    (curve,) = panel.curves
    assert (panel.term, panel.window) == ("cross_entropy", 3)
    assert curve.steps[:2] == (2.0, 5.0) and curve.seeds[1][:2] == (2.0, 5.0)
    assert curve.mean[:2] == (2.5, 5.5) and len(curve.mean) == 27


def test_the_last_window_may_be_short(store):
    with_losses(store, "none", 1, cross_entropy=[1.0] * 80 + [5.0])
    (panel,) = read(store.root, "loss").panels
    assert panel.window == 3 and panel.curves[0].steps[-1] == 80.0
    with_losses(store, "wca-hard", 1, cross_entropy=[1.0] * 82)
    (panel,) = read(store.root, "loss").panels
    assert panel.curves[1].steps[-1] == 82.0


def test_the_mean_goes_as_far_as_all_seeds_do(store):
    with_losses(store, "none", 1, cross_entropy=[1.0, 2.0, 3.0])
    with_losses(store, "none", 2, cross_entropy=[3.0])
    (panel,) = read(store.root, "loss").panels
    assert panel.curves[0].mean == (2.0,) and panel.curves[0].seeds[1] == (1.0, 2.0, 3.0)
    read(store.root, "loss").draw()


def test_losses_are_drawn_by_term_and_a_methods_own_terms_too(store):
    with_losses(store, "none", 1, cross_entropy=[2.0, 1.0])
    with_losses(
        store, "wca-hard", 1, cross_entropy=[2.0, 1.0], alignment=[0.0, 0.5], discriminator=[0.7, 0.6]
    )
    plot = read(store.root, "loss")
    found = {panel.term: [curve.label for curve in panel.curves] for panel in plot.panels}
    both, one = ["none", "wca-hard"], ["wca-hard"]
    assert found == {"cross_entropy": both, "alignment": one, "discriminator": one}
    words = [text for text, _ in texts(plot.draw())]
    assert {"tagging loss", "alignment loss", "discriminator loss"} <= set(words)


def test_the_losses_of_several_stages_are_drawn_by_stage(store):
    stages = [
        {"name": "teacher", "loss": {"total": [9.0, 8.0], "cross_entropy": [2.0, 1.0]}},
        {"name": "fit", "loss": {"total": [3.0], "cross_entropy": [1.5], "soft": [0.5]}},
    ]
    store.cell(stages=stages)
    plot = read(store.root, "loss")
    assert [panel.term for panel in plot.panels] == [
        "teacher: cross_entropy",
        "fit: cross_entropy",
        "fit: soft",
    ]
    assert {"teacher: tagging loss", "fit: soft loss"} <= {text for text, _ in texts(plot.draw())}


def test_the_losses_of_a_single_stage_of_its_own_need_no_name(store):
    teacher = {"name": "fitted:none", "stages": [{"name": "fit", "loss": {"cross_entropy": [9.0]}}]}
    store.cell(stages=[teacher, {"name": "fit", "loss": {"cross_entropy": [2.0, 1.0]}}])
    (panel,) = read(store.root, "loss").panels
    assert panel.term == "cross_entropy"


def test_cells_without_losses_are_named_and_if_none_has_any_that_is_an_error(store):
    store.cell(method="wca-hard", seed=1)
    store.cell(method="wca-hard", seed=2, training={"loss": {"total": [1.0], "cross_entropy": [None, 1.0]}})
    with pytest.raises(UserError, match="none of the 2 selected cells holds the losses"):
        read(store.root, "loss")
    with_losses(store, "none", 1, cross_entropy=[2.0, 1.0])
    said = " ".join(read(store.root, "loss").caption)
    assert "left out: wca-hard on en-nl (seeds 1 and 2)." in said


def timed(store: StoreOnDisk, method: str, seed: int, seconds: float, **environment: Any) -> None:
    store.cell(method=method, seed=seed, timings={"fit": seconds}, environment=environment)


def test_cost_is_the_time_of_training_and_says_the_machine(store):
    for seed in (1, 2):
        timed(store, "none", seed, 10.0 * seed, processor="AMD EPYC", device="cpu", threads=2)
    plot = read(store.root, "cost")
    (cloud,) = plot.panels[0].clouds
    assert cloud.x == 15.0 and [point.x for point in cloud.points] == [10.0, 20.0]
    assert "All on AMD EPYC, cpu, 2 threads." in plot.caption
    assert "All on AMD EPYC, cpu, 2 threads." in [text for text, _ in texts(plot.draw())]


def test_times_of_different_machines_are_said_to_be_of_them(store):
    timed(store, "none", 1, 10.0, processor="AMD EPYC", device="cpu", threads=1)
    timed(store, "none", 2, 10.0, processor="AMD EPYC", device="cpu", threads=1)
    timed(store, "wca-hard", 1, 10.0, processor="Xeon", device="cuda: NVIDIA H100", threads=8)
    store.cell(method="wca-hard", seed=2)
    plot = read(store.root, "cost")
    mixed = (
        "Times of different machines, not to be compared, and without means: AMD EPYC, cpu, 1 thread (2 cells); "
        "Xeon, cuda: NVIDIA H100, 8 threads (1 cell)."
    )
    assert mixed in plot.caption
    assert all(
        cloud.x is None for panel in plot.panels for cloud in panel.clouds
    )  # a mean of what does not compare
    assert mixed in [text.replace("\n", " ") for text, _ in texts(plot.draw())]
    assert "Without a time, and left out: wca-hard on en-nl (seed 2)." in plot.caption


def test_without_any_time_there_is_no_cost(full):
    with pytest.raises(UserError, match="none of the 19 selected cells holds the time of its training"):
        read(full.root, "cost")


def test_seconds_over_a_decade_are_drawn_on_a_logarithmic_scale_with_plain_numbers(store):
    for method, seconds in (("none", 20.0), ("wca-hard", 900.0)):
        timed(store, method, 1, seconds)
    figure = read(store.root, "cost").draw()
    assert figure.axes[0].get_xscale() == "log"
    assert {"50", "100"} <= {text for text, _ in texts(figure)}


def test_aer_is_drawn_in_percent_for_the_cells_that_have_it(store):
    store.cell(method="none", seed=1)
    for seed, value in ((1, 0.2), (2, 0.3)):
        store.cell(method="wca-hard", seed=seed, diagnostics={"alignment_error_rate": value})
    plot = read(store.root, "aer")
    (panel,) = plot.panels
    (cloud,) = panel.clouds
    assert panel.across == "alignment error rate (%)"
    assert cloud.label == "wca-hard" and cloud.x == pytest.approx(25.0)
    assert [point.x for point in cloud.points] == pytest.approx([20.0, 30.0])
    assert "left out: none on en-nl (seed 1)." in " ".join(plot.caption)


def test_without_any_aer_it_is_said_what_to_run(store):
    store.cell(method="none")
    store.cell(method="wca-hard", diagnostics={"alignment_error_rate": None})
    with pytest.raises(
        UserError, match=r"none of the 2 selected cells holds an alignment error rate.*run them again"
    ):
        read(store.root, "aer")


def test_cells_that_may_not_share_a_table_do_not_share_a_figure(store):
    store.cell(recipe={"epochs": 2})
    store.cell(recipe={"epochs": 4})
    cells, _ = read_cells(store.root)
    with pytest.raises(UserError, match=r"2 groups .* 1: synthetic, .*\(recipe.epochs=2\); 2: .*--group N"):
        choose_group(cells, CellSelection(), None)
    assert choose_group(cells, CellSelection(), 2).recipe["epochs"] == 4
    with pytest.raises(UserError, match="--group 3: wanted 1 to 2"):
        choose_group(cells, CellSelection(), 3)


def test_selected_cells_that_all_failed_cannot_be_drawn(full):
    full.cell("en-nl", "wca-soft", state="failed")
    with pytest.raises(UserError, match="the selected cells all failed: nothing to draw"):
        read(full.root, "f1", CellSelection(methods=("wca-soft",)))


def test_the_facts_are_json_and_say_what_is_drawn(drawn):
    for kind in KINDS:
        facts = json.loads(json.dumps(drawn(kind).plot.facts()))
        assert facts["kind"] == kind and facts["caption"]
        assert {panel["pair"] for panel in facts["panels"]} == set(MANY_PAIRS)


def test_without_matplotlib_the_error_says_how_to_get_it(full, monkeypatch):
    plot = read(full.root, "f1")
    text_width.cache_clear()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UserError, match="pip install matplotlib"):
        plot.draw()
