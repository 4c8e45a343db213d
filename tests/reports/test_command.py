import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stores_by_hand import StoreOnDisk

from wcabench.cli.report import report
from wcabench.errors import UserError


def call(store: StoreOnDisk, *arguments: str) -> Result:
    result = CliRunner().invoke(report, ["--results", str(store.root), "--resamples", "200", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_terminal_is_the_default(full: StoreOnDisk) -> None:
    result = call(full)
    assert result.exit_code == 0
    assert "wca-hard (epsilon=0.01)" in re.sub(r"\s+", " ", result.stdout)
    assert "no difference found between fastalign and none on en-nl" in re.sub(r"\s+", " ", result.stdout)


def test_json_is_an_alias(full: StoreOnDisk) -> None:
    assert call(full, "--json").stdout == call(full, "--format", "json").stdout
    whole = json.loads(call(full, "--json").stdout)
    assert whole["schema"] == 1
    assert [table["name"] for table in whole["sections"][0]["tables"]] == ["scores", "comparison", "source"]


def test_stdout_holds_the_report_and_stderr_what_was_left_out(full: StoreOnDisk) -> None:
    key = full.cell("en-de", "fastalign", 9)
    (folder,) = full.root.glob(f"*/*/*/*{key}")
    (folder / "counts.npz").write_bytes(b"not a zip")
    newer = full.cell("en-de", "fastalign", 8)
    (cell,) = full.root.glob(f"*/*/*/*{newer}/cell.json")
    cell.write_text(cell.read_text().replace('"schema": 2,\n "scores"', '"schema": 99,\n "scores"'))
    result = call(full, "--json")
    left_out = result.stderr.strip().splitlines()
    assert len(left_out) == 3
    assert any("counts.npz" in line and "damaged" in line for line in left_out)
    assert any("schema 99" in line for line in left_out)
    assert any("failed: FloatingPointError: loss is NaN" in line for line in left_out)
    assert len(json.loads(result.stdout)["left_out"]) == 3


@pytest.mark.parametrize("make", [True, False])
def test_an_empty_or_absent_store_says_what_to_run(store: StoreOnDisk, make: bool) -> None:
    if make:
        store.root.mkdir()
    with pytest.raises(UserError, match="no finished cell; run some first") as error:
        call(store)
    assert str(store.root) in str(error.value)
    assert store.root.exists() == make  # a report writes nothing


def test_a_store_of_failures_says_why(store: StoreOnDisk) -> None:
    store.cell(state="failed")
    with pytest.raises(UserError, match=r"no finished cell \(1 left out, the first: .*loss is NaN\)"):
        call(store)


def test_a_baseline_whose_cells_are_damaged_is_missed_with_the_reason(full: StoreOnDisk) -> None:
    for record in full.root.rglob("none/seed-*/cell.json"):
        record.write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"--baseline none: not among .* left out, the first: .*cell.json"):
        call(full, "--baseline", "none")


def test_selected_cells_that_all_failed_are_an_error(full: StoreOnDisk) -> None:
    full.cell("en-nl", "wca-soft", state="failed")
    with pytest.raises(UserError, match="the selected cells all failed"):
        call(full, "--method", "wca-soft")


def test_filters_reach_the_table(full: StoreOnDisk) -> None:
    whole = json.loads(
        call(full, "--json", "--pair", "en-de", "--method", "none", "--method", "wca-hard").stdout
    )
    scores = whole["sections"][0]["tables"][0]
    assert scores["columns"] == ["en-de"]
    assert [row["label"] for row in scores["rows"]] == ["none", "wca-hard"]


def test_out_writes_the_file_and_nothing_to_stdout(full: StoreOnDisk, tmp_path: Path) -> None:
    for form in ("terminal", "markdown", "latex", "json", "csv", "html"):
        out = tmp_path / "new" / f"table.{form}"
        assert call(full, "--format", form, "--out", str(out)).stdout == ""
        assert "wca-hard" in out.read_text(encoding="utf-8")
        assert "\x1b" not in out.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_the_users_error(full: StoreOnDisk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"table: cannot be written"):
        call(full, "--out", str(tmp_path / "file" / "table"))
    assert call(full, "--out", str(tmp_path)).exit_code == 2  # a folder


def test_standalone_is_a_whole_document_and_for_latex_only(full: StoreOnDisk) -> None:
    assert call(full, "--format", "latex", "--standalone").stdout.startswith("\\documentclass")
    assert "\\documentclass" not in call(full, "--format", "latex").stdout
    with pytest.raises(UserError, match="--standalone is for --format latex"):
        call(full, "--standalone")


def test_the_baseline_is_named_in_the_table(full: StoreOnDisk) -> None:
    whole = json.loads(call(full, "--json", "--baseline", "fastalign").stdout)
    comparison = whole["sections"][0]["tables"][1]
    assert comparison["title"].startswith("Difference to fastalign")


def test_the_same_store_gives_the_same_bytes(full: StoreOnDisk) -> None:
    assert call(full, "--json").stdout == call(full, "--json").stdout
