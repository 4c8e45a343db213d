"""`wcabench method diagnose`: means over seeds, what is absent and why, and what the encoder was before."""

import json
import statistics
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from stores_by_hand import StoreOnDisk

from wcabench.cli import main
from wcabench.measuring.diagnostic_names import ABSENT, GROUPS, NO_COUPLING, NO_GOLD, OLDER, why_absent
from wcabench.reports.diagnosis import read_diagnosis
from wcabench.reports.diagnosis_columns import TABLES
from wcabench.reports.selection import CellSelection

FULL = {
    "cosine_within_sentence": 0.5,
    "source_reached": 0.9,
    "largest_fan_in": 2.0,
    "plan_entropy": 0.8,
    "plan_entropy_relative": 0.25,
    "source_marginal_error": 0.1,
    "target_marginal_error": 0.0,
    "fast_align_agreement": 0.7,
    "alignment_error_rate": 0.2,
    "entities_lost": 0.01,
    "entities_split": 0.2,
    "entities_merged": 0.1,
    "entities_exact": 0.6,
}


def diagnose(root: Path, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(
        main, ["method", "diagnose", "--results", str(root), *arguments]
    )


def entries(root: Path, *arguments: str) -> dict[tuple[str, str, str], Any]:
    """(table, row, column) -> entry."""
    result = diagnose(root, "--json", *arguments)
    assert result.exit_code == 0, result.output
    return {
        (table["name"], row["label"], name): entry
        for section in json.loads(result.stdout)["sections"]
        for table in section["tables"]
        for row in table["rows"]
        for name, entry in row["entries"].items()
    }


@pytest.fixture
def measured(store: StoreOnDisk) -> StoreOnDisk:
    """Two seeds; plain transfer couples nothing."""
    for seed, shift in ((1, 0.0), (2, 0.1)):
        store.cell(
            "en-nl",
            "none",
            seed,
            diagnostics={"cosine_within_sentence": 0.4, ABSENT: {"coupling": NO_COUPLING}},
        )
        moved = {**FULL, "alignment_error_rate": 0.2 + shift, "source_coverage": 0.5}
        store.cell("en-nl", "wca-hard", seed, diagnostics=moved)
    return store


def test_numbers_are_means_over_seeds_with_their_deviation(measured: StoreOnDisk) -> None:
    found = entries(measured.root)
    rate = found["words en-nl", "wca-hard", "AER %"]
    assert rate["value"] == pytest.approx(25) and rate["n"] == 2
    assert rate["std"] == pytest.approx(statistics.stdev([20, 30]))
    assert rate["text"] == "25.0 ± 7.1" and rate["diagnostic"] == "alignment_error_rate"
    assert found["words en-nl", "none", "cosine"]["text"] == "0.40 ± 0.00"


def test_a_soft_plan_s_entropy_says_its_share_of_the_largest_there_can_be(measured: StoreOnDisk) -> None:
    shown = diagnose(measured.root).output
    assert "25% of max" in shown and "0.80 ± 0.00" in shown


def test_every_column_has_a_legend_and_every_diagnostic_a_column(measured: StoreOnDisk) -> None:
    shown = " ".join(diagnose(measured.root).output.split())
    columns = [column for _, columns in TABLES.values() for column in columns]
    for column in columns:
        assert f"{column.heading}: {column.legend}." in shown
    beside = {column.beside[0] for column in columns if column.beside}
    assert {column.name for column in columns} | beside == set(FULL) == set(GROUPS["all"])


def test_what_a_method_cannot_have_is_a_dash_with_the_reason(measured: StoreOnDisk) -> None:
    found = entries(measured.root)
    assert found["coupling en-nl", "none", "fan-in"]["value"] is None
    shown = diagnose(measured.root).output
    assert "The method couples no tokens." in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_without_gold_links_the_rest_is_shown(store: StoreOnDisk) -> None:
    some = {name: value for name, value in FULL.items() if name not in GROUPS["gold"]}
    store.cell("en-nl", "wca-hard", 1, diagnostics={**some, ABSENT: {"gold": NO_GOLD}})
    found = entries(store.root)
    assert found["coupling en-nl", "wca-hard", "fan-in"]["value"] == 2
    assert found["words en-nl", "wca-hard", "AER %"]["value"] is None
    assert "The suite names no gold word alignments" in diagnose(store.root).output


def test_older_cells_are_said_to_be_older_and_do_not_hide_the_new_ones(measured: StoreOnDisk) -> None:
    measured.cell("en-nl", "fastalign", 1, diagnostics={"source_coverage": 0.5})
    measured.cell("en-nl", "fastalign", 2)
    measured.cell("en-nl", "wca-hard", 3)
    measured.cell("en-de", "wca-hard", 1)
    result = diagnose(measured.root)
    assert result.exit_code == 0
    assert f"left out: synthetic en-de: no diagnostics: {OLDER}" in result.stderr
    shown = " ".join(result.stdout.split())
    assert "Absent in some of the cells: measured by a newer wcabench" in shown
    found = entries(measured.root)
    assert found["words en-nl", "wca-hard", "AER %"]["n"] == 2
    assert found["words en-nl", "fastalign", "AER %"]["value"] is None
    assert not any(table.endswith("en-de") for table, _, _ in found)


def test_a_store_of_older_cells_alone_is_an_error_that_says_what_to_do(store: StoreOnDisk) -> None:
    store.cell("en-nl", "wca-hard", 1, diagnostics={"entropy": 2.0})
    result = diagnose(store.root)
    assert result.exit_code == 2 and "`wcabench run --force` makes them anew" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_recorded_results_of_before_the_diagnostics_can_be_read() -> None:
    recorded = Path(__file__).parents[2] / "reports" / "recorded" / "paper-gemma-3-270m"
    result = diagnose(recorded)
    assert result.exit_code == 2 and "no diagnostics" in result.stderr


def test_cells_methods_and_pairs_are_selected(measured: StoreOnDisk) -> None:
    measured.cell("en-de", "wca-hard", 1, diagnostics=FULL)
    assert {row for _, row, _ in entries(measured.root, "--method", "WCA_hard")} == {"wca-hard"}
    assert {table.split()[1] for table, _, _ in entries(measured.root, "--pair", "en-de")} == {"en-de"}
    key = json.loads((next(measured.root.glob("*/en-nl/wca-hard/seed-2-*")) / "cell.json").read_text())["key"]
    one = entries(measured.root, key[:8])
    assert one["words en-nl", "wca-hard", "AER %"]["value"] == pytest.approx(30)
    assert {row for _, row, _ in one} == {"wca-hard"}
    refused = diagnose(measured.root, "--method", "wca-hrad")
    assert refused.exit_code == 2 and "wca-hard" in refused.stderr
    assert diagnose(measured.root, "0000").exit_code == 2


def test_an_empty_folder_and_failed_cells_are_clear_errors(store: StoreOnDisk, tmp_path: Path) -> None:
    assert "no finished cell" in diagnose(tmp_path / "nowhere").stderr
    store.cell("en-nl", "none", 1, state="failed")
    assert diagnose(store.root).exit_code == 2


def test_a_failed_and_a_missing_seed_are_footnotes(measured: StoreOnDisk) -> None:
    measured.cell("en-nl", "none", 3, diagnostics={"cosine_within_sentence": 0.4})
    measured.cell("en-nl", "wca-hard", 3, state="failed")
    assert "seed 3 failed" in diagnose(measured.root).output


def test_before_is_a_row_of_its_own_measured_once_a_method(measured: StoreOnDisk) -> None:
    asked: list[tuple[str, int]] = []

    def untrained(cell: Any) -> dict[str, Any]:
        asked.append((cell.method, cell.seed))
        return {**FULL, "cosine_within_sentence": 0.125}

    report = read_diagnosis(measured.root, (), CellSelection(methods=("wca-hard",)), untrained)
    assert asked == [("wca-hard", 1)]
    table = next(t for t in report.sections[0].tables if t.name == "words en-nl")
    assert [row.label for row in table.rows] == ["wca-hard", "wca-hard, before"]
    assert [row.entries[2].lines[0] for row in table.rows] == ["0.50 ± 0.00", "0.12"]
    assert not table.footnotes() and "before: the encoder as it was" in table.caption[-2]


def test_the_docs_define_every_number_by_its_name_and_its_heading() -> None:
    page = (Path(__file__).parents[2] / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    rows = {
        line.split("|")[1].strip(): line.split("|")[2].strip() for line in page.splitlines() if "| `" in line
    }
    columns = [column for _, columns in TABLES.values() for column in columns]
    for column in columns:
        assert rows[f"`{column.name}`"] == column.heading
    assert {name.strip("`") for name in rows} == set(GROUPS["all"])


@pytest.mark.parametrize(
    ("diagnostics", "name", "reason"),
    [
        ({}, "plan_entropy", OLDER),
        ({"source_coverage": 1.0}, "cosine_within_sentence", OLDER),
        ({"cosine_within_sentence": 0.1, ABSENT: {"coupling": "a"}}, "alignment_error_rate", "a"),
        ({"cosine_within_sentence": 0.1, ABSENT: {"gold": "b"}}, "entities_lost", "b"),
        ({"cosine_within_sentence": 0.1, ABSENT: {"gold": "b"}}, "plan_entropy", "there was nothing"),
        ({ABSENT: {"all": "c"}}, "cosine_within_sentence", "c"),
        ({ABSENT: "malformed"}, "cosine_within_sentence", "there was nothing"),
    ],
)
def test_the_reason_is_that_of_the_group(diagnostics: Any, name: str, reason: str) -> None:
    assert why_absent(diagnostics, name).startswith(reason)
