"""`wcabench align sweep`: tables over methods, layers and epsilon."""

import json
import sys

import pytest
from click.testing import CliRunner

from wcabench.cli import main

SOURCE = "the old man saw a house\nAnna and two dogs\n"
TARGET = "de oude man zag een huis\nAnna en twee honden\n"
GOLD = "0-0 1-1 2-2 3-3 4-4 5-5\n0-0 1-1 2?2 3-3\n"


def invoke(*arguments):
    return CliRunner().invoke(main, ["align", *map(str, arguments)])


@pytest.fixture
def own(tmp_path, tiny_encoder):
    """Runs a sweep on a gold file of one's own."""
    files = [tmp_path / name for name in ("gold", "source", "target")]
    for file, text in zip(files, (GOLD, SOURCE, TARGET), strict=True):
        file.write_text(text)
    fixed = [files[0], "--text", *files[1:], "--encoder", tiny_encoder]
    return lambda *arguments: invoke("sweep", *fixed, *arguments)


def tables(result) -> dict:
    assert result.exit_code == 0, result.output
    (section,) = json.loads(result.stdout)["sections"]
    return {table["name"]: table for table in section["tables"]}


def test_a_setting_of_the_sweep_is_what_align_and_evaluate_give(own, tmp_path, tiny_encoder):
    links = tmp_path / "links"
    arguments = ["-m", "wca-hard", "--encoder", tiny_encoder, "--direction", "reverse", "--out", links]
    exact = ["--set", "wca-hard.epsilon=none", "--set", "wca-hard.layers=3", "--set", "recipe.precision=fp32"]
    files = [str(tmp_path / name) for name in ("source", "target")]
    assert CliRunner().invoke(main, ["align", *files, *map(str, arguments), *exact]).exit_code == 0
    alone = json.loads(invoke("evaluate", tmp_path / "gold", links, "--json").stdout)
    chosen = ["-m", "wca-hard", "--direction", "reverse", "--layer", 3, "--epsilon", "exact", "--json"]
    (row,) = tables(own(*chosen))["gold"]["rows"]
    entries = row["entries"]
    assert entries["AER"]["value"] == pytest.approx(alone["error_rate"])
    assert entries["AER"]["interval"] == pytest.approx(alone["error_rate_interval"])
    assert entries["precision"]["value"] == pytest.approx(alone["precision"])
    assert entries["links"]["value"] == alone["predicted"]


def test_every_layer_and_epsilon_is_swept_and_the_references_stand_in_the_overview(own):
    found = tables(own("-m", "fastalign", "-m", "nearest-token", "-m", "wca-hard", "--json"))
    assert list(found) == ["overview", "gold", "settings"]
    labels = [row["label"] for row in found["overview"]["rows"]]
    assert len(labels) == 7 + 3 + 3 and "fastalign, grow-diag-final-and" in labels
    assert [row["label"] for row in found["gold"]["rows"]] == labels
    states = [row["label"] for row in found["settings"]["rows"]]
    assert len(states) == 6 + 6 * 4
    assert {
        "nearest-token (layers 0)",
        "wca-hard (layers 4, exact)",
        "wca-hard (layers last-4, ε 0.05)",
    } <= set(states)


def test_the_overview_says_in_words_what_was_lowest_and_what_each_coupling_gains(own):
    overview = tables(own("-m", "fastalign", "-m", "nearest-token", "-m", "wca-hard", "--json"))["overview"]
    lowest, gained = overview["findings"]
    rates = {row["label"]: row["entries"]["gold"]["value"] for row in overview["rows"]}
    smallest = {
        kind: min(rate for label, rate in rates.items() if label.startswith("fastalign") == kind)
        for kind in (True, False)
    }
    assert lowest.startswith("gold, lowest AER: statistical fastalign (")
    assert f") {smallest[True]:.1f} [" in lowest and f") {smallest[False]:.1f} [" in lowest
    difference = rates["wca-hard, intersect"] - rates["nearest-token, intersect"]
    shown = f"{difference:+.2f}".replace("-", "−").replace("+0.00", "0.00")
    assert gained.startswith("wca-hard minus nearest-token (intersect)") and f"gold {shown} [" in gained
    assert "nearest-token: layers last-4; wca-hard: layers last-4, ε 0.05." in overview["caption"]


