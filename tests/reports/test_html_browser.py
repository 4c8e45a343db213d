"""The HTML page in a real headless Chromium: light and dark, phone and desk, mouse and keyboard, screen and paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from headless_chromium import Page, browsing, find_chromium
from stores_by_hand import DEFAULTS, NEEDS, StoreOnDisk

from wcabench.reports import labels, tiers
from wcabench.reports.html.page import render_html
from wcabench.reports.options import Options
from wcabench.reports.report import read_report

PHONE, DESK, PAPER = 390, 1280, 680  # CSS pixels; paper: A4 without its margins
HOSTILE = "<img src=https://example.org/x.png onerror=hacked=1></script><script>hacked=1</script>"

# What the tests ask of the page, as functions in it.
ASK = """
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const table = (name) => document.querySelector(`table.${name}`);
const seen = (part) => part.closest("[hidden]") === null;
const columns = (name) => all("thead th", table(name)).filter(seen).map((one) => one.textContent);
const body = (name, at = 0) => [...table(name).tBodies[at].rows].filter(seen).map((row) => row.cells[0].textContent);
const heading = (name, text) => all("thead th", table(name)).find((one) => one.textContent === text);
const box = (name, value) => document.querySelector(`#filters input[name=${name}][value="${value}"]`);
const number = (name, row, column) => table(name).tBodies[0].rows[row].cells[column].querySelector("a.opens");
"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with all there is: published rows, two groups, a failed cell, a hostile label."""
    folder = tmp_path_factory.mktemp("page")
    store = StoreOnDisk(folder / "results")
    for pair, shift in (("en-nl", 0.0), ("en-de", 0.1)):
        for seed in (1, 2, 3):
            store.cell(pair, "none", seed, suite="paper", quality=0.55)
            store.cell(pair, "nearest-token", seed, suite="paper", quality=0.55 + shift)
            store.cell(pair, "wca-hard", seed, suite="paper", quality=0.7)
    store.cell("en-de", "wca-soft", 1, suite="paper")
    store.cell("en-de", "wca-hard", 1, suite="paper", options={"epsilon": HOSTILE})
    store.cell("en-de", "wca-hard", 2, suite="paper", options={"epsilon": HOSTILE}, state="failed")
    store.cell("en-nl", "none", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "option_defaults", lambda name: DEFAULTS.get(name, {}))
        patch.setattr(tiers, "declared_needs", NEEDS.get)
        report = read_report(store.root, Options(resamples=200, whole=True))
    path = folder / "report.html"
    path.write_text(render_html(report), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium is installed (Debian: chromium)")
    with browsing(chromium, tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(browser: Page, page_file: Path) -> Page:
    browser.look(DESK)
    browser.open(page_file)
    browser.run(ASK)
    return browser


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_as_wide_as_the_screen_and_wide_tables_scroll_by_themselves(
    page: Page, width: int, scheme: str
) -> None:
    page.look(width, scheme)
    page.run('all("details").forEach((one) => { one.open = true; })')
    assert page.run("document.documentElement.scrollWidth") == width
    wide = page.run('all(".scroll").filter((one) => one.scrollWidth > one.clientWidth).length')
    assert wide > 0
    red, green, blue = page.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (min(red, green, blue) > 200) == (scheme == "light")
    # What scrolls can be reached, and is named.
    assert page.run('all("main .scroll").every((one) => one.tabIndex === 0 && one.ariaLabel)')


def test_it_asks_for_nothing_and_complains_of_nothing(page: Page, page_file: Path) -> None:
    assert page.requests() == [page_file.as_uri()]
    assert page.complaints() == []


def test_a_label_stays_text(page: Page) -> None:
    assert page.run("typeof hacked") == "undefined"
    assert page.run('all("img").length + all("script").length') == 1
    assert f"wca-hard (epsilon={HOSTILE})" in page.run('body("scores")')


def test_a_heading_sorts_one_way_the_other_way_and_as_printed(page: Page) -> None:
    printed = page.run('body("scores")')
    values = '[...table("scores").tBodies[0].rows].map((row) => row.cells[1].dataset.value)'
    assert page.run('heading("scores", "en-de").ariaSort') == "none"
    for order in ("descending", "ascending"):
        page.run('heading("scores", "en-de").querySelector("button").click()')
        assert page.run('heading("scores", "en-de").ariaSort') == order
        found = [float(value) for value in page.run(values)]
        assert found == sorted(found, reverse=order == "descending")
    page.run('heading("scores", "en-de").querySelector("button").click()')
    assert page.run('heading("scores", "en-de").ariaSort') == "none"
    assert page.run('body("scores")') == printed


def test_what_has_no_number_stands_last_either_way(page: Page) -> None:
    for _ in range(2):
        page.run('heading("scores", "en-nl").querySelector("button").click()')
        assert page.run('body("scores")')[-2:] == ["wca-soft", f"wca-hard (epsilon={HOSTILE})"]


def test_one_heading_at_a_time_is_sorted_and_published_rows_stay_under_their_own(page: Page) -> None:
    page.run('heading("scores", "en-de").querySelector("button").click()')
    page.run('heading("scores", "method").querySelector("button").click()')
    assert page.run('all("th[aria-sort]:not([aria-sort=none])").map((one) => one.textContent)') == ["method"]
    ours, first = page.run('body("scores")'), page.run('body("scores", 1)')
    assert ours == sorted(ours)
    assert first[0] == "Published: Table 1 of Wang & Henao 2022"
    assert first[1].startswith("[6]")  # 6 before 10: numbers within text are numbers


def test_the_keyboard_alone_sorts_filters_and_opens(page: Page) -> None:
    page.run('heading("scores", "en-nl").querySelector("button").focus()')
    page.press("Enter", 13, "\r")
    assert page.run('heading("scores", "en-nl").ariaSort') == "descending"
    page.run('box("pair", "en-de").focus()')
    page.press(" ", 32, " ")
    assert "en-de" not in page.run('columns("scores")')
    page.run('number("scores", 0, 2).focus()')
    page.press("Enter", 13, "\r")
    assert page.run('document.querySelector("dialog").open')
    assert page.run("document.activeElement.textContent") == "Close"
    page.press("Escape", 27)
    assert not page.run('document.querySelector("dialog").open')
    assert page.run('document.activeElement === number("scores", 0, 2)')


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_decimal_points_stand_under_each_other_with_a_deviation_a_note_or_without(
    page: Page, width: int
) -> None:
    page.look(width)
    cells = "[...table('scores').querySelectorAll('tbody tr[data-sees]')].map((row) => row.cells[2])"
    texts = page.run(f"{cells}.map((cell) => cell.textContent)")
    assert any("±" in text for text in texts)
    assert any(text[-1].isalpha() for text in texts)  # a note
    ends = page.run(
        f"{cells}.flatMap((cell) => all('a.opens', cell)).map((a) => a.getBoundingClientRect().right)"
    )
    assert len(ends) > 10
    assert max(ends) - min(ends) < 1


def test_tiers_are_filtered_everywhere(page: Page) -> None:
    page.run('box("sees", "parallel").click()')
    assert page.run('body("scores")') == ["none"]
    assert page.run('body("comparison")') == []
    assert page.run('all(".plot li").filter(seen).every((one) => one.dataset.sees !== "parallel")')
    assert page.run('document.getElementById("shown").textContent').endswith("rows of scores shown")
    page.run('document.querySelector("#filters button").click()')
    page.run("new Promise((done) => setTimeout(done))")
    assert len(page.run('body("scores")')) == 5


def test_one_pair_and_one_type_can_be_looked_at_alone(page: Page) -> None:
    page.run('box("pair", "en-nl").click(); box("type", "LOC").click(); box("type", "ORG").click()')
    assert page.run('columns("scores")') == ["method", "en-de", "sees"]
    titles = page.run('all(".side-by-side h3").filter(seen).map((one) => one.textContent)')
    assert titles == ["F1 by entity type on en-de"]
    names = page.run('all("table.types thead th").filter(seen).map((one) => one.textContent)')
    assert names == ["method", "PER"]
    assert set(page.run('all(".panel h4").filter(seen).map((one) => one.textContent)')) == {"en-de"}


def test_copied_rows_can_be_put_away(page: Page) -> None:
    assert page.run('seen(document.querySelector(".doubts"))')
    page.run('box("kind", "published").click()')
    assert not page.run('seen(document.querySelector(".doubts"))')
    assert page.run('[...table("scores").tBodies].filter(seen).length') == 1


def test_an_empty_choice_is_said(page: Page) -> None:
    page.run('all("#filters input[name=pair]").forEach((one) => one.click())')
    assert page.run('document.getElementById("shown").textContent').startswith("Nothing is left")


def test_a_number_opens_its_cells(page: Page) -> None:
    keys = page.run('number("scores", 0, 1).dataset.cells').split()
    page.run('number("scores", 0, 1).click()')
    assert page.run('document.getElementById("behind-title").textContent').startswith("none, en-de: ")
    head = page.run('all("#behind th[scope=col]").map((one) => one.textContent)')
    assert {"seed", "F1", "precision", "recall", "encoder revision", "key"} <= set(head)
    shown = page.run('all("#behind tbody tr").map((row) => [...row.cells].map((cell) => cell.textContent))')
    assert [row[head.index("key")] for row in shown] == keys
    assert [row[head.index("seed")] for row in shown] == ["1", "2", "3"]


def test_a_difference_opens_its_test_and_the_cells_of_both(page: Page) -> None:
    page.run('number("comparison", 2, 1).click()')
    terms = page.run('all("#behind dt").map((one) => one.textContent)')
    assert {"verdict", "difference", "from", "to", "p, Holm"} <= set(terms)
    methods = page.run('all("#behind tbody th").map((one) => one.textContent)')
    assert methods == ["wca-hard"] * 3 + ["none"] * 3


def test_a_copied_number_opens_its_source_and_a_note_is_shown_with_its_number(page: Page) -> None:
    page.run('table("scores").tBodies[1].rows[1].cells[2].querySelector("a.opens").click()')
    text = page.run('document.getElementById("behind").textContent')
    assert "A misprint of 77.57" in text
    assert "result tables of UniTrans" in text
    assert page.run('all("#behind .note").length') == 1
    assert page.run('all("#behind tr").length') == 0


def test_on_paper_everything_is_open_and_the_controls_are_gone(page: Page) -> None:
    closed = 'all("main details:not([open])").length'
    before = page.run(closed)
    assert before > 0
    page.run('addEventListener("beforeprint", () => { printed = all("main details:not([open])").length; })')
    assert len(page.call("Page.printToPDF")["data"]) > 10_000
    assert page.run("printed") == 0
    assert page.run(closed) == before
    page.look(PAPER, "dark", media="print")
    page.run('all("details").forEach((one) => { one.open = true; })')
    assert page.run("document.documentElement.scrollWidth") == PAPER
    assert page.run('getComputedStyle(document.getElementById("filters")).display') == "none"
    assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_without_scripts_a_number_leads_to_its_cell(page: Page, page_file: Path) -> None:
    link = page.run('number("scores", 0, 1).href')
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(page_file)
        page.call("Page.navigate", url=link)
        page.run(ASK)
        assert page.run('getComputedStyle(document.getElementById("filters")).display') == "none"
        assert page.run('all("th button").length') == 0
        assert page.run("document.querySelector(':target').closest('details').open")
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
