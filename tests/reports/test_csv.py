"""CSV: every number in a column of its own, under a documented name."""

import csv
import io
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from stores_by_hand import StoreOnDisk

from wcabench.cli.report import report as command
from wcabench.reports.csv_table import COLUMNS, render_csv
from wcabench.reports.json_table import render_json
from wcabench.reports.options import Options
from wcabench.reports.report import read_report
from wcabench.reports.table import ReportTable, ResultsReport, Row, Section, TableEntry

PROSE = {"family", "power", "baseline", "verdict"}  # facts of a comparison that are no numbers


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read(store: StoreOnDisk, **options: Any) -> ResultsReport:
    return read_report(store.root, Options(**{"resamples": 200, "whole": True, **options}))


def by_hand(label: str, entry: TableEntry) -> ResultsReport:
    facts = {
        "suite": "s",
        "encoder_name": "e",
        "encoder": {},
        "signature": "",
        "suite_caption": "",
        "methods": {label: {"method": "m", "tier": "unknown"}},
    }
    table = ReportTable("scores", "T", ("en-nl",), (Row(label, (entry,)),))
    return ResultsReport((Section("S", facts, (table,)),))


@pytest.fixture
def paper(full: StoreOnDisk) -> StoreOnDisk:
    for pair in ("en-nl", "en-hy"):
        full.cell(pair, "none", suite="paper")
    return full


def test_the_header_is_the_same_for_every_store_and_each_column_is_explained(paper: StoreOnDisk) -> None:
    for report in (read(paper), read(paper, published=False), by_hand("m", TableEntry())):
        (header, *_) = csv.reader(io.StringIO(render_csv(report), newline=""))
        assert header == list(COLUMNS)
    assert all(COLUMNS.values())


def test_what_stands_under_the_scores_is_in_every_row_of_ours(paper: StoreOnDisk) -> None:
    report = read(paper)
    captions = {str(n): section.tables[0].caption for n, section in enumerate(report.sections, 1)}
    for row in rows(render_csv(report)):
        assert captions[row["group"]] and all(
            part.strip() in row["caption"] for part in captions[row["group"]]
        )


def test_there_is_one_row_a_group_pair_and_method(paper: StoreOnDisk) -> None:
    found = rows(render_csv(read(paper)))
    keys = Counter((row["group"], row["suite"], row["pair"], row["kind"], row["label"]) for row in found)
    assert set(keys.values()) == {1}
    ours = {(row["suite"], row["pair"], row["label"]) for row in found if row["kind"] == "ours"}
    assert ("synthetic", "en-nl", "wca-hard (epsilon=0.01)") in ours
    assert ("synthetic", "en-de", "wca-hard (epsilon=0.01)") not in ours  # never run: no row
    assert len(ours) == 9


def test_the_numbers_are_those_of_the_json_table(paper: StoreOnDisk) -> None:
    report = read(paper)
    found = {(row["group"], row["pair"], row["label"]): row for row in rows(render_csv(report))}
    compared = 0
    for group, section in enumerate(json.loads(render_json(report))["sections"], 1):
        for table in section["tables"]:
            if table["name"].startswith("types"):
                continue
            prefix = "" if table["name"] == "scores" else f"{table['name']}_"
            for row in table["rows"]:
                for pair, entry in row["entries"].items():
                    csv_row = found.get((str(group), pair, row["label"]))
                    for name in ("value", "std", "n", "low", "p_holm", "d_z"):
                        if csv_row and f"{prefix}{name}" in COLUMNS and entry.get(name) is not None:
                            assert float(csv_row[f"{prefix}{name}"]) == entry[name], (table["name"], name)
                            compared += 1
    assert compared > 60


def test_every_number_of_a_comparison_has_a_column(full: StoreOnDisk) -> None:
    (section,) = read(full, bootstrap=True).sections
    comparison = next(table for table in section.tables if table.name == "comparison")
    facts = {name for row in comparison.rows for entry in row.entries for name in entry.facts()}
    assert {f"comparison_{name}" for name in facts - PROSE - {"std"}} <= set(COLUMNS)
    row = next(one for one in rows(render_csv(read(full))) if one["label"] == "wca-hard")
    assert row["comparison_verdict"] == "above"
    assert row["comparison_baseline"] == "none"


def test_a_number_is_never_text(paper: StoreOnDisk) -> None:
    numbers = [name for name in COLUMNS if name.endswith(("value", "std", "low", "high"))]
    assert len(numbers) > 12
    for row in rows(render_csv(read(paper))):
        for name in numbers:
            assert row[name] == "" or math.isfinite(float(row[name]))


def test_published_rows_are_told_apart_and_have_the_digits_they_were_printed_with(paper: StoreOnDisk) -> None:
    published = {
        (row["label"], row["pair"]): row
        for row in rows(render_csv(read(paper)))
        if row["kind"] == "published"
    }
    row = published["[19] Keung et al. 2019", "en-nl"]
    assert (row["value"], row["n"], row["cells"], row["tier"]) == ("77.60", "0", "", "target-text")
    assert "AdvPicker" in row["source"]
    assert row["verification"] == "second-hand"
    assert row["method"] == row["encoder_name"] == row["signature"] == ""
    assert published["AdvPicker, mBERT-ft", "en-nl"]["std"] == "0.27"
    assert "77.57" in published["[9] Wu & Dredze 2019", "en-nl"]["notes"]
    assert ("[19] Keung et al. 2019", "en-hy") not in published  # it has no such number


def test_ours_have_their_tier_and_cells(paper: StoreOnDisk) -> None:
    ours = [row for row in rows(render_csv(read(paper))) if row["kind"] == "ours"]
    tiers = {row["method"]: row["tier"] for row in ours}
    assert tiers == {"none": "labelled", "fastalign": "parallel", "wca-hard": "parallel"}
    assert all(len(row["cells"].split()) == int(row["n"]) for row in ours)


def test_lines_end_as_rfc_4180_has_it_and_any_label_comes_back() -> None:
    label = 'a "quoted", label; with a comma'
    text = render_csv(by_hand(label, TableEntry(("1.00",), value=1.0, footnotes=("note, with a comma",))))
    assert text.endswith("\r\n")
    (row,) = rows(text)
    assert row["label"] == label
    assert row["notes"] == "note, with a comma"
    assert row["value"] == "1.0"


def test_a_number_that_is_none_is_an_empty_field() -> None:
    (row,) = rows(render_csv(by_hand("m", TableEntry(value=math.nan))))
    assert row["value"] == row["std"] == row["low"] == row["source_value"] == ""


def test_the_command_writes_the_same_bytes_to_a_file(full: StoreOnDisk, tmp_path: Path) -> None:
    arguments = ["--results", str(full.root), "--resamples", "200", "--format", "csv"]
    printed = CliRunner().invoke(command, arguments)
    out = tmp_path / "report.csv"
    CliRunner().invoke(command, [*arguments, "--out", str(out)])
    assert printed.exit_code == 0
    assert out.read_bytes() == printed.stdout_bytes
    assert out.read_bytes().count(b"\r\n") == out.read_bytes().count(b"\n") > 5
