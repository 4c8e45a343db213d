"""Commands that the code, its messages and the pages quote are commands, with options that they have."""

import re
from pathlib import Path

import pytest
from command_tree import called, known_options

from wcabench.cli.commands import COMMANDS
from wcabench.cli.groups import CommandGroup, LazyGroup, command_paths

ROOT = Path(__file__).parent.parent
FOLDERS = ("wcabench", "methods", "reports", "tasks", "docs", "examples", "benchmarks", "tests")
ENDINGS = (".py", ".md", ".toml", ".txt", ".html", ".js")
QUOTED = re.compile(r"`wcabench ([^`]+)`")
# Blocks whose lines are commands: fenced or indented ones of pages and templates, comments, and those of help texts.
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^#?$\n((?:^#? {2,}.*\n)+)", re.MULTILINE)
COMMENT = re.compile(r"^# {2,}wcabench .*$", re.MULTILINE)
HELP = re.compile(r"\\b\n((?:.+\n)+)")
BLOCKS = {".md": (FENCED, INDENTED), ".txt": (INDENTED,), ".toml": (COMMENT,), ".py": (HELP,)}
LINE = re.compile(r"^#? *wcabench ([a-z].*)$", re.MULTILINE)
TEXT = {
    path: path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *(file for name in FOLDERS for file in sorted((ROOT / name).rglob("*")))]
    if path.suffix in ENDINGS and path.name != Path(__file__).name
}


def quoted() -> list[tuple[str, str]]:
    """(file, what stands after `wcabench`) of every command that a file quotes."""
    lines = []
    for path, text in TEXT.items():
        blocks = [block for pattern in BLOCKS.get(path.suffix, ()) for block in pattern.findall(text)]
        found = [*QUOTED.findall(text), *LINE.findall("\n".join(blocks).replace("\\\n", " "))]
        lines += [(str(path.relative_to(ROOT)), " ".join(line.split())) for line in found]
    return lines


def mistake(line: str) -> str:
    """What is wrong with a quoted command; nothing where it could be typed."""
    words = [word.strip("',.;:()\"") for word in line.split()]
    path, command, left = called([word.split("|")[0] for word in words])
    if not path and re.match(r"[a-z]", words[0]):  # else an option, or the COMMAND of an explanation
        return f"no command '{words[0]}'"
    in_group = isinstance(command, LazyGroup) and not isinstance(command, CommandGroup)
    if in_group and left and re.fullmatch(r"[a-z][a-z-]*", left[0]):
        return f"no command '{path} {left[0]}'"
    options = {word.partition("=")[0] for word in left if re.match(r"--?[a-z]", word)}
    unknown = sorted(options - known_options(command))
    return f"'{path}' has no {', '.join(unknown)}" if unknown else ""


def test_every_command_that_is_quoted_is_one_with_the_options_that_it_is_quoted_with() -> None:
    found = quoted()
    assert len(found) > 80
    assert [f"{file}: `wcabench {line}`: {why}" for file, line in found if (why := mistake(line))] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("merge a b", "no command 'merge'"),
        ("store mrege", "no command 'store mrege'"),
        ("run --methods all", "'run' has no --methods"),
        ("run -m all --json", ""),
        ("store rerun SIGNATURE", ""),
        ("align a b", ""),
    ],
)
def test_a_wrong_quotation_is_found(line: str, why: str) -> None:
    assert mistake(line) == why


def rows(page: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of the tables of a page that have so many columns, without their marks."""
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    cells = [tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|")) for line in lines]
    return [row for row in cells if len(row) == columns]


def test_the_page_of_the_command_line_lists_the_commands_as_their_help_does() -> None:
    page = TEXT[ROOT / "docs" / "command-line.md"]
    listed = {
        name.removeprefix("wcabench "): about for name, about in rows(page, 2) if name.startswith("wcabench ")
    }
    assert list(listed) == list(command_paths(COMMANDS))
    for path, about in listed.items():
        entry, *below = path.split()
        known = COMMANDS[entry]
        for name in below:
            known = known.members[name]
        assert about == known.summary


def test_the_page_of_the_command_line_has_the_short_options_and_the_variables_of_the_program() -> None:
    page = TEXT[ROOT / "docs" / "command-line.md"]
    said = {long.split()[0]: short for long, short, _ in rows(page, 3)}
    shorts: dict[str, str] = {}
    variables: set[tuple[str, str]] = set()
    for path in command_paths(COMMANDS):
        for parameter in called(path.split())[1].params:
            long = next((name for name in parameter.opts if name.startswith("--")), "")
            short = next((name for name in parameter.opts if re.fullmatch(r"-[a-z]", name)), "")
            if short:
                shorts[long] = short
            if parameter.envvar:
                variables.add((str(parameter.envvar), long))
    assert {long: short for long, short in said.items() if short} == shorts
    assert {row for row in rows(page, 2) if row[0].startswith("WCABENCH_")} == variables
