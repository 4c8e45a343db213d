"""Layouts, columns and encodings as options of `align` and `align evaluate`, and what is said of doubtful files."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wcabench.cli import main

TEXT = "the house\tdas Haus\nthe cat\tdie Katze\nKent\tKent\n"


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def links(*arguments: object) -> str:
    result = invoke("align", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*arguments: object) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 2 and result.stderr.startswith("error: ") and result.stderr.count("\n") == 1, (
        result.output
    )
    return result.stderr


@pytest.fixture
def files(tmp_path: Path):
    def write(**contents: str | bytes) -> list[Path]:
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return [tmp_path / name for name in contents]

    return write


def test_the_same_text_in_every_layout_gives_the_same_links(files):
    sides = [
        ["\t".join((word, "O")) for word in line.split()] for line in TEXT.replace("\t", "\n").splitlines()
    ]
    columns = ["\n\n".join("\n".join(words) for words in sides[at::2]) + "\n" for at in (0, 1)]
    numbered = "".join(f"0.{n}\t{line}\n" for n, line in enumerate(TEXT.splitlines()))
    plain, bars, scored, wide, source, target = files(
        plain=TEXT,
        bars=TEXT.replace("\t", " ||| "),
        scored=numbered,
        wide=TEXT.encode("utf-16"),
        source="# newdoc\n" + columns[0],
        target=columns[1],
    )
    wanted = links(plain)
    assert links(bars) == wanted
    assert links(scored, "--source-column", 1, "--target-column", 2) == wanted
    assert links(wide, "--encoding", "utf-16") == wanted
    assert links(source, target, "--layout", "columns") == wanted


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("0.93\tthe house\tdas Haus\n", (), ":1: 3 column(s)"),
        ("a\tb\nc\td\te\n", (), ":2: 3 column(s), but 2"),
        ("the house\rthe cat\r", (), "carriage returns alone"),
        (TEXT.encode("utf-16"), (), "is in UTF-16"),
        (TEXT, ("--token-column", "1"), "--token-column and --comments go with --layout columns"),
        (TEXT, ("--layout", "columns", "--source-column", "1"), "go with one file of sentences"),
        (TEXT, ("--layout", "columns"), "column files are two"),
    ],
)
def test_text_that_would_be_read_wrongly_is_refused(files, content, options, message):
    (text,) = files(text=content)
    assert message in refusal("align", text, *options)
    assert message in refusal("align", text, *options, "--method", "nearest-token")


NAACL = "1 1 1 S\n1 2 2 S\n2 1 1 S\n2 2 2 P\n"
PERFECT = "0-0 1-1\n0-0 1-1\n"


def error_rate(*arguments: object) -> tuple[float, str]:
    result = invoke("align", "evaluate", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["error_rate"], result.stderr


def test_a_gold_file_of_the_shared_tasks_counts_from_1_without_being_told(files):
    gold, pred, source, target = files(gold=NAACL, pred=PERFECT, source="a b\na b\n", target="x y\nx y\n")
    for more in ((), ("--one-based",), ("--text", source, target)):
        assert error_rate(gold, pred, *more) == (0, "")
    assert error_rate(gold, gold) == (0, ""), "a prediction in that format does too"
    assert error_rate(gold, pred, "--zero-based")[0] > 40


def test_pharaoh_without_a_word_0_is_doubted_aloud(files):
    gold, pred = files(gold="1-1 2-2\n1-1 2-2\n", pred=PERFECT)
    rate, said = error_rate(gold, pred)
    assert rate == 50 and said.startswith(f"{gold}: ") and "--one-based" in said and said.count("\n") == 1
    assert error_rate(gold, pred, "--one-based") == (0, "")
    assert error_rate(gold, pred, "--zero-based") == (50, "")


def test_a_sentence_number_of_a_million_millions_is_refused_at_once(files):
    gold, pred = files(gold=NAACL + "1000000000000 1 1 S\n", pred=PERFECT)
    assert "gold:5: sentence 1000000000000" in refusal("align", "evaluate", gold, pred)


def test_the_home_folder_is_meant_by_its_sign(files, monkeypatch, tmp_path):
    files(text=TEXT, gold=NAACL, pred=PERFECT)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert links("~/text") == links(tmp_path / "text")
    assert error_rate("~/gold", "~/pred") == (0, "")
    assert "that user has no home folder" in refusal("align", "~nobody-such/text")
    assert "that user has no home folder" in refusal("score", "~nobody-such/text", tmp_path / "text")


def test_the_home_folder_is_meant_in_outputs_and_results_folders_too(files, monkeypatch, tmp_path):
    files(text=TEXT)
    monkeypatch.setenv("HOME", str(tmp_path))
    invoke("align", "~/text", "--out=~/links", "--scores=~/new/scores", "--save-model=~/model")
    assert (tmp_path / "links").is_file() and (tmp_path / "new" / "scores").is_file()
    assert invoke("align", "~/text", "--model=~/model").stdout == (tmp_path / "links").read_text()
    assert not list(Path.cwd().glob("~*"))
    (tmp_path / "store").touch()
    monkeypatch.setenv("WCABENCH_RESULTS", "~/store")
    for arguments in (("status",), ("store", "merge", "~/a"), ("report",)):
        assert "/store" in refusal(*arguments) and "~/store" not in refusal(*arguments)
    assert f"{tmp_path}/text" in refusal("store", "import", "~/text", "--results=~/new")


def test_a_report_to_check_is_read_like_any_other_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "wide.json").write_bytes("{}".encode("utf-16"))
    assert "it is a pipe" in refusal("report", "--check", tmp_path / "pipe", "--results", tmp_path)
    assert "is in UTF-16" in refusal("report", "--check", tmp_path / "wide.json", "--results", tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "-m", "none", "-p", "en-nl", "--dry-run", "--encoder", "~nobody-such/x"),
        ("run", "-m", "none", "-p", "en-nl", "--dry-run", "--suite", "~nobody-such/x.toml"),
        ("encoder", "pretrain", "~nobody-such/x.toml", "--text", ".", "--out", "out"),
    ],
)
def test_the_home_of_an_unknown_user_is_named_by_every_command(arguments):
    assert "that user has no home folder" in refusal(*arguments)
