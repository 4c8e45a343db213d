"""What a figure looks like: text that can be read, methods that can be told apart, and the same file twice."""

import itertools

import numpy as np
import pytest
from plots_by_hand import KINDS, read, texts
from stores_by_hand import MANY_METHODS, MANY_PAIRS, losses

from wcabench.reports import figure_files
from wcabench.reports.plots.choose import choose_group
from wcabench.reports.plots.sheet import Key, key_height, text_width, wrap
from wcabench.reports.plots.styles import looks, method_style
from wcabench.reports.report import read_cells
from wcabench.reports.selection import CellSelection

COLUMN = 8.5 / 2.54  # inches


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_of_four_pairs_and_eight_methods_with_long_names_touches_another(drawn, kind):
    found = [(text, one.get_window_extent()) for text, one in drawn(kind).texts]
    assert len(found) > 20
    for (one, box), (other, other_box) in itertools.combinations(found, 2):
        assert not box.overlaps(other_box), (one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_a_column_wide_and_its_text_has_six_points_and_is_not_clipped(drawn, kind):
    figure = drawn(kind).figure
    assert figure.get_figwidth() == pytest.approx(COLUMN)
    for text, one in drawn(kind).texts:
        assert one.get_fontsize() >= 6, text
        box = one.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, text


@pytest.mark.parametrize("kind", KINDS)
def test_marks_stay_within_their_panels(drawn, kind):
    for axes in drawn(kind).figure.axes:
        (left, right), (bottom, top) = axes.get_xlim(), sorted(axes.get_ylim())
        for line in axes.lines:
            if line.get_transform() == axes.transData:
                assert all(left <= x <= right for x in line.get_xdata())
                assert all(bottom <= y <= top for y in line.get_ydata())


@pytest.mark.parametrize("kind", KINDS)
def test_every_pair_and_method_stands_in_the_figure(drawn, kind):
    whole = " ".join(text for text, _ in drawn(kind).texts).replace("-\n", "-").split()
    for pair in MANY_PAIRS:
        assert any(word.startswith(pair) for word in whole)
    methods = {name for name, _ in MANY_METHODS} - ({"none"} if kind in ("aer", "differences") else set())
    assert all(name in " ".join(whole) for name in methods)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_same_cells_give_the_same_file(store, tmp_path, kind, ending):
    for method, place in (("none", 0), ("wca-hard", 1)):
        for seed in (1, 2):
            drawn = losses(np.random.default_rng(seed), 20, place)
            store.cell(
                method=method,
                seed=seed,
                training={"loss": drawn},
                timings={"fit": 10.0 * seed},
                diagnostics={"alignment_error_rate": 0.25},
            )
    files = [tmp_path / f"{name}{ending}" for name in ("one", "two")]
    for file in files:
        figure_files.save(read(store.root, kind).draw(), file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_one_cell_alone_can_be_drawn(store):
    store.cell(
        training={"loss": {"cross_entropy": [1.0]}},
        timings={"fit": 729.704},
        diagnostics={"alignment_error_rate": 0.25},
    )
    for kind in ("f1", "loss", "cost", "aer"):
        found = texts(read(store.root, kind).draw())
        for (one, box), (other, other_box) in itertools.combinations(found, 2):
            assert not box.get_window_extent().overlaps(other_box.get_window_extent()), (one, other)


def test_a_label_is_no_formula(store):
    store.cell(method="wca-hard", options={"text": "$_{x"})
    assert "wca-hard (text=$_{x)" in [text for text, _ in texts(read(store.root, "f1").draw())]


def test_a_method_looks_the_same_in_every_figure_of_a_store(drawn):
    by_kind = [
        {cloud.label: cloud.look for panel in drawn(kind).plot.panels for cloud in getattr(panel, name)}
        for kind, name in (("loss", "curves"), ("cost", "clouds"), ("aer", "clouds"))
    ]
    assert by_kind[0] == by_kind[1] and by_kind[2].items() <= by_kind[0].items()


def test_the_papers_methods_look_the_same_whatever_else_is_drawn(full):
    cells, _ = read_cells(full.root)
    numbers = {}
    for methods in ((), ("wca-hard",), ("none", "wca-hard")):
        group = choose_group(cells, CellSelection(methods=methods), None)
        numbers[methods] = dict(zip((row.label for row in group.rows), looks(group), strict=True))
    assert numbers[()] == {"none": 0, "fastalign": 2, "wca-hard": 4, "wca-hard (epsilon=0.01)": 5}
    assert all(one.items() <= numbers[()].items() for one in numbers.values())


def test_sixty_four_methods_look_different():
    styles = [method_style(look) for look in range(64)]
    assert len({(style["color"], style["marker"]) for style in styles}) == 64


@pytest.mark.parametrize(
    "text", ["a b", "wca-hard (epsilon=0.01, units=words)", "x" * 90, "symmetrisation=grow-diag-final"]
)
def test_a_text_is_broken_into_lines_that_fit_and_loses_no_letter(text):
    lines = wrap(text, 0.8).split("\n")
    assert all(text_width(line) <= 0.8 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_word_of_the_key_that_is_wider_than_the_figure_goes_on_in_another_line():
    short = Key("none", {"linestyle": "none"})
    long = Key("wca-hard (" + ", ".join(f"option_{at}=value" for at in range(8)) + ")", {"linestyle": "none"})
    assert key_height([short, long]) > 2.9 * key_height([short])
