"""The two sides of a text, sentence by sentence, for the commands that link words: nothing is left out.

A text is one file (`source TAB target`, or fast_align's `source ||| target`) or two line-parallel ones. Files of one
sentence a line are read line by line, so that they may be larger than the memory.
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
    """Which columns of a file of sentence pairs hold the sentences.

    Attributes:
        source: number of the column, from 0, or from the end where it is negative. With both None the file must have
            two columns, the source first.
        target: likewise.
    """

    source: int | None = None
    target: int | None = None

    def named(self, width: int, where: str) -> tuple[int, int]:
        """The numbers of both columns in rows of `width`.

        Raises:
            UserError: they are not there, are one and the same, or are not named where there are more than two.
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
    """How a text of sentence pairs is laid out.

    Attributes:
        layout: of two files: "lines", a sentence a line; "columns", column files, whose tags are not looked at.
        columns: of one file, where the sentences are.
        tokens: of column files; its encoding is not looked at.
        encoding: of the files; see `iter_lines`.
    """

    layout: Literal["lines", "columns"] = "lines"
    columns: PairColumns = field(default_factory=PairColumns)
    tokens: ColumnForm = field(default_factory=ColumnForm)
    encoding: str | None = None


def iter_line_pairs(
    source: Path, target: Path | None = None, form: PairForm | None = None
) -> Iterator[tuple[Words, Words]]:
    """The words of both sides of every line, parted by spaces; a side may be empty, and its line is kept.

    Args:
        source: sentences of the source language; without `target`, both sides.
        target: sentences of the target language, line by line.
        form: how they are laid out; None: a sentence a line, in UTF-8.

    Raises:
        UserError: a file cannot be read, two files of unequal length, a tab in one of them, or a line of one file that
            has not the columns of the others.
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
    """All that `iter_line_pairs` gives."""
    return list(iter_line_pairs(source, target, form))


def check_equal(one: Path, lines: int, other: Path, others: int) -> None:
    """Refuse line-parallel files of unequal length."""
    if lines != others:
        raise UserError(
            f"parallel files of unequal length: {one} has {lines} lines, {other} has {others}; line i "
            "of one must be the translation of line i of the other"
        )


def refuse_tab(path: Path, number: int, line: str) -> None:
    """Refuse columns where a line is one sentence."""
    if "\t" in line:
        raise UserError(
            f"{path}:{number}: a tab in a file of one sentence a line; if it holds columns, give it as such, else put "
            "a space"
        )


def refuse_columns(path: Path, lines: Sequence[str]) -> None:
    """Refuse a file of one sentence a line that holds columns: every line that is not blank has a tab."""
    filled = [line for line in lines if not is_blank(line)]
    if len(filled) > 1 and all(map(_ends_in_tag, filled)):
        raise _tagged(path)
    if filled and all("\t" in line for line in filled):
        raise UserError(
            f"{path}: every line has a tab; wanted one sentence a line: if the file holds columns, take out all but "
            "that of the sentences"
        )


def _ends_in_tag(line: str) -> bool:
    """Whether a line of two words or more ends as those of column files do."""
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
    for between in ("\t", BETWEEN):
        if between in line:
            return between
    raise UserError(
        f"{path}:{number}: no tab; wanted a sentence, a tab (or {BETWEEN}) and its translation, or a second file"
    )


def _width(cells: list[str]) -> int:
    """Number of columns; two at least, and no empty one beyond."""
    width = len(cells)
    while width > 2 and not cells[width - 1].strip(" "):
        width -= 1
    return width


def _side_by_side(source: Path, target: Path, encoding: str | None) -> Iterator[tuple[Words, Words]]:
    lines, others = iter_lines(source, encoding), iter_lines(target, encoding)
    read = filled = tagged = 0
    for one in lines:
        other = next(others, None)
        if other is None:
            check_equal(source, read + 1 + sum(1 for _ in lines), target, read)
            return
        read += 1
        refuse_tab(source, read, one)
        refuse_tab(target, read, other)
        if tagged == filled and not is_blank(one):  # until a line does not end in a tag
            filled += 1
            tagged += _ends_in_tag(one)
        yield _words(one), _words(other)
    check_equal(source, read, target, read + sum(1 for _ in others))
    if tagged == filled > 1:
        raise _tagged(source)


def _words(text: str | None) -> Words:
    return tokenise(text or "", "spaces")
