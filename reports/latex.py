r"""A report as LaTeX with booktabs: tables to \input, or a whole document."""

import re

from wcabench.printable import printable
from wcabench.reports.table import ReportTable, ResultsReport, Row, TableEntry

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}\allowbreak{}",
    "/": r"/\allowbreak{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    '"': r"\textquotedbl{}",
    "±": r"$\pm$",
    "−": r"$-$",
    "×": r"$\times$",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\ldots{}",
    "’": "'",
}
LAST_LATIN = 0x17F  # pdflatex with T1 fonts sets Latin-1 and Latin Extended-A
PACKAGES = ("booktabs", "textcomp")
HEAD = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[a4paper,margin=2.2cm]{geometry}
"""
PAGE_HEIGHT, ROW_HEIGHT, NOTE_HEIGHT = 500, 13, 10  # points, of the plain article class at 10 points
NOTE_WIDTH = 80  # characters a line
CAPTION_HERE = r"\makeatletter\def\@captype{table}\makeatother"  # a numbered caption outside a float
LAYOUT = r"""\setlength{\parindent}{0pt}
\begin{document}
"""


def render_latex(report: ResultsReport, *, standalone: bool) -> str:
    r"""The tables of a report.

    Args:
        report: all sections.
        standalone: a whole document; otherwise floats to `\input`, after a line that names the packages.
    """
    tables = [
        _table(table, floating=not standalone) for section in report.sections for table in section.tables
    ]
    if not standalone:
        head = f"% needs \\usepackage[T1]{{fontenc}} and \\usepackage{{{','.join(PACKAGES)}}}\n"
        return head + "\n".join(tables)
    packages = f"\\usepackage{{{','.join(PACKAGES)}}}\n"
    return HEAD + packages + LAYOUT + "\\bigskip\n".join(tables) + "\\end{document}\n"


def _table(table: ReportTable, *, floating: bool) -> str:
    """A table with its notes under it. Long notes follow the float, where they can break over pages."""
    notes = _notes(table)
    rows = _rows(table)
    inside = floating and _height(rows, notes) <= PAGE_HEIGHT
    lines = [
        *([r"\begin{table}[htbp]", r"\centering"] if floating else [r"\begin{center}", CAPTION_HERE]),
        rf"\caption{{{escape(table.title)}.}}",
        r"\small",
        rf"\begin{{tabular}}{{{'l' * (len(table.columns) + 1)}}}",
        r"\toprule",
        rf"{' & '.join(['Method', *map(escape, table.columns)])} \\",
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
        *([r"\par\medskip", r"\begin{minipage}{\linewidth}", *notes, r"\end{minipage}"] if inside else []),
        r"\end{table}" if floating else r"\end{center}",
        *([] if inside else ["{%", *notes, "}"]),
    ]
    return "\n".join(lines) + "\n"


def _height(rows: list[str], notes: list[str]) -> float:
    """Height of a table and its notes in points, estimated too high rather than too low: LaTeX cuts off high floats."""
    lines = sum(len(note) // NOTE_WIDTH + 1 for note in notes)
    return (len(rows) + 4) * ROW_HEIGHT + lines * NOTE_HEIGHT


def _notes(table: ReportTable) -> list[str]:
    """Findings, caption and footnotes."""
    return [
        r"\footnotesize\raggedright",
        *(rf"{escape(finding)}\par" for finding in table.findings),
        *([r"\smallskip"] if table.findings else []),
        rf"{' '.join(map(escape, table.caption))}\par",
        *(rf"\textsuperscript{{{table.marks((note,))}}}\,{escape(note)}\par" for note in table.footnotes()),
    ]


def _rows(table: ReportTable) -> list[str]:
    width = len(table.columns) + 1
    padding = [table.padding(column) for column in range(width - 1)]
    lines, section = [], ""
    for number, row in enumerate(table.rows):
        if row.section != section:
            section = row.section
            lines += [
                *([r"\midrule"] if number else []),
                rf"\multicolumn{{{width}}}{{l}}{{\emph{{{escape(section)}}}}} \\",
            ]
        entries = [_entry(entry, padding[c][number], table) for c, entry in enumerate(row.entries)]
        lines.append(" & ".join([_label(row, table), *entries]) + r" \\")
        below = max(len(entry.lines) for entry in row.entries) - 1
        for line in range(1, below + 1):
            texts = [entry.lines[line] if line < len(entry.lines) else "" for entry in row.entries]
            lines.append(
                " & ".join(["", *(rf"\footnotesize {escape(text)}" if text else "" for text in texts)])
                + r" \\"
            )
    return lines


def _label(row: Row, table: ReportTable) -> str:
    # In braces, since LaTeX reads a label that starts with [ as the optional argument of the \\ before it.
    return f"{{{escape(row.label)}}}" + _raised(table.marks(row.footnotes))


def _entry(entry: TableEntry, padding: int, table: ReportTable) -> str:
    text = escape(entry.lines[0])
    marked = {"best": rf"\textbf{{{_bold(text)}}}", "second": rf"\underline{{{text}}}", "": text}[entry.mark]
    space = rf"\phantom{{{'0' * padding}}}" if padding else ""
    return space + marked + _raised(table.marks(entry.footnotes))


def _bold(text: str) -> str:
    return text.replace(r"$\pm$", r"$\mathbf{\pm}$").replace("$-$", r"$\mathbf{-}$")


def _raised(marks: str) -> str:
    return rf"\textsuperscript{{{marks}}}" if marks else ""


def escape(text: str) -> str:
    """The text as LaTeX source that prints it; a character that pdflatex cannot set is printed as its code point."""
    escaped = "".join(SPECIAL.get(letter) or _known(letter) for letter in printable(" ".join(text.split())))
    return re.sub(r"([-,])(?=\1)", r"\1{}", escaped)  # T1 fonts make one sign of two hyphens or commas


def _known(letter: str) -> str:
    return letter if letter.isprintable() and ord(letter) <= LAST_LATIN else code_point(letter)


def code_point(letter: str) -> str:
    """A letter by its number, for what pdflatex or the encoding of the output does not have."""
    return rf"\texttt{{U+{ord(letter):04X}}}"
