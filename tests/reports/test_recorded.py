"""The recorded results in reports/recorded are whole, and hold no text of a corpus that may not be redistributed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from wcabench.cli.report import report
from wcabench.runs.store import Store

RECORDED = Path(__file__).parents[2] / "reports" / "recorded"
STORES = sorted(folder for folder in RECORDED.iterdir() if folder.is_dir())


@pytest.fixture
def no_torch():
    """Of the real methods the real defaults, unlike in the other tests of reports."""


def test_there_are_recorded_results():
    assert STORES


@pytest.mark.parametrize("folder", STORES, ids=lambda folder: folder.name)
def test_every_recorded_cell_is_whole_and_its_f1_is_that_of_its_counts(folder):
    cells, left_out = Store(folder).cells()
    assert cells
    assert left_out == []
    assert all(cell.state == "done" for cell in cells)


@pytest.mark.parametrize("folder", STORES, ids=lambda folder: folder.name)
def test_recorded_cells_hold_numbers_and_no_words(folder):
    assert {file.name for file in folder.rglob("*") if file.is_file()} <= {
        "cell.json",
        "counts.npz",
        "report.md",
    }


@pytest.mark.slow
@pytest.mark.parametrize("folder", STORES, ids=lambda folder: folder.name)
def test_the_report_beside_recorded_results_is_still_what_they_say(folder):
    result = CliRunner().invoke(report, ["--results", str(folder), "--check", str(folder / "report.md")])
    assert result.exit_code == 0, result.output
