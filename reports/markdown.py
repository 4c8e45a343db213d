"""A report as Markdown, with pipe tables as GitHub has them."""

import re

from wcabench.printable import printable
from wcabench.reports.options import comment
from wcabench.reports.provenance import SIGNATURE
from wcabench.reports.table import ReportTable, ResultsReport, Row, Section, TableEntry

SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&$])")
FIRST = re.compile(r"^([-+](?=[-\s]|$)|=+$|\d+(?=[.)](\s|$)))")  # what makes a line a list or a heading
# What GitHub makes a link, a mention of a user or a picture without any mark-up.
ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(?=:)|\b(www)(?=\.)")
AT = re.compile(r"(?<!\w)@(?=\w)|(?<=[\w.+-])@(?=[\w-]+\.)")
EMOJI = re.compile(r":(?=[a-z+_][\w+-]*:)")
EMOJI_APART = re.compile(rf"(?<!\w){EMOJI.pattern}")
APART = "<!-- -->"  # keeps two parts of a text from being read as one, and is not shown


def render_markdown(report: ResultsReport) -> str:
    """The report, with a heading for each section and each table, and its options in a comment for `report --check`."""
    sections = "\n".join(_section(section) for section in report.sections)
    return sections + (f"\n{comment(report.options)}\n" if report.options else "")


def _section(section: Section) -> str:
    return "\n".join([f"## {escape(section.heading)}\n", *(_table(table) for table in section.tables)])


def _table(table: ReportTable) -> str:
    head = ["method", *map(escape, table.columns)]
    lines = [f"### {escape(table.title)}\n", _pipe(head), _pipe(["---"] * len(head))]
    section = ""
    for row in table.rows:
        if row.section != section:
            section = row.section
            lines.append(_pipe([f"*{escape(section)}*", *[""] * len(table.columns)]))
        lines.append(_pipe([_label(row, table), *(_entry(entry, table) for entry in row.entries)]))
    blocks = [
        [f"- {escape(finding)}" for finding in table.findings],
        [escape(sentence) for sentence in table.caption],
        [f"<sup>{table.marks((note,))}</sup> {escape(note)}  " for note in table.footnotes()],
    ]
    return "\n".join(lines + ["\n" + "\n".join(block) for block in blocks if block]) + "\n"


def _label(row: Row, table: ReportTable) -> str:
    return escape(row.label) + _raised(table.marks(row.footnotes))


def _entry(entry: TableEntry, table: ReportTable) -> str:
    first, *others = map(escape, entry.lines)
    marked = {"best": f"**{first}**", "second": f"<u>{first}</u>", "": first}[entry.mark]
    return " ".join([marked, *others]) + _raised(table.marks(entry.footnotes))


def _raised(marks: str) -> str:
    return f"<sup>{marks}</sup>" if marks else ""


def _pipe(entries: list[str]) -> str:
    return f"| {' | '.join(entries)} |"


def escape(text: str) -> str:
    """The text as one line of Markdown that prints it; GitHub makes no link, mention, emoji or formula of it."""
    line = SPECIAL.sub(r"\\\1", printable(" ".join(text.split())))
    line = ADDRESS.sub(rf"\g<0>{APART}", line)
    line = AT.sub(f"@{APART}", line)
    # The names of a signature's fields have a colon behind them, and readers copy the line from the file.
    line = (EMOJI_APART if line.startswith(SIGNATURE) else EMOJI).sub(f":{APART}", line)
    return FIRST.sub(lambda mark: f"{mark[0]}\\" if mark[0].isdigit() else f"\\{mark[0]}", line)
