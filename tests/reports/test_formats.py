"""Golden files: `WCABENCH_UPDATE_GOLDEN=1 pytest tests/reports` writes them anew; read the difference."""

import dataclasses
import io
import json
import os
import re
import shutil
import string
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores_by_hand import StoreOnDisk

from wcabench.printable import printable
from wcabench.reports import latex, markdown
from wcabench.reports.json_table import render_json
from wcabench.reports.latex import render_latex
from wcabench.reports.markdown import render_markdown
from wcabench.reports.options import Options
from wcabench.reports.report import read_report
from wcabench.reports.table import (
    ReportTable,
    ResultsReport,
    Row,
    Section,
    TableEntry,
    letters,
    listed,
    number,
    signed,
)
from wcabench.reports.terminal import print_terminal
from wcabench.scoring import significance
from wcabench.scoring.significance import Comparison, EffectSize, Interval

GOLDEN = Path(__file__).parent / "golden"
ONE_SEED = EffectSize(1, 1.0, None, None, None)


@pytest.fixture
def report(full: StoreOnDisk, monkeypatch: pytest.MonkeyPatch) -> ResultsReport:
    """One report with all there is; the statistics are fixed, for they have tests of their own."""

    def compare(a: Any, b: Any, bootstrap: bool) -> Comparison:
        n = len(a.keys() & b.keys())
        difference = sum(a[seed].f1 - b[seed].f1 for seed in sorted(a.keys() & b.keys())) / n
        p = 1.0 if difference == 0 else 0.001
        low, high = difference - 1, difference + 1
        interval = Interval(low, high)
        effect = EffectSize(n, difference, 0.5, 2 * difference, difference) if n > 1 else ONE_SEED
        both = (interval, interval) if bootstrap else (None, None)
        return Comparison(n, difference, low, high, p, p, 2.0**-n, 2.0 ** (1 - n), effect, *both)

    def compare_all(methods: Any, baseline: Any, *, resamples: int, bootstrap: bool) -> Any:
        return {name: compare(one, baseline, bootstrap) for name, one in methods.items()}

    monkeypatch.setattr(significance, "compare_all", compare_all)
    for pair in ("en-de", "en-hy"):
        full.cell(pair, "none", suite="paper")
    left_out = (("results/a", "results/a: no cell.json: not a whole cell"),)
    return dataclasses.replace(
        read_report(full.root, Options(resamples=10_000, bootstrap=True)), left_out=left_out
    )


def terminal(report: ResultsReport, width: int = 80, *, colour: bool = False) -> str:
    from rich.console import Console

    stream = io.StringIO()
    system = "standard" if colour else None
    print_terminal(
        report, Console(file=stream, width=width, color_system=system, highlight=False, force_terminal=colour)
    )
    return stream.getvalue()


