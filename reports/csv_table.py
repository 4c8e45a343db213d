"""A report as CSV (RFC 4180): one row a suite, pair, method and group of cells, every number in a column of its own."""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wcabench.printable import printable
from wcabench.reports.json_table import DIGITS
from wcabench.reports.table import ReportTable, ResultsReport, Row, Section, TableEntry
from wcabench.scoring.scorer import OTHER_SCORERS

# Names are those of the JSON table; numbers of other tables than the scores have the table's name before their own. An
# empty field says that there is no such number. Of the sentences under the tables only the suite's caption is here.
COLUMNS = {
    "group": "number of the group of cells that may stand in one table, from 1",
    "suite": "name of the suite",
    "encoder_name": "name that people know the encoder by",
    "encoder": "the encoder by content: hub:<id>@<revision> or sha256:<hex>; empty for a published row",
    "pair": "source and target language: en-nl",
    "kind": "ours: run here; published: copied from print",
    "label": "the method with the options that are not its defaults, or the published system",
    "method": "registered name; empty for a published row",
    "tier": "the most that it may see: labelled, target-text, dictionary, parallel, external or unknown",
    "section": "where a published row was published",
    "value": "F1 on the target test in percent: mean over seeds; of a published row as it was printed",
    "std": "standard deviation over seeds (n - 1)",
    "n": "number of seeds; 0 for a published row",
    "low": "lower bound of the 95% interval of the mean (with --details)",
    "high": "upper bound of the same interval",
    "source_value": "F1 of the same models on the source language's test, mean over seeds",
    "source_std": "its standard deviation over seeds",
    **{
        f"{scorer.name}_{name}": text
        for scorer in OTHER_SCORERS
        for name, text in (
            (
                "value",
                f"F1 on the target test read {scorer.description}; where any cell of the group differs",
            ),
            ("std", "its standard deviation over seeds"),
        )
    },
    "cost_value": "mean seconds a cell",
    "comparison_baseline": "label of the method compared with; empty where there is no comparison",
    "comparison_value": "F1 minus that of the baseline, mean over the seeds that both have",
    "comparison_n": "number of seeds that both have",
    "comparison_low": "lower bound of the difference's 95% interval, Student's t over seeds x sentences",
    "comparison_high": "upper bound of the same interval",
    "comparison_percentile_low": "lower bound of the hierarchical bootstrap's percentile interval (with --details)",
    "comparison_percentile_high": "upper bound of the same interval",
    "comparison_bca_low": "lower bound of its bias-corrected and accelerated interval (with --details)",
    "comparison_bca_high": "upper bound of the same interval",
    "comparison_p_t": "two-sided p of the t over seeds x sentences, unadjusted",
    "comparison_p_randomisation": "p of approximate randomisation over sentences, two-sided, unadjusted",
    "comparison_p_holm": "the larger of both after Holm over the family",
    "comparison_holm_over": "number of comparisons in the family",
    "comparison_p_benjamini_hochberg": "the same after Benjamini and Hochberg over the family",
    "comparison_family": "the family in words",
    "comparison_p_seeds": "p of the sign-flip test over seeds",
    "comparison_attainable_p": "the smallest p that this test can reach with n seeds",
    "comparison_std_seeds": "standard deviation of the seeds' differences",
    "comparison_d_z": "Cohen's d of the seeds' differences",
    "comparison_d_z_hedges": "the same with Hedges' correction",
    "comparison_verdict": "above, below, none found or one seed",
    "source": "where a published row's numbers stand",
    "verification": "how far they could be verified",
    "remark": "what is wrong with a published row",
    "notes": "what must be known about this number alone",
    "cells": "keys of the cells behind the number, with a space between",
    "signature": "the group's signature",
    "suite_caption": "what must be known of the suite",
    "caption": "what stands under the group's table of scores: recipe, words and lines left out",
}
FORMULA = re.compile(r"[=+\-@＝＋－＠]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
TABLES = ("source", *(scorer.name for scorer in OTHER_SCORERS), "cost", "comparison")  # besides the scores


def render_csv(report: ResultsReport) -> str:
    """The report as CSV with a header; lines end in CR LF, numbers have a decimal point, NaN is an empty field."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    for number, section in enumerate(report.sections, 1):
        writer.writerows(_section(number, section))
    return stream.getvalue()


def _section(number: int, section: Section) -> Iterator[dict[str, Any]]:
    tables = {table.name: table for table in section.tables}
    scores = tables["scores"]
    shared = {
        "group": number,
        "suite": section.facts["suite"],
        "encoder_name": section.facts["encoder_name"],
        "encoder": section.facts["encoder"].get("identity", ""),
        "signature": section.facts["signature"],
        "suite_caption": section.facts["suite_caption"],
        "caption": " ".join(scores.caption),
    }
    for row in scores.rows:
        for pair, entry in zip(scores.columns, row.entries, strict=True):
            if entry.value is None and not entry.footnotes:
                continue
            facts = _published(row, entry) if row.kind == "published" else _ours(row, pair, section, tables)
            yield _texts({**shared, **_common(row, pair, entry), **facts})


def _common(row: Row, pair: str, entry: TableEntry) -> dict[str, Any]:
    return {
        "pair": pair,
        "kind": row.kind,
        "label": row.label,
        "section": row.section,
        "value": entry.value,
        "std": entry.std,
        "n": entry.n,
        "notes": " ".join(entry.footnotes),
        "cells": " ".join(entry.cells),
        **{name: entry.more.get(name) for name in ("low", "high")},
    }


def _published(row: Row, entry: TableEntry) -> dict[str, Any]:
    """Fields of a published row: its number as printed in its source; encoder and signature stay empty."""
    printed, _, deviation = entry.lines[0].partition(" ± ")
    facts = {name: row.more.get(name) for name in ("source", "verification", "remark", "tier")}
    return {**facts, "value": printed, "std": deviation, "encoder_name": "", "encoder": "", "signature": ""}


def _ours(row: Row, pair: str, section: Section, tables: Mapping[str, ReportTable]) -> dict[str, Any]:
    facts = section.facts["methods"][row.label]
    numbers = {"method": facts["method"], "tier": facts["tier"]}
    for name in TABLES:
        entry = _find(tables.get(name), row.label, pair)
        numbers |= {f"{name}_{key}": value for key, value in entry.facts().items()} if entry else {}
    return {name: value for name, value in numbers.items() if name in COLUMNS}


def _find(table: ReportTable | None, label: str, column: str) -> TableEntry | None:
    rows = [row for row in table.rows if row.label == label and row.kind == "ours"] if table else []
    return rows[0].entries[table.columns.index(column)] if table and rows else None


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    """Numbers with at most six decimals, as in the JSON table; None and NaN become empty fields."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    if isinstance(value, float):
        return str(round(value, DIGITS)) if math.isfinite(value) else ""
    return "" if value is None else _cell(str(value)) if isinstance(value, str) else str(value)


def _cell(text: str) -> str:
    """Text as a cell that a spreadsheet shows as it is: what it would take for a formula gets an apostrophe."""
    line = printable(" ".join(text.split()))
    return f"'{line}" if FORMULA.match(line) and not NUMBER.fullmatch(line) else line
