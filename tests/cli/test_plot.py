"""`wcabench plot`: what is asked for, where it goes, and what is refused."""

import json
import sys
from pathlib import Path

import pytest
from stores_by_hand import StoreOnDisk

KINDS = ("f1", "loss", "differences", "cost", "aer")
STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.fixture
def results(tmp_path: Path) -> StoreOnDisk:
    """What `--results` finds when it is not given: two methods, two seeds, one cell that failed."""
    store = StoreOnDisk(tmp_path / "results")
    for method, quality in (("none", 0.5), ("nearest-token", 0.7)):
        for seed in (1, 2):
            store.cell(
                method=method,
                seed=seed,
                quality=quality,
                training={"loss": {"total": [2.0, 1.0], "cross_entropy": [2.0, 1.0]}},
                timings={"fit": 10.0 + seed},
                diagnostics={"alignment_error_rate": 0.25},
            )
    store.cell(method="nearest-token", seed=3, state="failed")
    return store


@pytest.mark.parametrize("kind", KINDS)
def test_the_figure_is_written_its_caption_printed_and_what_is_left_out_said(invoke, results, kind):
    result = invoke("plot", kind, "--out", "new/figure.svg")
    assert result.exit_code == 0, result.output
    assert Path("new/figure.svg").read_bytes().startswith(STARTS[".svg"])
    assert "Signature: none+nearest-token|en-nl|synthetic" in result.stdout
    assert "figure: new/figure.svg" in result.stderr and "loss is NaN" in result.stderr


@pytest.mark.parametrize("ending", [*STARTS, ".PNG"])
def test_the_figure_is_of_the_kind_its_name_says(invoke, results, ending):
    assert invoke("plot", "f1", "--out", f"figure{ending}").exit_code == 0
    assert Path(f"figure{ending}").read_bytes().startswith(STARTS[ending.lower()])


@pytest.mark.parametrize("kind", KINDS)
def test_json_has_the_numbers_and_needs_no_figure(invoke, results, kind):
    result = invoke("plot", kind, "--json")
    whole = json.loads(result.stdout)
    assert whole["kind"] == kind and whole["suite"] == "synthetic" and whole["methods"]["none"]
    (panel,) = whole["panels"]
    assert panel["pair"] == "en-nl"
    assert not list(Path.cwd().glob("*.*"))


def test_json_needs_no_matplotlib(invoke, results, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert all(invoke("plot", kind, "--json").exit_code == 0 for kind in KINDS)


def test_figure_and_json_come_together(invoke, results):
    result = invoke("plot", "f1", "--out", "figure.pdf", "--json")
    assert json.loads(result.stdout)["kind"] == "f1" and Path("figure.pdf").exists()


def test_the_selection_is_that_of_the_report(invoke, results):
    results.cell(pair="en-de", method="none")
    whole = json.loads(invoke("plot", "f1", "--json", "--pair", "en-nl", "--method", "none").stdout)
    assert [panel["pair"] for panel in whole["panels"]] == ["en-nl"]
    assert [row["label"] for row in whole["panels"][0]["rows"]] == ["none"]
    result = invoke("plot", "f1", "--json", "--method", "non")
    assert result.exit_code == 2 and "did you mean 'none'" in result.stderr


def test_differences_are_those_of_the_report(invoke, results):
    drawn = json.loads(invoke("plot", "differences", "--json").stdout)["panels"][0]["rows"]
    sections = json.loads(invoke("report", "--json").stdout)["sections"]
    (table,) = [table for table in sections[0]["tables"] if table["name"] == "comparison"]
    entries = {row["label"]: row["entries"]["en-nl"] for row in table["rows"]}
    assert {row["label"] for row in drawn} == set(entries)
    for row in drawn:
        entry = entries[row["label"]]
        assert (row["difference"], row["low"], row["high"]) == (entry["value"], entry["low"], entry["high"])
        assert (row["p_holm"], row["verdict"]) == (entry["p_holm"], entry["verdict"])


def test_one_of_several_groups_is_chosen_by_number(invoke, results):
    results.cell(recipe={"epochs": 9})
    refused = invoke("plot", "f1", "--json")
    assert refused.exit_code == 2 and "2 groups that may not share a figure" in refused.stderr
    assert "recipe.epochs=9" in refused.stderr and len(refused.stderr.splitlines()) == 1
    chosen = [json.loads(invoke("plot", "f1", "--json", "--group", at).stdout) for at in ("1", "2")]
    assert {one["recipe"]["epochs"] for one in chosen} == {2, 9}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["f1"], "where to? give --out FILE (.png, .svg or .pdf), or --json"),
        (["differences"], "`wcabench report` prints the differences"),
        (["f1", "--out", "figure.gif"], "figure.gif: wanted a name that ends in .png, .svg, .pdf"),
        (["f1", "--out", "figure"], "wanted a name that ends in"),
        (["f1", "--out", "results/synthetic/en-nl/none.svg/x.svg/"], "is a directory"),
        (["f2", "--json"], "'f2' is not one of"),
        (["f1", "--json", "--baseline", "none"], "--baseline is for `wcabench plot differences`"),
        (["cost", "--json", "--resamples", "200"], "--resamples is for `wcabench plot differences`"),
        (
            ["differences", "--json", "--baseline", "nothing"],
            "--baseline nothing: not among the selected methods",
        ),
        (["differences", "--json", "--method", "none"], "nothing to compare with none"),
        (["f1", "--json", "--results", "elsewhere"], "elsewhere: no finished cell; run some first"),
        (["f1", "--json", "--pair", "en-xx"], "unknown pair in these results 'en-xx'"),
        (["f1", "--json", "--group", "2"], "--group 2: wanted 1 to 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(invoke, results, arguments, message):
    Path("results/synthetic/en-nl/none.svg/x.svg").mkdir(parents=True)
    result = invoke("plot", *arguments)
    assert result.exit_code == 2 and message in result.stderr
    assert result.stdout == "" and not list(Path.cwd().glob("figure*"))


def test_what_is_not_there_may_be_among_what_is_left_out(invoke, results):
    result = invoke("plot", "differences", "--json", "--baseline", "fastalign")
    assert (
        result.exit_code == 2
        and "(1 left out, the first: en-nl nearest-token seed 3: failed" in result.stderr
    )


def test_a_place_that_cannot_be_written_is_said(invoke, results):
    Path("file").write_text("")
    result = invoke("plot", "f1", "--out", "file/figure.png")
    assert result.exit_code == 2 and "file/figure.png: cannot be written" in result.stderr


def test_without_matplotlib_the_error_says_how_to_get_it_before_anything_is_read(invoke, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = invoke("plot", "f1", "--out", "figure.png", "--results", "not there")
    assert result.exit_code == 2 and "pip install matplotlib" in result.stderr
