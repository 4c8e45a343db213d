"""What goes to stdout: lines and tables that a terminal only shows, JSON and whole documents as they are."""

import json
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.stderr import encoding_of, warn
from wcabench.errors import UserError
from wcabench.printable import ERRORS, json_text, printable

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 16  # letters of a column of text, before a line is made longer than the terminal


def cells_text(number: int) -> str:
    """ "1 cell", "2 cells"."""
    return f"{number} cell{'' if number == 1 else 's'}"


def open_closed_streams() -> None:
    """Put streams in the place of those that the shell closed, or the next file that is opened would take their place.

    What goes to a closed stdout is an error and not dropped without a word; what goes to a closed stderr is dropped.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        descriptor = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
        if descriptor != number:
            os.dup2(descriptor, number)
            os.close(descriptor)
        setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", closefd=False))


def replace_unencodable_signs() -> None:
    """Let stdout and stderr replace letters that their encoding lacks, which would be an error otherwise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def echo_lines(*lines: object) -> None:
    """Print lines; text of others in them is made printable, and each stays one line."""
    for line in lines:
        click.echo(printable(line, output_encoding()))


def echo_document(text: str) -> None:
    """Print a text that is of a format of its own, such as Markdown or CSV, as it is."""
    click.echo(text, nl=False)


def echo_data(lines: Iterable[str]) -> None:
    """Print lines of a data format, such as words and their tags: exact, but for a terminal printable.

    Raises:
        UserError: the encoding of stdout lacks a letter, which programs that read the lines must not miss.
    """
    if sys.stdout.isatty():
        for line in lines:
            click.echo("\t".join(printable(part, output_encoding()) for part in line.split("\t")))
        return
    if not output_encoding().lower().startswith("utf"):
        lines = list(lines)
        if not _can_say("".join(lines)):
            raise UserError(
                f"stdout: its encoding, {output_encoding()}, lacks letters of this text; give --out FILE, or set "
                "PYTHONUTF8=1"
            )
    for line in lines:
        click.echo(line)


def echo_json(value: Any) -> None:
    """Print a JSON result."""
    echo_json_text(json_text(value))


def echo_json_text(text: str) -> None:
    """Print JSON; for an encoding that lacks a letter, that is written as JSON's own escape."""
    if not _can_say(text):
        text = "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in text)
    click.echo(text.rstrip("\n"))


def echo_left_out(entries: Iterable[tuple[object, str]], word: str = "left out") -> None:
    """Each (path, reason) as a line on stderr; a reason that names the path already stands alone."""
    for path, reason in entries:
        warn(f"{word}: {reason if str(path) in reason else f'{path}: {reason}'}")


def output_encoding() -> str:
    """The encoding of stdout."""
    return encoding_of(sys.stdout)


def _can_say(text: str) -> bool:
    """Whether stdout has every letter of the text."""
    try:
        text.encode(output_encoding())
    except UnicodeEncodeError:
        return False
    return True


def console(**options: Any) -> "Console":
    """A console of rich that reads no markup and no emoji codes in a text, and colours no numbers."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, **options)


def echo_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Collection[str] = (),
    title: str = "",
    caption: str = "",
    total: bool = False,
) -> None:
    """Print a table. Text that is too long for its column is folded, and no number is ever cut.

    Args:
        columns: headings.
        rows: an entry a column.
        numbers: headings of the columns of numbers, which are aligned at the right.
        title: printed above.
        caption: printed below.
        total: whether the last row sums up the others, and a line goes before it.
    """
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    encoding = output_encoding()
    shown = [[printable(entry, encoding) for entry in row] for row in rows]
    table = Table(title=title or None, title_justify="left", caption=Text(caption) if caption else None)
    table.caption_justify = "left"
    longest = [max(map(cell_len, column)) for column in zip(columns, *shown, strict=True)]
    least = [
        letters if name in numbers else min(letters, max(cell_len(name), NARROWEST))
        for name, letters in zip(columns, longest, strict=True)
    ]
    screen, borders = console(), 3 * len(columns) + 1
    for name, width in zip(columns, _widths(longest, least, screen.width - borders), strict=True):
        is_number = name in numbers
        table.add_column(
            name, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number, width=width
        )
    for number, row in enumerate(shown):
        if total and number == len(shown) - 1:
            table.add_section()
        table.add_row(*map(Text, row))
    screen.width = max(screen.width, sum(least) + borders)
    screen.print(table)


def _widths(longest: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Letters of each column: at least `least`, and what room is left goes to the narrowest that want more.

    Rich shares out a line without a look at the least widths, and cuts what does not fit then.
    """
    widths = list(least)
    for _ in range(room - sum(least)):
        wanting = [i for i, width in enumerate(widths) if width < longest[i]]
        if not wanting:
            break
        widths[min(wanting, key=lambda i: widths[i])] += 1
    return widths


def drop_stdout() -> None:
    """Let nothing more go to a stdout that cannot be written, or Python would try again at its exit."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
