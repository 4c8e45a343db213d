"""Splits the lines of a column file into sentences, and finds document marks and lines that may be comments."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wcabench.data.rows import FileRow, cells_of, is_blank, pick, refuse_mixed

Comments = Literal["auto", "skip", "none"]
DOCSTART = "-DOCSTART-"
_NEW_DOCUMENT = re.compile(r"#\s+newdoc\b")


@dataclass(frozen=True)
class ColumnForm:
    """The layout of a column file.

    Attributes:
        token_column: number of the column of the tokens; negative numbers count from the end. None is the first column,
            which must not count the words as in CoNLL-U.
        comments: which lines that begin with # are comments: "skip" all of them, "none" of them, or "auto" as
            `wcabench.data.comments` decides.
        document_marker: a line that begins with this text starts a document and holds no word. Lines with -DOCSTART-
            and the comment `# newdoc` always start a document.
        encoding: the file's encoding; see `read_lines`.
    """

    token_column: int | None = None
    comments: Comments = "auto"
    document_marker: str = ""
    encoding: str | None = None


@dataclass
class Block:
    """The rows of one sentence.

    Attributes:
        rows: one row for each token.
        document: number of the sentence's document, from 0; None in a file without document marks.
        hashed: the lines among them that begin with `#` (comments or words), by line number.
    """

    rows: list[FileRow] = field(default_factory=list)
    document: int | None = None
    hashed: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """A column file, cut into sentences.

    Attributes:
        blocks: the sentences; each has at least one row.
        tabs: whether columns are separated by tabs; else by spaces.
        skipped: number of comment lines that were skipped (with `comments` "skip").
    """

    blocks: list[Block]
    tabs: bool
    skipped: int


def cut(path: Path, lines: Sequence[str], form: ColumnForm) -> Cut:
    """Cut the lines of a column file into sentences.

    A blank line ends a sentence. So does a document mark, because no document starts inside a sentence (in the Dutch
    files of CoNLL-2002, -DOCSTART- is the first line of a sentence).

    Raises:
        UserError: a row has tabs, but columns are separated by spaces.
    """
    cutter = _Cutter(path, form, _has_tabs(lines, form))
    blocks = [block for block in cutter.blocks(lines) if block.rows]
    return Cut(blocks, cutter.tabs, cutter.skipped)


def number_documents(blocks: Sequence[Block]) -> None:
    """Number the documents that have sentences from 0; in a file without document marks, set the number to None."""
    numbers = {mark: number for number, mark in enumerate(dict.fromkeys(b.document for b in blocks))}
    marked = any(block.document for block in blocks)
    for block in blocks:
        block.document = numbers[block.document] if marked else None


class _Cutter:
    def __init__(self, path: Path, form: ColumnForm, tabs: bool) -> None:
        self.path, self.form, self.tabs = path, form, tabs
        self.marks = 0
        self.skipped = 0

    def blocks(self, lines: Sequence[str]) -> Iterator[Block]:
        """Yield the sentences; some have no row."""
        block = Block(document=self.marks)
        for number, line in enumerate(lines, start=1):
            kind = self._kind(line, block)
            if kind in ("blank", "mark"):
                yield block
                self.marks += kind == "mark"
                block = Block(document=self.marks)
            elif kind == "comment":
                self.skipped += 1
            elif kind == "hashed":
                block.rows.append(FileRow(number, cells_of(line, self.tabs or "\t" in line)))
                block.hashed[number] = line
            else:
                refuse_mixed(self.path, number, line, self.tabs)
                block.rows.append(FileRow(number, cells_of(line, self.tabs)))
        yield block

    def _kind(self, line: str, block: Block) -> Literal["blank", "mark", "comment", "hashed", "row"]:
        if line and line[0] not in "# \t" and DOCSTART not in line and not self.form.document_marker:
            return "row"  # the most frequent case
        if is_blank(line):
            return "blank"
        if line[0] == "#" and self.form.comments != "none":
            if _NEW_DOCUMENT.match(line) and len(block.rows) == len(block.hashed):
                return "mark"
            return "comment" if self.form.comments == "skip" else "hashed"
        return "mark" if _is_mark(line, self.form, self.tabs) else "row"


def _is_mark(line: str, form: ColumnForm, tabs: bool) -> bool:
    if form.document_marker and line.startswith(form.document_marker):
        return True
    if DOCSTART not in line:
        return False
    cells = cells_of(line, tabs)
    token = pick(cells, form.token_column or 0)
    return cells[0].startswith(DOCSTART) or (token or "").startswith(DOCSTART)


def _has_tabs(lines: Sequence[str], form: ColumnForm) -> bool:
    """Whether columns are separated by tabs.

    The first line that cannot be a comment decides; if there is none, any line with a tab does.
    """
    candidates = (line for line in lines if not is_blank(line) and not _is_mark(line, form, "\t" in line))
    hashed = False
    for line in candidates:
        if line[0] != "#":
            return "\t" in line
        hashed = hashed or "\t" in line
    return hashed
