"""A report read back from JSON or Markdown as it was printed: the text of every number, row by row."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wcabench.errors import UserError
from wcabench.reports.options import in_comment
from wcabench.reports.provenance import SIGNATURE
from wcabench.runs.signature_fields import MARKDOWN_ESCAPE

RAISED = re.compile(r"<sup>.*?</sup>")
MARKS = (("best", re.compile(r"\*\*(.*?)\*\*")), ("second", re.compile(r"<u>(.*?)</u>")))
SETTING = ("Recipe: ", "Data: ")  # sentences that tell apart two sections of one heading

TableId = tuple[str, str]  # setting of its section, and its title


@dataclass
class PrintedTable:
    """One table.

    Attributes:
        columns: headings.
        rows: label -> column -> what is printed there, with "(best)" or "(second)".
        findings: sentences.
        signature: the line under it; empty for none.
    """

    columns: tuple[str, ...] = ()
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    signature: str = ""


@dataclass(frozen=True)
class Printed:
    """A whole report.

    Attributes:
        form: the format that it was written in.
        tables: by setting and title.
        options: what was asked for, as the file says; None where it does not.
    """

    form: Literal["json", "markdown"]
    tables: dict[TableId, PrintedTable]
    options: Any | None


def read_printed(text: str, file: str) -> Printed:
    """A report in JSON or Markdown.

    Raises:
        UserError: it is neither.
    """
    try:
        if text.lstrip().startswith("{"):
            whole = json.loads(text)
            return Printed("json", dict(_identified(_json_sections(whole))), whole.get("options"))
        printed = Printed("markdown", dict(_identified(_markdown_sections(text))), in_comment(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{file}: not a report that can be read ({error!r}); write it again") from error
    if not printed.tables:
        raise UserError(
            f"{file}: no table of a report in it; wanted what `wcabench report` writes with --format json or markdown"
        )
    return printed


def _identified(
    sections: Iterator[tuple[str, list[tuple[str, PrintedTable]]]],
) -> Iterator[tuple[TableId, PrintedTable]]:
    """Tables by setting and title; a title that comes again in one setting gets a number."""
    seen: dict[TableId, int] = {}
    for setting, tables in sections:
        for title, table in tables:
            times = seen[setting, title] = seen.get((setting, title), 0) + 1
            yield (setting, title if times == 1 else f"{title} #{times}"), table


def _setting(heading: str, sentences: list[str]) -> str:
    """What tells a section from the others: its heading, and the sentences on recipe and data."""
    return " ".join([heading, *dict.fromkeys(text for text in sentences if text.startswith(SETTING))])


def _signature(sentences: list[str]) -> str:
    return next((text.removeprefix(SIGNATURE) for text in sentences if text.startswith(SIGNATURE)), "")


def _json_sections(whole: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, PrintedTable]]]]:
    for section in whole["sections"]:
        sentences = [str(sentence) for table in section["tables"] for sentence in table["caption"]]
        tables = [(str(table["title"]), _json_table(table)) for table in section["tables"]]
        yield _setting(str(section["heading"]), sentences), tables


def _json_table(table: Mapping[str, Any]) -> PrintedTable:
    rows = {
        _label(row["section"], row["label"]): {name: _json_entry(e) for name, e in row["entries"].items()}
        for row in table["rows"]
    }
    return PrintedTable(tuple(table["columns"]), rows, tuple(table["findings"]), _signature(table["caption"]))


def _json_entry(entry: Mapping[str, Any]) -> str:
    n = f" (n = {entry['n']})" if entry["n"] else ""
    return _marked(str(entry["text"]), str(entry["mark"])) + n


def _markdown_sections(text: str) -> Iterator[tuple[str, list[tuple[str, PrintedTable]]]]:
    for part in re.split(r"(?m)^## ", text)[1:]:
        heading, _, rest = part.partition("\n")
        titled = [part.partition("\n") for part in re.split(r"(?m)^### ", rest)[1:]]
        sentences = [_plain(line) for line in rest.splitlines()]
        yield (
            _setting(_plain(heading), sentences),
            [(_plain(title), _markdown_table(lines.splitlines())) for title, _, lines in titled],
        )


def _markdown_table(lines: list[str]) -> PrintedTable:
    head, _, *body = [line[2:-2].split(" | ") for line in lines if line.startswith("| ")]
    table, section = PrintedTable(tuple(map(_plain, head[1:]))), ""
    for label, *entries in body:
        if re.fullmatch(r"\*.+[^\\]\*", label):
            section = _plain(label[1:-1])
            continue
        texts = dict(zip(table.columns, map(_markdown_entry, entries), strict=True))
        table.rows[_label(section, _plain(RAISED.sub("", label)))] = texts
    table.findings = tuple(_plain(line[2:]) for line in lines if line.startswith("- "))
    table.signature = _signature([_plain(line) for line in lines])
    return table


def _markdown_entry(text: str) -> str:
    text = RAISED.sub("", text)
    for mark, pattern in MARKS:
        if pattern.search(text):
            return _marked(_plain(pattern.sub(r"\1", text)), mark)
    return _plain(text)


def _marked(text: str, mark: str) -> str:
    return f"{text} ({mark})" if mark else text


def _label(section: str, label: str) -> str:
    return f"{section}: {label}" if section else str(label)


def _plain(text: str) -> str:
    return MARKDOWN_ESCAPE.sub(r"\1", text).strip()