def check(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("WCABENCH_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def small(entry: TableEntry, label: str = "none", columns: int = 1, **changed: Any) -> ResultsReport:
    """A report of one row with the same entry in every column."""
    names = tuple(f"en-{letters(column)}" for column in range(columns))
    table = ReportTable("scores", "T", names, (Row(label, (entry,) * columns),), **changed)
    return ResultsReport((Section("S", {}, (table,)),))


def test_golden_terminal(report: ResultsReport) -> None:
    lines = terminal(report).splitlines()
    assert max(map(len, lines)) <= 80
    check("terminal.txt", "\n".join(line.rstrip() for line in lines) + "\n")


def test_golden_markdown(report: ResultsReport) -> None:
    check("table.md", render_markdown(report))


def test_golden_latex_fragment(report: ResultsReport) -> None:
    check("table.tex", render_latex(report, standalone=False))


def test_golden_json(report: ResultsReport) -> None:
    text = re.sub(r'"[0-9a-f]{16}"', '"KEY"', render_json(report))
    check("table.json", text)


def test_json_gives_every_number_of_ours_its_cells(report: ResultsReport, full: StoreOnDisk) -> None:
    keys = {folder.name.rpartition("-")[2] for folder in full.root.glob("*/*/*/seed-*")}
    whole = json.loads(render_json(report))
    entries = [
        (row["kind"], entry)
        for section in whole["sections"]
        for table in section["tables"]
        for row in table["rows"]
        for entry in row["entries"].values()
        if entry["value"] is not None
    ]
    assert len(entries) > 20
    for kind, entry in entries:
        assert bool(entry["cells"]) == (kind == "ours")
        assert set(entry["cells"]) <= keys


def test_json_has_no_nan() -> None:
    whole = json.loads(render_json(small(TableEntry(("–",), value=float("nan")))))
    assert whole["sections"][0]["tables"][0]["rows"][0]["entries"]["en-a"]["value"] is None


def test_the_best_is_bold_and_the_second_underlined_in_each_format() -> None:
    best, second = (TableEntry(("58.31",), mark=mark, value=58.31) for mark in ("best", "second"))
    assert "| **58.31** |" in render_markdown(small(best))
    assert "| <u>58.31</u> |" in render_markdown(small(second))
    assert r"\textbf{58.31}" in render_latex(small(best), standalone=False)
    assert r"\underline{58.31}" in render_latex(small(second), standalone=False)
    assert "\x1b[1m58.31\x1b[0m" in terminal(small(best), colour=True)
    assert "\x1b[4m58.31\x1b[0m" in terminal(small(second), colour=True)


def test_four_pairs_fit_80_columns_and_decimal_points_stand_under_each_other() -> None:
    rows = tuple(
        Row(f"method-{value}", (TableEntry((f"{value:.2f} ± 0.42",), value=value),) * 4)
        for value in (8.5, 58.31, 100.0)
    )
    table = ReportTable("scores", "T", ("en-de", "en-es", "en-nl", "en-hy"), rows)
    lines = terminal(ResultsReport((Section("S", {}, (table,)),))).splitlines()
    body = [line for line in lines if line.startswith("method-")]
    assert len(body) == 3
    assert all(len(line) <= 80 and line.count("± 0.42") == 4 for line in body)
    points = [[at for at, one in enumerate(line) if one == "." and at > 15] for line in body]
    assert points[0] == points[1] == points[2]


@pytest.mark.parametrize("width", [32, 40, 80, 100])
@pytest.mark.parametrize("columns", [1, 4, 9])
def test_no_number_is_ever_cut_on_a_narrow_terminal(width: int, columns: int) -> None:
    entry = TableEntry(("58.31 ± 0.42", "[57.02, 59.60]"), value=58.31)
    text = terminal(small(entry, label="a-method-with-a-long-name (epsilon=0.01)", columns=columns), width)
    assert text.count("58.31 ± 0.42") == text.count("[57.02, 59.60]") == columns
    assert "…" not in text


def test_a_section_heading_is_printed_once_for_all_its_rows() -> None:
    rows = tuple(Row(label, (TableEntry(("1.00",)),), "published", "Published: somewhere") for label in "ab")
    table = ReportTable("scores", "T", ("en-nl",), (Row("none", (TableEntry(("2.00",)),)), *rows))
    whole = ResultsReport((Section("S", {}, (table,)),))
    for text in (terminal(whole), render_markdown(whole), render_latex(whole, standalone=False)):
        assert text.count("Published: somewhere") == 1


def test_footnotes_are_lettered_in_the_order_of_reading_and_shared() -> None:
    one, two = TableEntry(("1.00",), footnotes=("first",)), TableEntry(("2.00",), footnotes=("second",))
    table = ReportTable("scores", "T", ("x", "y"), (Row("m", (one, two)), Row("n", (two, one))))
    assert table.footnotes() == ("first", "second")
    assert [table.marks(e.footnotes) for row in table.rows for e in row.entries] == ["a", "b", "b", "a"]


def test_footnote_letters_never_run_out_and_have_superscripts() -> None:
    names = [letters(index) for index in range(800)]
    assert len(set(names)) == 800
    assert names[:3] == ["a", "b", "c"]
    assert names[25] == "aa"  # no q, which has no superscript
    assert not any("q" in name for name in names)


def test_numbers_have_true_signs_and_no_negative_zero() -> None:
    assert [signed(x) for x in (1.2, -0.3, 0.001, -0.001)] == ["+1.20", "−0.30", "0.00", "0.00"]
    assert [number(x) for x in (1.2, -0.3, -0.001)] == ["1.20", "−0.30", "0.00"]


def test_lists_read_as_english() -> None:
    assert [listed(list(one)) for one in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


NASTY = "a|b *c* _d_ [e](f) <g> `h` ~i~ #j & %k $l^m {n} \\o \"p\" 'q' é ° Գ 日 ☃ x=1"


@given(st.text(alphabet=st.sampled_from(string.printable + "é±−Գ&;#"), max_size=40))
def test_markdown_prints_any_label_as_it_stands(label: str) -> None:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt().enable("table").parse(render_markdown(small(TableEntry(), label=f"x{label}")))
    body = [token for token in tokens if token.type == "inline"]
    cell = body[4]  # two headings, two column names, then the label
    shown = [child.content for child in cell.children or [] if child.type != "html_inline"]  # no comments
    assert "".join(shown) == printable(" ".join(f"x{label}".split()))


@given(st.text(max_size=60))
def test_latex_escapes_every_special_character(text: str) -> None:
    escaped = latex.escape(text)
    bare = re.sub(
        r"\$\\(pm|times)\$|\$-\$|\\[a-z]+\{\}|\\texttt\{U\+[0-9A-F]+\}|\\[{}$&%#_]|(?<=[-,])\{\}", "", escaped
    )
    assert not set(bare) & set("\\{}$&%#_^~")
    assert all(ord(one) <= latex.LAST_LATIN for one in escaped)


def test_latex_makes_no_dash_of_two_hyphens() -> None:
    assert latex.escape("--details, ---, ,,") == "-{}-details, -{}-{}-, ,{},"


def test_markdown_escape_leaves_plain_text_alone() -> None:
    assert markdown.escape("wca-hard (epsilon=0.01)") == "wca-hard (epsilon=0.01)"


@pytest.mark.parametrize("standalone", [True, False])
def test_latex_compiles(report: ResultsReport, tmp_path: Path, standalone: bool) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed (Debian: texlive-latex-base texlive-latex-recommended)")
    nasty = small(TableEntry((NASTY,), footnotes=(NASTY,)), label=NASTY, caption=(NASTY,), findings=(NASTY,))
    whole = ResultsReport((*report.sections, *nasty.sections))
    text = render_latex(whole, standalone=standalone)
    if not standalone:
        packages = f"\\usepackage[T1]{{fontenc}}\\usepackage{{{','.join(latex.PACKAGES)}}}"
        text = f"\\documentclass{{article}}{packages}\\begin{{document}}{text}\\end{{document}}"
    (tmp_path / "table.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in done.stdout
    assert "Float too large" not in done.stdout


def test_settings_in_json_are_those_that_were_given_and_measures_are_rounded() -> None:
    given = {"adam_epsilon": 1e-8, "learning_rate": 5e-7, "betas": (0.9, 0.999)}
    report = small(TableEntry(("50.00",), value=50.123456789, std=1e-12))
    section = dataclasses.replace(report.sections[0], facts={**report.sections[0].facts, "recipe": given})
    whole = json.loads(render_json(dataclasses.replace(report, sections=(section,))))["sections"][0]
    assert whole["recipe"] == {**given, "betas": [0.9, 0.999]}
    entry = next(iter(whole["tables"][0]["rows"][0]["entries"].values()))
    assert (entry["value"], entry["std"]) == (50.123457, 0.0)
