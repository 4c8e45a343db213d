"""Names, notes, labels, errors and metadata of others are shown by every command and obeyed by none."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from stores_by_hand import StoreOnDisk

from wcabench import registry
from wcabench.cli import main
from wcabench.errors import UserError
from wcabench.reports.report import read_cells
from wcabench.runs.store import Store

BAD = "\x1b[31mred\x1b[0m \u202egnp\u2066 \x9b2J\nnext\r\x00\u200b :ghost: [b]x[/b] [/] $x$ <i>a</i> |c| `d` ~e~"
LINKS = "http://evil.example www.evil.example @user me@evil.example"
# A cell whose names cannot be printed is left out: the others have escapes in notes, versions and captions alone.
UNREADABLE = BAD.replace("/", "-").replace("\x00", "")
METHOD = f"=cmd {''.join(filter(str.isprintable, BAD))} {LINKS}".replace("/", "-").replace("|", "")
SHOWN = r"\x1b[31mred\x1b[0m \u202egnp\u2066 \x9b2J next"
REPORT = ("report", "--resamples", "100", "--details")


def controls(text: str) -> set[str]:
    """Characters that a terminal obeys or does not show, but for ends of lines and joiners."""
    return {
        letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    } - set("\n\u200c\u200d")


def cells(root: Path) -> list[Path]:
    return [folder for _, folder in list(Store(root).keys())]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder whose records say what their author liked."""
    store = StoreOnDisk(tmp_path_factory.mktemp("hostile") / "results")
    said: dict[str, Any] = {
        "notes": [BAD, f"- {LINKS}"],
        "caption": BAD,
        "encoder_name": BAD,
        "commit": BAD,
        "environment": {"device": BAD, "wcabench": BAD, "packages": {BAD: "1"}},
    }
    for seed in (1, 2):
        for method, quality in (("none", 0.6), (METHOD, 0.7)):
            changes = {"types": ("LOC", "ORG", "PER")}
            store.cell("en-nl", method, seed, suite=METHOD[:50], quality=quality, changes=changes, **said)
    store.cell("en-nl", "none", 3, suite=METHOD[:50], state="failed", encoder_name=BAD)
    store.cell("en-nl", "none", 4, suite=METHOD[:50], notes=["LONE"])
    store.cell("en-nl", f"unprintable {UNREADABLE}", 5, suite=METHOD[:50])
    for folder in cells(store.root):
        record = (folder / "cell.json").read_text(encoding="utf-8")
        (folder / "cell.json").write_text(record.replace("LONE", "\\ud800"), encoding="utf-8")
        if "seed-3" in folder.name:
            (folder / "error.txt").write_text(BAD, encoding="utf-8")
    return store.root


@pytest.fixture
def call(hostile: Path) -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(main, [*arguments, "--results", str(hostile)])


