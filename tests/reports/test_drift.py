"""`wcabench report --check FILE`."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from stores_by_hand import StoreOnDisk

from wcabench.cli.report import report
from wcabench.errors import UserError

FORMS = ("json", "markdown")


def call(store: StoreOnDisk, *arguments: str) -> Result:
    result = CliRunner().invoke(report, ["--results", str(store.root), *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def written(full: StoreOnDisk, tmp_path: Path) -> Any:
    """Writes the report in a format, then checks that file."""

    def write(form: str, *arguments: str) -> Path:
        file = tmp_path / f"table.{form}"
        call(full, "--resamples", "200", "--format", form, "--out", str(file), *arguments)
        return file

    return write


def remove(store: StoreOnDisk, pattern: str) -> None:
    folders = list(store.root.glob(pattern))
    assert folders
    for folder in folders:
        shutil.rmtree(folder)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_changed_is_one_line_and_exits_0(full: StoreOnDisk, written: Any, form: str) -> None:
    file = written(form)
    result = call(full, "--check", str(file))
    assert result.exit_code == 0
    assert result.stdout == f"{file}: nothing changed; its tables are those of {full.root}\n"


@pytest.mark.parametrize("form", FORMS)
def test_the_file_says_what_it_was_asked_for(full: StoreOnDisk, written: Any, form: str) -> None:
    asked = ("--pair", "en-de", "--method", "none", "--method", "WCA_Hard", "--details", "--baseline", "none")
    file = written(form, *asked)
    assert call(full, "--check", str(file)).exit_code == 0
    full.cell("en-nl", "none", 9)
    assert call(full, "--check", str(file)).exit_code == 0, "en-nl was not asked for"


@pytest.mark.parametrize("form", FORMS)
def test_a_number_that_changed_is_shown_as_it_was_and_as_it_is(
    full: StoreOnDisk, written: Any, form: str
) -> None:
    file = written(form)
    full.cell("en-de", "wca-hard", 4, quality=0.9)
    result = call(full, "--check", str(file))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    number = r"\d\d\.\d\d ± \d\.\d\d \(best\)"
    n = (r" \(n = 3\)", r" \(n = 4\)") if form == "json" else ("", "")
    pattern = rf"Target-test F1, .*: wca-hard, en-de: {number}{n[0]} -> {number}{n[1]}"
    assert sum(re.fullmatch(pattern, line) is not None for line in lines) == 1
    assert any(re.search(r": signature: seed 1\+2\+3 -> 1\+2\+3\+4$", line) for line in lines)
    assert not any("fastalign, en-de" in line for line in lines if "Target-test" in line)
    assert f"{file}: {len(lines)} changed since it was written" in result.stderr


@pytest.mark.parametrize("form", FORMS)
def test_rows_and_tables_that_came_or_went_are_named(full: StoreOnDisk, written: Any, form: str) -> None:
    file = written(form)
    full.cell("en-de", "wca-soft")
    remove(full, "*/*/fastalign/*")
    lines = call(full, "--check", str(file)).stdout.splitlines()
    assert any(line.endswith(": row wca-soft appeared") for line in lines)
    assert any(line.endswith(": row fastalign is gone") for line in lines)
    remove(full, "*/*/none/*")
    lines = call(full, "--check", str(file)).stdout.splitlines()
    assert any(line.startswith("Difference to none") and line.endswith("the table is gone") for line in lines)


@pytest.mark.parametrize("form", FORMS)
def test_a_column_that_came_is_named(full: StoreOnDisk, written: Any, form: str) -> None:
    file = written(form)
    full.cell("en-es")
    lines = call(full, "--check", str(file)).stdout.splitlines()
    assert any(line.startswith("Target-test") and line.endswith(": column en-es appeared") for line in lines)


@pytest.mark.parametrize("form", FORMS)
def test_a_finding_that_is_no_longer_so_is_named(full: StoreOnDisk, written: Any, form: str) -> None:
    file = written(form)
    remove(full, "*/en-de/wca-hard/seed-*")
    for seed in (1, 2, 3):
        full.cell("en-de", "wca-hard", seed, quality=0.2)
    lines = call(full, "--check", str(file)).stdout.splitlines()
    gone = [line for line in lines if ": no longer said: " in line]
    new = [line for line in lines if ": said now: " in line]
    assert len(gone) == len(new) == 1 and "wca-hard" in gone[0] and "en-de" in new[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_second_section_of_the_same_heading_does_not_move_the_first(
    full: StoreOnDisk, written: Any, form: str
) -> None:
    file = written(form)
    full.cell("en-nl", "none", recipe={"epochs": 1})
    lines = call(full, "--check", str(file)).stdout.splitlines()
    assert len(lines) == 2 and all(line.endswith("the table appeared") for line in lines)
    assert all("epochs=1" in line for line in lines), "the title alone would not say which"


def test_a_cell_that_was_made_anew_with_other_versions_is_drift(full: StoreOnDisk, written: Any) -> None:
    file = written("json")
    for path in full.root.glob("*/*/*/seed-1-*/cell.json"):
        path.write_text(path.read_text().replace('"torch": "2.6.0"', '"torch": "2.7.0"'))
    lines = call(full, "--check", str(file)).stdout.splitlines()
    assert lines and all(line.endswith("signature: torch 2.6.0 -> 2.7.0+2.6.0") for line in lines)


def test_the_signature_of_a_version_with_fewer_fields_is_compared_in_those(
    full: StoreOnDisk, written: Any
) -> None:
    file = written("markdown")
    text = file.read_text()
    assert "\\|torch:2.6.0" in text
    file.write_text(text.replace("\\|torch:2.6.0", ""))
    assert call(full, "--check", str(file)).exit_code == 0


def test_changes_are_listed_as_json_too(full: StoreOnDisk, written: Any) -> None:
    file = written("markdown")
    assert json.loads(call(full, "--check", str(file), "--json").stdout)["changes"] == []
    full.cell("en-es")
    result = call(full, "--check", str(file), "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1 and answer["file"] == str(file) and len(answer["changes"]) > 1


@pytest.mark.parametrize("form", FORMS)
def test_a_file_without_its_options_takes_those_of_the_command_line(
    full: StoreOnDisk, written: Any, form: str
) -> None:
    file = written(form, "--pair", "en-de")
    text = re.sub(r"<!--.*-->", "", file.read_text())
    file.write_text(re.sub(r'"options": \{.*?\n \},', "", text, flags=re.DOTALL))
    options = ("--check", str(file), "--resamples", "200")
    assert call(full, *options, "--pair", "en-de").exit_code == 0
    assert call(full, *options).exit_code == 1


@pytest.mark.parametrize("arguments", [("--pair", "en-de"), ("--details",), ("--resamples", "300")])
def test_what_the_file_settles_is_not_asked_for_again(
    full: StoreOnDisk, written: Any, arguments: tuple[str, ...]
) -> None:
    file = written("json")
    with pytest.raises(UserError, match=f"--check: leave out {arguments[0]}: .* says what it was asked for"):
        call(full, "--check", str(file), *arguments)
    with pytest.raises(UserError, match="--check: leave out --format"):
        call(full, "--check", str(file), "--format", "markdown")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no table of a report in it; wanted what .* json or markdown"),
        ("\\documentclass{article}", "no table of a report"),
        ("{", "not a report that can be read"),
        ("[]", "no table of a report"),
        ('{"sections": [{}]}', "not a report that can be read"),
        ('{"sections": [], "options": {"resample": 3}}', "did you mean 'options.resamples'"),
        ('{"sections": [], "options": 3}', "'options' are not those of a report"),
        (
            "## S\n\n### T\n\n| method | a |\n| --- | --- |\n| none | 1 | 2 |\n",
            "not a report that can be read",
        ),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_one_line(
    full: StoreOnDisk, tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "table"
    file.write_text(text)
    with pytest.raises(UserError, match=says) as error:
        call(full, "--check", str(file))
    assert str(file) in str(error.value) and "\n" not in str(error.value)
    file.unlink()
    with pytest.raises(UserError, match=r"cannot be read.*wanted a report in JSON or Markdown"):
        call(full, "--check", str(file))


def test_names_cannot_end_the_comment_that_holds_the_options(full: StoreOnDisk, tmp_path: Path) -> None:
    from wcabench.reports.options import Options, comment, in_comment, read_options, stored_options
    from wcabench.reports.selection import CellSelection

    options = Options(selection=CellSelection(methods=("a --> b",), encoder="x>-y"), baseline="--")
    text = comment(stored_options(options))
    assert text.count("--") == 2 and text.count(">") == 1
    assert read_options(in_comment(text), "f") == options
