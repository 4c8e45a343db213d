"""The whole page: style, script, filters, sections, what was left out. It loads nothing from the network."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from wcabench.reports.html.filters import render_filters
from wcabench.reports.html.markup import Markup, element
from wcabench.reports.html.page_section import PageSection
from wcabench.reports.html.section import render_section
from wcabench.reports.table import ResultsReport, listed

SCRIPTS = ("sorting.js", "filtering.js", "cells.js", "printing.js")
STYLES = ("page.css", "tables.css", "plots.css", "print.css")


def render_html(report: ResultsReport) -> str:
    """The report as one self-contained page, of which all can be read with scripts switched off, too."""
    page_sections = [PageSection(number, section) for number, section in enumerate(report.sections, 1)]
    body = element(
        "body",
        element("a", "Skip to the tables", href="#tables", class_="skip"),
        _header(page_sections),
        render_filters(page_sections),
        element("main", *map(render_section, page_sections), _left_out(report), id="tables"),
        _dialog(),
        element("script", _read(SCRIPTS)),
    )
    return f"<!DOCTYPE html>\n{element('html', _head(page_sections), body, lang='en')}\n"


def _head(page_sections: Sequence[PageSection]) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", _title(page_sections)),
        element("style", _read(STYLES)),
    )


def _policy() -> str:
    """Allow no request, and no script or style but the page's own, so that a label cannot add one."""
    script, style = (_sha256(_read(names)) for names in (SCRIPTS, STYLES))
    return (
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(names: Sequence[str]) -> Markup:
    folder = files("wcabench.reports.html")
    return Markup("\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names))


def _title(page_sections: Sequence[PageSection]) -> str:
    suites = dict.fromkeys(str(page_section.section.facts["suite"]) for page_section in page_sections)
    return f"wcabench: suite{'s' if len(suites) > 1 else ''} {listed(list(suites))}"


def _header(page_sections: Sequence[PageSection]) -> Markup:
    links = [
        element("li", element("a", page_section.section.heading, href=f"#{page_section.id('section')}"))
        for page_section in page_sections
    ]
    cells = sum(len(page_section.section.cells) for page_section in page_sections)
    return element(
        "header",
        element("h1", _title(page_sections)),
        element(
            "p",
            "Zero-shot cross-lingual named entity recognition by alignment: F1 over seeds, and which differences "
            f"are real. {cells} finished cell{'s' if cells != 1 else ''}; "
            "every number opens the cells or the source behind it, and a heading sorts its table.",
        ),
        element("nav", element("ol", *links), aria_label="Sections") if len(links) > 1 else None,
    )


def _left_out(report: ResultsReport) -> Markup | None:
    if not report.left_out:
        return None
    reasons = (
        element("li", element("code", Path(path).name), f": {reason}") for path, reason in report.left_out
    )
    return element("section", element("h2", "Left out"), element("ul", *reasons, class_="left-out"))


def _dialog() -> Markup:
    """The dialog in which the script shows what is behind a number."""
    return element(
        "dialog",
        element(
            "form",
            element("h2", id="behind-title"),
            element("button", "Close", value="close", autofocus=True),
            method="dialog",
        ),
        element("p", id="behind-what"),
        element("div", id="behind"),
        id="behind-number",
        aria_labelledby="behind-title",
    )
