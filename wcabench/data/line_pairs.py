"""Reads both sides of a text, sentence by sentence, for commands that link words; no line is left out.

A text is one file (`source TAB target`, or fast_align's `source ||| target`) or two line-parallel files. Files with one
sentence a line are read line by line, so they may be larger than the memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from wcabench.contract import Words
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import read_words
from wcabench.data.rows import is_blank, other_width, pick
from wcabench.data.schemes import TAG
from wcabench.data.text_files import iter_lines
from wcabench.data.tokenise import tokenise
from wcabench.errors import UserError

BETWEEN = "|||"


@dataclass(frozen=True)
class PairColumns:
    """The columns of the sentences in a file of sentence pairs.

    Attributes:
        source: number of the source's column, from 0; negative numbers count from the end. If both are None, the file
            must have two columns, the source first.
        target: number of the target's column.
    """

    source: int | None = None
    target: int | None = None

    def named(self, width: int, where: str) -> tuple[int, int]:
        """Return the numbers of both columns in rows of `width` columns.

        Raises:
            UserError: a column is missing, both are the same, or neither is given although there are more than two.
        """
        if self.source is None and self.target is None and width != 2:
            raise UserError(
                f"{where}: {width} column(s); wanted a sentence and its translation, parted by one tab: if there is "
                "more in a line, name the columns of the two, counted from 0 (source_column and target_column in a "
                "suite, --source-column and --target-column of a command)"
            )
        chosen = (0 if self.source is None else self.source, 1 if self.target is None else self.target)
        for column in chosen:
            if not -width <= column < width:
                raise UserError(
                    f"{where}: no column {column}: the line has {width} column(s), counted from 0"
                )
        if chosen[0] % width == chosen[1] % width:
            raise UserError(f"{where}: column {chosen[0]} is named for the source and for the target")
        return chosen


@dataclass(frozen=True)
class PairForm:
    """The layout of a text of sentence pairs.

    Attributes:
        layout: layout of two files: "lines" with one sentence a line, or "columns" for column files, whose tags are
            ignored.
        columns: the columns of the sentences in a single file.
        tokens: the layout of column files; its encoding is ignored.
        encoding: the files' encoding; see `iter_lines`.
    """

    layout: Literal["lines", "columns"] = "lines"
    columns: PairColumns = field(default_factory=PairColumns)
    tokens: ColumnForm = field(default_factory=ColumnForm)
    encoding: str | None = None


def iter_line_pairs(
    source: Path, target: Path | None = None, form: PairForm | None = None
) -> Iterator[tuple[Words, Words]]:
    """Yield the words of both sides of every line, separated by spaces; lines with an empty side are kept.

    Args:
        source: file of the source sentences, or of both sides if there is no `target`.
        target: file of the target sentences.
        form: the files' layout; None: one sentence a line, in UTF-8.

    Raises:
        UserError: a file cannot be read, two files have unequal lengths, one of them has a tab, or a line of a single
            file has other columns than the rest.
    """
    form = form or PairForm()
    if form.layout == "columns":
        return _column_files(source, target, replace(form.tokens, encoding=form.encoding))
    if target is None:
        return _one_file(source, form.columns, form.encoding)
    return _side_by_side(source, target, form.encoding)


def read_line_pairs(
    source: Path, target: Path | None = None, form: PairForm | None = None
) -> list[tuple[Words, Words]]:
    """Return all pairs of `iter_line_pairs` as a list."""
    return list(iter_line_pairs(source, target, form))


def check_equal(first: Path, first_lines: int, second: Path, second_lines: int) -> None:
    """Refuse line-parallel files with unequal numbers of lines."""
    if first_lines != second_lines:
        raise UserError(
            f"parallel files of unequal length: {first} has {first_lines} lines, {second} has {second_lines}; line i "
            "of one must be the translation of line i of the other"
        )


def refuse_tab(path: Path, number: int, line: str) -> None:
    """Refuse a line with a tab in a file of one sentence a line."""
    if "\t" in line:
        raise UserError(
            f"{path}:{number}: a tab in a file of one sentence a line; if it holds columns, give it as such, else put "
            "a space"
        )


def refuse_columns(path: Path, lines: Sequence[str]) -> None:
    """Refuse a file that should have one sentence a line, but whose lines all have a tab or all end in a tag."""
    filled = [line for line in lines if not is_blank(line)]
    if len(filled) > 1 and all(map(_ends_in_tag, filled)):
        raise _tagged(path)
    if filled and all("\t" in line for line in filled):
        raise UserError(
            f"{path}: every line has a tab; wanted one sentence a line: if the file holds columns, take out all but "
            "that of the sentences"
        )


def _ends_in_tag(line: str) -> bool:
    """Whether a line of at least two words ends in a tag, as lines of column files do."""
    word, _, tag = line.rstrip(" ").rpartition(" ")
    return bool(word) and TAG.fullmatch(tag) is not None


def _tagged(path: Path) -> UserError:
    return UserError(
        f'{path}: every line ends in a tag: it is a column file; read it as one (layout = "columns" in a suite, '
        "--layout "
        "columns of a command)"
    )


def _one_file(path: Path, columns: PairColumns, encoding: str | None) -> Iterator[tuple[Words, Words]]:
    between, width, chosen = "", 0, (0, 1)
    for number, line in enumerate(iter_lines(path, encoding), start=1):
        if is_blank(line):
            yield (), ()
            continue
        if not between:
            between = _separator(path, number, line)
            width = _width(line.split(between))
            chosen = columns.named(width, f"{path}:{number}")
        cells = line.split(between)
        if len(cells) < width or any(cell.strip(" ") for cell in cells[width:]):
            raise other_width(path, number, len(cells), width)
        yield _words(pick(cells, chosen[0] % width)), _words(pick(cells, chosen[1] % width))


def _column_files(source: Path, target: Path | None, form: ColumnForm) -> Iterator[tuple[Words, Words]]:
    if target is None:
        raise UserError(f"{source}: column files are two; give that of the target language too")
    sides = read_words(source, form), read_words(target, form)
    check_equal(source, len(sides[0]), target, len(sides[1]))
    yield from zip(*sides, strict=True)


def _separator(path: Path, number: int, line: str) -> str:
    tabs = "\t" in line.rstrip(" \t") or ("\t" in line and BETWEEN not in line)  # not those at the end alone
    if tabs or BETWEEN in line:
        return "\t" if tabs else BETWEEN
    raise UserError(
        f"{path}:{number}: no tab; wanted a sentence, a tab (or {BETWEEN}) and its translation, or a second file"
    )


def _width(cells: list[str]) -> int:
    """Return the number of columns, at least two, without empty ones at the end."""
    width = len(cells)
    while width > 2 and not cells[width - 1].strip(" "):
        width -= 1
    return width


def _side_by_side(source: Path, target: Path, encoding: str | None) -> Iterator[tuple[Words, Words]]:
    source_lines, target_lines = iter_lines(source, encoding), iter_lines(target, encoding)
    read = filled = tagged = 0
    for source_line in source_lines:
        target_line = next(target_lines, None)
        if target_line is None:
            check_equal(source, read + 1 + sum(1 for _ in source_lines), target, read)
            return
        read += 1
        refuse_tab(source, read, source_line)
        refuse_tab(target, read, target_line)
        if tagged == filled and not is_blank(source_line):  # until a line does not end in a tag
            filled += 1
            tagged += _ends_in_tag(source_line)
        yield _words(source_line), _words(target_line)
    check_equal(source, read, target, read + sum(1 for _ in target_lines))
    if tagged == filled > 1:
        raise _tagged(source)


def _words(text: str | None) -> Words:
    return tokenise(text or "", "spaces")