def test_details_show_every_setting_on_every_gold_set(own):
    chosen = ["-m", "wca-hard", "--layer", 1, "--layer", 2, "--epsilon", "0.1", "--direction", "forward"]
    rows = tables(own(*chosen, "--details", "--json"))["gold"]["rows"]
    assert [row["label"] for row in rows] == ["wca-hard, forward", "wca-hard, forward (layers 2, ε 0.1)"]


def test_the_statistical_aligner_alone_reads_no_encoder(own):
    result = own("-m", "fastalign", "--encoder", "no/such/encoder", "--json")
    assert tables(result)["gold"]["caption"][1] == "The statistical aligners learn from these 2 pairs alone."
    assert "learns from 2 pairs" in result.stderr


def test_the_tables_are_put_between_the_marks_of_a_page_and_the_rest_stays(own, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- sweep: begin -->\nformer\n<!-- sweep: end -->\nafter\n")
    for _ in range(2):
        assert own("-m", "fastalign", "--into", page).exit_code == 0
        text = page.read_text()
        assert text.startswith("before\n<!-- sweep: begin -->\n## Word alignment\n")
        assert text.endswith("<!-- sweep: end -->\nafter\n")
        assert "former" not in text and text.count("| fastalign, intersect |") == 2
    page.write_text("no marks\n")
    result = own("-m", "fastalign", "--into", page)
    assert result.exit_code == 2 and "once each" in result.stderr and page.read_text() == "no marks\n"


def test_markdown_and_a_terminal_have_the_same_numbers(own):
    markdown, terminal = (
        own("-m", "fastalign", "--format", form).stdout for form in ("markdown", "terminal")
    )
    rate = next(line for line in markdown.splitlines() if line.startswith("| fastalign, union |")).split("|")[
        2
    ]
    row = next(line for line in terminal.splitlines() if line.startswith("fastalign, union"))
    assert row.split()[-1] == rate.strip().strip("*")


def test_gold_sets_that_are_not_there_are_left_out_in_one_line_each(tmp_path):
    result = invoke("sweep", "--gold", "de-en", "--gold", "en-fr", "--data-dir", tmp_path)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["de-en", "en-fr", "error"]
    assert "--gold mini needs no data" in lines[-1]


def test_eflomal_says_how_to_get_it_where_it_is_not_installed(own, monkeypatch):
    monkeypatch.setitem(sys.modules, "eflomal", None)
    result = own("-m", "eflomal")
    assert result.exit_code == 2 and "pip install eflomal" in result.stderr


def test_eflomal_links_words_beside_ours(own):
    pytest.importorskip("eflomal")
    rows = tables(own("-m", "eflomal", "--json"))["gold"]["rows"]
    assert [row["direction"] for row in rows] == ["forward", "reverse", "intersect", "grow-diag-final-and"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gold", "pred"], "unexpected extra argument (pred)"),
        (["gold"], "give GOLD and --text"),
        (["--text", "s", "t"], "give GOLD and --text"),
        (["gold", "--text", "s", "t", "--gold", "mini"], "GOLD or --gold, not both"),
        (["--gold", "de-em"], "did you mean 'de-en'"),
        (["-m", "none"], "couples no words"),
        (["-m", "fastalign", "--set", "wca-hard.epsilon=1"], "table of --set"),
        (["--gold", "mini", "--epsilon", "small"], "--epsilon (a number, or exact)"),
        (["--gold", "mini", "-m", "wca-hard", "--layer", "40"], "does not have"),
        (["--gold", "mini", "-m", "wca-hard", "--epsilon", "-1"], "not above 0"),
    ],
)
def test_what_cannot_be_swept_is_refused(arguments, message, tiny_encoder):
    result = invoke("sweep", *arguments, "--encoder", tiny_encoder)
    assert result.exit_code == 2 and message in result.stderr
