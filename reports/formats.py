"""A report as text in any of its formats."""

import io
from typing import Literal, cast, get_args

from wcabench.printable import ERRORS
from wcabench.reports.table import ResultsReport

Format = Literal["terminal", "markdown", "latex", "json", "csv", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
WITH_ROOM: tuple[Format, ...] = ("csv", "html")  # these show everything, whatever `Options.details` says
FILE_WIDTH = 100  # characters of a line, of a terminal's tables in a file


def text_of(report: ResultsReport, form: str, *, standalone: bool = False, encoding: str = "utf-8") -> str:
    """The report as the text of a file.

    Args:
        report: what is printed.
        form: one of `FORMATS`.
        standalone: of LaTeX, a whole document instead of tables.
        encoding: of the output. What it lacks is replaced: in HTML by a character reference, in LaTeX by the code
            point, elsewhere as `printable` does. HTML and LaTeX, which are read as UTF-8, are ASCII in any other.
    """
    text = _text_of(report, form, standalone=standalone)
    if encoding.lower().startswith("utf"):
        return text
    match cast("Format", form):
        case "html":
            return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
        case "latex":
            from wcabench.reports.latex import code_point

            return "".join(letter if letter.isascii() else code_point(letter) for letter in text)
        case _:
            return text.encode(encoding, ERRORS).decode(encoding)


def _text_of(report: ResultsReport, form: str, *, standalone: bool) -> str:
    match cast("Format", form):
        case "json":
            from wcabench.reports.json_table import render_json

            return render_json(report)
        case "markdown":
            from wcabench.reports.markdown import render_markdown

            return render_markdown(report)
        case "csv":
            from wcabench.reports.csv_table import render_csv

            return render_csv(report)
        case "html":
            from wcabench.reports.html.page import render_html

            return render_html(report)
        case "latex":
            from wcabench.reports.latex import render_latex

            return render_latex(report, standalone=standalone)
        case "terminal":
            return _terminal_text(report)


def _terminal_text(report: ResultsReport) -> str:
    from rich.console import Console

    from wcabench.reports.terminal import print_terminal

    stream = io.StringIO()
    print_terminal(report, Console(file=stream, width=FILE_WIDTH, highlight=False, markup=False, emoji=False))
    return stream.getvalue()
