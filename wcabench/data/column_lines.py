"""The lines of a column file as sentences, with the marks between documents and the lines that may be comments."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wcabench.data.rows import Row, cells_of, is_blank, pick, refuse_mixed

Comments = Literal["auto", "skip", "none"]
DOCSTART = "-DOCSTART-"
_NEW_DOCUMENT = re.compile(r"#\s+newdoc\b")


@dataclass(frozen=True)
class ColumnForm:
    """How a column file is laid out.

    Attributes:
        token_column: where the tokens are; negative numbers count from the end. None is the first column, which must
            then not be a count of the words, as it is in CoNLL-U.
        comments: "auto" finds out which lines that begin with # are comments, see `wcabench.data.comments`; "skip":
            all of them; "none": none.
        document_marker: a line that begins with this starts a document and holds no word; -DOCSTART- and the comment
            `# newdoc` do so anyway.
        encoding: see `read_lines`.
    """

    token_column: int | None = None
    comments: Comments = "auto"
    document_marker: str = ""
    encoding: str | None = None


@dataclass
class Block:
    """The lines of a sentence.

    Attributes:
        rows: one a token.
        document: number of its document, from 0; None in a file that marks none.
        hashed: lines among them that begin with `#`, by number: comments or words.
    """

    rows: list[Row] = field(default_factory=list)
    document: int | None = None
    hashed: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """The lines of a column file, cut into sentences.

    Attributes:
        blocks: the sentences; each has a row.
        tabs: columns are parted by tabs, else by spaces.
        skipped: lines that were skipped, where all that begin with # are comments.
    """

    blocks: list[Block]
    tabs: bool
    skipped: int


def cut(path: Path, lines: Sequence[str], form: ColumnForm) -> Cut:
    """The sentences of a column file.

    A blank line ends a sentence, and so does a mark of a document, which cannot start inside one (the Dutch files of
    CoNLL-2002 have -DOCSTART- as the first line of a sentence).

    Raises:
        UserError: a row with tabs among rows that are parted by spaces.
    """
    cutter = _Cutter(path, form, _has_tabs(lines, form))
    blocks = [block for block in cutter.blocks(lines) if block.rows]
    return Cut(blocks, cutter.tabs, cutter.skipped)


def number_documents(blocks: Sequence[Block]) -> None:
    """Number the documents that hold a sentence from 0; a file with no mark of one has none."""
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
        """The sentences; some have no row."""
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
                block.rows.append(Row(number, cells_of(line, self.tabs or "\t" in line)))
                block.hashed[number] = line
            else:
                refuse_mixed(self.path, number, line, self.tabs)
                block.rows.append(Row(number, cells_of(line, self.tabs)))
        yield block

    def _kind(self, line: str, block: Block) -> Literal["blank", "mark", "comment", "hashed", "row"]:
        if line and line[0] not in "# \t" and DOCSTART not in line and not self.form.document_marker:
            return "row"  # as nearly all are
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
    """Whether columns are parted by tabs: the first line decides that is surely a row, else the first that may be."""
    maybe = (line for line in lines if not is_blank(line) and not _is_mark(line, form, "\t" in line))
    hashed = False
    for line in maybe:
        if line[0] != "#":
            return "\t" in line
        hashed = hashed or "\t" in line
    return hashed
