"""A report as JSON: every number at full precision, with the keys of the cells behind it."""

import math
from collections.abc import Mapping
from typing import Any

from wcabench.printable import json_text
from wcabench.reports.table import ReportTable, ResultsReport, Row, Section, TableEntry

SCHEMA = 1
DIGITS = 6
EXACT = frozenset({"recipe", "encoder"})  # settings, which are given and not measured


def render_json(report: ResultsReport) -> str:
    """The report as one JSON object: sections, their tables, their rows, in each an entry a column."""
    whole = {
        "schema": SCHEMA,
        "options": report.options,
        "sections": [_section(section) for section in report.sections],
        "left_out": [{"path": path, "reason": reason} for path, reason in report.left_out],
    }
    return dump(whole)


def dump(whole: Mapping[str, Any]) -> str:
    """JSON text with numbers rounded to six decimals, settings excepted; those that are not finite become null."""
    return json_text(_plain(whole)) + "\n"


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        **section.facts,
        "tables": [_table(table) for table in section.tables],
    }


def _table(table: ReportTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "columns": list(table.columns),
        "rows": [_row(row, table.columns) for row in table.rows],
        "caption": list(table.caption),
        "findings": list(table.findings),
    }


def _row(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "label": row.label,
        "kind": row.kind,
        "section": row.section,
        "notes": list(row.footnotes),
        **row.more,
        "entries": {name: _entry(entry) for name, entry in zip(columns, row.entries, strict=True)},
    }


def _entry(entry: TableEntry) -> dict[str, Any]:
    return {
        "value": entry.value,
        "std": entry.std,
        "n": entry.n,
        "text": " ".join(entry.lines),
        "mark": entry.mark,
        "notes": list(entry.footnotes),
        "cells": list(entry.cells),
        **entry.more,
    }


def _plain(value: Any, digits: int | None = DIGITS) -> Any:
    """Values in JSON's types; numbers are rounded, so that machines that agree to six decimals print the same.

    Args:
        value: the value.
        digits: decimals to round to; None: numbers stay as they are.
    """
    if isinstance(value, Mapping):
        return {str(key): _plain(item, None if key in EXACT else digits) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, digits) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return value if digits is None else round(value, digits)
    return value
