"""The HTML page as text: whole, escaped, and without a thread to the outside. The browser's view: test_html_browser."""

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from stores_by_hand import StoreOnDisk

from wcabench.cli.report import report as command
from wcabench.printable import printable
from wcabench.reports.html.markup import Markup, element, join
from wcabench.reports.html.page import render_html
from wcabench.reports.html.scale import Scale
from wcabench.reports.options import Options
from wcabench.reports.report import read_report
from wcabench.reports.table import ReportTable, ResultsReport, Row, Section, TableEntry
from wcabench.scoring import significance

STYLE = Path(__file__).parents[2] / "reports" / "html" / "page.css"


class Elements(HTMLParser):
    """Start tags with their attributes, and all text outside of style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._within = tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within not in ("style", "script"):
            self.text += data

    def values(self, attribute: str) -> list[str]:
        return [str(attributes[attribute]) for _, attributes in self.found if attribute in attributes]

    def tagged(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def read(store: StoreOnDisk, **options: Any) -> ResultsReport:
    return read_report(store.root, Options(**{"resamples": 200, "whole": True, **options}))


def by_hand(text: str) -> ResultsReport:
    """A report that says the same text wherever text can stand."""
    facts = {
        "suite": text,
        "encoder_name": text,
        "encoder": {text: text},
        "recipe": {},
        "data": {},
        "signature": text,
        "methods": {},
    }
    entry = TableEntry((text,), value=1.0, footnotes=(text,))
    row = Row(text, (entry,), section=text, footnotes=(text,))
    table = ReportTable("scores", text, (text,), (row,), caption=(text,), findings=(text,))
    return ResultsReport(
        (Section(text, facts, (table, dataclasses.replace(table, name="comparison"))),),
        (("results/cell", text),),
    )


@pytest.fixture
def paper(full: StoreOnDisk) -> StoreOnDisk:
    for seed in (1, 2):
        for method in ("none", "wca-hard"):
            full.cell("en-nl", method, seed, suite="paper", quality=0.6)
    return full


def test_all_that_was_found_is_on_the_page(paper: StoreOnDisk) -> None:
    report = read(paper)
    text = " ".join(Elements(render_html(report)).text.split())
    assert report.left_out
    for section in report.sections:
        assert section.heading in text
        assert section.facts["signature"] in text
        for table in section.tables:
            for sentence in (*table.caption, *table.findings):
                assert " ".join(sentence.split()) in text
            for row in table.rows:
                assert row.label in text
                assert all(entry.lines[0].partition(" ")[0] in text for entry in row.entries)
    for path, reason in report.left_out:
        assert f"{Path(path).name}: {reason}" in text


def test_every_published_row_has_its_source_its_protocol_and_what_is_wrong_with_it(
    paper: StoreOnDisk,
) -> None:
    text = Elements(render_html(read(paper))).text
    assert "A misprint of 77.57" in text
    assert "result table of AdvPicker (microsoft/vert-papers 0a121f7)" in text
    assert "overlapping windows, the overlap scored twice" in text
    assert "No row without alignment was run in the paper's own recipe" in text
    assert "The published rows" not in Elements(render_html(read(paper, published=False))).text


def test_every_number_leads_to_its_cells_and_each_cell_is_told_in_full(paper: StoreOnDisk) -> None:
    report = read(paper)
    text = render_html(report)
    page = Elements(text)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert all(link.removeprefix("#") in ids for link in page.values("href"))
    numbers = [
        entry
        for section in report.sections
        for table in section.tables
        for row in table.rows
        for entry in row.entries
        if entry.value is not None
    ]
    links = [one for one in page.tagged("a") if one.get("class") == "opens"]
    assert len(links) == len(numbers)
    for link, entry in zip(links, numbers, strict=True):
        assert (link.get("data-cells") or "").split() == list(entry.cells)
        assert all(f"cell-{key}" in ids for key in entry.cells)
        assert entry.cells or link["href"] in [f"#{one}" for one in ids if "-source-" in one]
    for cell in (cell for section in report.sections for cell in section.cells):
        micro = cell.record["scores"]["target-test"]["micro"]
        (row,) = re.findall(rf'<tr id="cell-{cell.key}".*?</tr>', text)
        for name in ("f1", "precision", "recall"):
            assert f">{micro[name]:.2f}<" in row
        assert f">{cell.seed}<" in row
        assert "sha256:abababababab" in row


def test_rows_bear_what_their_method_may_see(paper: StoreOnDisk) -> None:
    page = Elements(render_html(read(paper)))
    assert set(page.values("data-sees")) == {"labelled", "target-text", "dictionary", "parallel"}
    assert set(page.values("data-type")) == {"LOC", "ORG", "PER"}
    assert set(page.values("data-kind")) == {"ours", "published"}
    assert {box["name"] for box in page.tagged("input")} == {"sees", "kind", "pair", "type"}


def test_a_filter_with_one_choice_is_no_filter(store: StoreOnDisk) -> None:
    store.cell()
    page = Elements(render_html(read(store)))
    assert {box["name"] for box in page.tagged("input")} == {"type"}


def test_the_page_needs_nothing_but_itself(paper: StoreOnDisk) -> None:
    text = render_html(read(paper))
    page = Elements(text)
    assert not page.values("src")
    assert all(link.startswith("#") for link in page.values("href"))
    assert not page.tagged("link")
    assert "@import" not in text
    assert "url(" not in text
    assert not page.values("style")  # its own policy would refuse them


def test_its_policy_allows_its_own_style_and_script_alone(paper: StoreOnDisk) -> None:
    text = render_html(read(paper))
    (policy,) = [one["content"] or "" for one in Elements(text).tagged("meta") if "http-equiv" in one]
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


@settings(deadline=None, max_examples=50)  # how long a page takes is the machine's
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=30))
def test_any_text_stands_on_the_page_and_controls_are_shown(text: str) -> None:
    shown = printable(text)
    plain, page = Elements(render_html(by_hand("plain"))), Elements(render_html(by_hand(text)))
    assert [tag for tag, _ in page.found] == [tag for tag, _ in plain.found]
    assert page.text == plain.text.replace("plain", shown)
    assert page.text.count(shown) > 10


def test_markup_is_escaped_unless_it_is_markup() -> None:
    assert element("p", "<b>", Markup("<i>"), data_x='"&') == '<p data-x="&quot;&amp;">&lt;b&gt;<i></p>'
    assert element("input", checked=True, disabled=False, value=None) == "<input checked>"
    assert join(["a<", None, element("br")], "&") == "a&lt;&amp;<br>"


def test_the_page_draws_no_sample_of_its_own(full: StoreOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    report = read(full)

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("resampled")

    for name in ("compare", "summarise", "adjust"):
        monkeypatch.setattr(significance, name, refuse)
    assert "wca-hard" in render_html(report)


def test_the_whole_report_resamples_no_more_than_the_plain_one(
    full: StoreOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    compare = significance.compare
    monkeypatch.setattr(significance, "compare", lambda *a, **k: (calls.append(1), compare(*a, **k))[1])
    monkeypatch.setattr(significance, "summarise", lambda *a, **k: calls.append(1))
    read_report(full.root, Options(resamples=200))
    plain = len(calls)
    read(full)
    assert len(calls) == 2 * plain


def test_the_same_store_gives_the_same_page(full: StoreOnDisk) -> None:
    assert render_html(read(full)) == render_html(read(full))


def test_stdout_and_the_file_hold_the_same_page(full: StoreOnDisk, tmp_path: Path) -> None:
    arguments = ["--results", str(full.root), "--resamples", "200", "--format", "html"]
    printed = CliRunner().invoke(command, arguments)
    out = tmp_path / "new" / "report.html"
    CliRunner().invoke(command, [*arguments, "--out", str(out)])
    assert printed.exit_code == 0
    assert printed.stdout.startswith("<!DOCTYPE html>")
    assert out.read_text(encoding="utf-8") == printed.stdout


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((0.0, 10.0), [0, 2, 4, 6, 8, 10]),
        ((-1.2, 3.1), [-1, 0, 1, 2, 3]),
        ((53.2, 53.9), [53.2, 53.4, 53.6, 53.8]),
        ((5.0,), [4.6, 4.8, 5.0, 5.2, 5.4]),
    ],
)
def test_an_axis_has_round_ticks(values: tuple[float, ...], ticks: list[float]) -> None:
    scale = Scale.over(values)
    assert scale.ticks() == pytest.approx(ticks)
    assert len({f"{tick:.{scale.decimals()}f}" for tick in scale.ticks()}) == len(ticks)
    assert all(0 < scale.at(value) < 100 for value in values)
    assert (scale.at(-1e9), scale.at(1e9)) == (0, 100)


def test_an_axis_passes_over_what_is_not_finite() -> None:
    assert Scale.over([1.0, float("nan"), float("inf"), 2.0]) == Scale.over([1.0, 2.0])


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "link", "above", "below", "none"])
def test_text_stands_out_from_the_paper_in_both_schemes(scheme: int, name: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[scheme]))
    for ground in ("paper", "sheet"):
        high, low = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5