def checked(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    assert not controls(result.stdout) and not controls(result.stderr)
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)
    return result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("list", "results"),
        REPORT,
        (*REPORT, "--format", "markdown"),
        (*REPORT, "--format", "latex"),
        (*REPORT, "--format", "html"),
        ("compare", "none", METHOD, "--resamples", "100"),
    ],
    ids=" ".join,
)
def test_a_command_shows_what_it_would_obey(call: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    text = checked(call(*arguments))
    plain = text.replace("\\", "").replace("textbackslash{}", "").replace("{", "").replace("}", "")
    assert "[31mred" in plain


@pytest.mark.parametrize(
    "arguments", [("status", "--json"), ("list", "results", "--json"), (*REPORT, "--json")]
)
def test_json_is_exact(call: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    whole = json.loads(checked(call(*arguments)))
    assert METHOD in list(strings(whole))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def test_show_tells_all_of_a_finished_and_of_a_failed_cell(
    call: Callable[..., Result], hostile: Path
) -> None:
    for folder in cells(hostile):
        if re.match("seed-[1-3]-", folder.name):
            assert SHOWN in checked(call("store", "show", str(folder)))


def test_each_cell_that_is_left_out_is_one_line(call: Callable[..., Result]) -> None:
    result = call(*REPORT)
    checked(result)
    assert [line[:10] for line in result.stderr.splitlines()] == ["left out: "] * 3


def test_an_error_that_quotes_several_lines_is_one(call: Callable[..., Result]) -> None:
    for arguments in (
        ("store", "show", "no\x1b[31m\nsuch"),
        ("report", "--method", "a\nb\u202e"),
        ("no\ncommand",),
    ):
        result = call(*arguments) if arguments[0] != "no\ncommand" else CliRunner().invoke(main, arguments)
        checked(result, 2)
        assert len([line for line in result.stderr.splitlines() if line.startswith("error: ")]) == 1
        assert result.stderr.count("\n") == 1


def test_no_cell_of_a_table_is_a_formula(call: Callable[..., Result]) -> None:
    text = checked_csv(call(*REPORT, "--format", "csv"))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["label"][:5] for row in rows if row["method"].endswith("example")} == {"'=cmd"}
    for row in rows:
        for value in row.values():
            assert not value.startswith(("=", "+", "@", "\t", "\r")) and (
                value[:1] != "-" or float(value) < 0
            )


def checked_csv(result: Result) -> str:
    assert result.exit_code == 0
    text = result.stdout_bytes.decode()
    assert not controls(text.replace("\r\n", "\n"))
    return text


def test_markdown_links_mentions_and_draws_nothing(call: Callable[..., Result]) -> None:
    from markdown_it import MarkdownIt

    text = checked(call(*REPORT, "--format", "markdown"))
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    children = [child for token in tokens for child in token.children or []]
    assert not {child.type for child in children} & {"link_open", "image", "code_inline", "s_open"}
    # What GitHub makes of plain text, it makes of each text between two elements or comments.
    for each in re.split(
        "\0", "".join(child.content if child.type == "text" else "\0" for child in children)
    ):
        assert not re.search(r"(https?|ftp|mailto):|www\.|\w@\w+\.|(?<!\w)@\w", each), each
        assert ":ghost:" not in each


def test_a_figure_has_the_names_as_text(call: Callable[..., Result], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for kind in ("f1", "differences"):
        more = ("--resamples", "100") if kind == "differences" else ()
        checked(call("plot", kind, "--out", str(tmp_path / f"{kind}.svg"), *more))
        assert not controls((tmp_path / f"{kind}.svg").read_text(encoding="utf-8"))


def test_what_a_plugin_says_of_itself_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        name, origin = f"broken {BAD}", BAD

        def load(self) -> None:
            raise UserError(f"cannot be imported: {BAD}")

    monkeypatch.setattr(registry, "entries", lambda: {"broken": Broken()})
    text = checked(CliRunner().invoke(main, ["list", "methods"]))
    assert SHOWN in text and text.count("\n") == 1


def test_what_a_suite_says_of_itself_is_shown(tmp_path: Path) -> None:
    words = json.dumps(BAD.replace("\x00", ""))
    (tmp_path / "suite.toml").write_text(
        f'[suite]\nname = {words}\ntypes = ["PER"]\ncaption = {words}\n'
        '[source]\ntrain = { path = "a\\u001b[31m" }\ntest = { path = "b" }\n'
        '[pairs.en-nl]\ntarget = { test = { path = "c" } }\nparallel = { path = "d" }\n',
        encoding="utf-8",
    )
    for arguments in (["suite", "prepare", "--offline"], ["list", "pairs"], ["doctor"]):
        result = CliRunner().invoke(main, [*arguments, "--suite", str(tmp_path / "suite.toml")])
        assert not controls(result.stdout) and not controls(result.stderr), arguments
        assert result.exit_code in (0, 2) and "Traceback" not in result.output


def test_types_are_told_in_full_and_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    first, second = (f"Corporate-Entity-Registered-Office-Location-{side}" for side in ("North", "South"))
    types = (first, second, ":ghost:", "[/b]", "[red]x", "a\x1b[31m")
    (tmp_path / "gold").write_text("".join(f"w B-{name}\n" for name in types))
    text = checked(CliRunner().invoke(main, ["score", str(tmp_path / "gold"), str(tmp_path / "gold")]))
    assert max(map(len, text.splitlines())) <= 80
    folded = "".join(line.split("│")[1].strip() for line in text.splitlines() if line.count("│") > 2)
    for name in (first, second, ":ghost:", "[/b]", "[red]x", r"a\x1b[31m"):
        assert name in folded
    monkeypatch.setenv("COLUMNS", "20")
    text = checked(CliRunner().invoke(main, ["score", str(tmp_path / "gold"), str(tmp_path / "gold")]))
    assert text.count("100.00") == 3 * (len(types) + 1) + 1  # and one in the caption


def test_read_cells_says_why_a_cell_failed(hostile: Path) -> None:
    _, left_out = read_cells(hostile)
    assert sum("failed: " in reason for _, reason in left_out) == 1
