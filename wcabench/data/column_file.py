"""Cuts a column file into sentences: removes comments, and checks that all rows have equally many columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.contract import Words
from wcabench.data.column_lines import Block, ColumnForm, cut, number_documents
from wcabench.data.comments import CommentFinder, tag_column_of
from wcabench.data.rows import pick, squared
from wcabench.data.text_files import read_lines
from wcabench.errors import UserError

# Ids of CoNLL-U for the surface form of several words ("1-2"), and for a word that is not in the text ("8.1").
_RANGE_OR_EMPTY = re.compile(r"\d+[-.]\d+")

LONGEST_SENTENCE = 1_000  # a longer sentence, in words, is doubted
MOST_SINGLE_WORDS = 20  # a file of more sentences that all have one word is doubted


@dataclass(frozen=True)
class ColumnFile:
    """A column file that was cut into sentences.

    Attributes:
        path: the file.
        blocks: its sentences; each has at least one row.
        width: number of columns of every row.
        token_column: number of the column of the tokens.
        comments: number of lines that were skipped as comments.
    """

    path: Path
    blocks: list[Block]
    width: int
    token_column: int
    comments: int

    @property
    def words(self) -> list[Words]:
        """The tokens of every sentence."""
        return self.column(self.token_column, "token")

    @property
    def doubt(self) -> str:
        """One line (without the file's name) if sentence boundaries seem wrong; else empty."""
        longest = max(len(block.rows) for block in self.blocks)
        if longest > LONGEST_SENTENCE:
            return f"a sentence of {longest:,} words; see whether blank lines are missing between sentences"
        if longest == 1 and len(self.blocks) > MOST_SINGLE_WORDS:
            return f"each of the {len(self.blocks):,} sentences is one word; see whether every other line is blank"
        return ""

    def column(self, column: int, role: str) -> list[Words]:
        """Return the cells of one column, sentence by sentence.

        Args:
            column: the column's number, from 0; negative numbers count from the end.
            role: "token" or "tag", for errors.

        Raises:
            UserError: there is no such column, or a cell of it is empty.
        """
        first = self.blocks[0].rows[0]
        if pick(first.cells, column) is None:
            raise UserError(
                f"{self.path}:{first.number}: no {role} column {column}: the lines have {self.width} column(s), "
                f"counted from 0; name the {role} column that there is"
            )
        for row in (row for block in self.blocks for row in block.rows if not row.cells[column]):
            raise UserError(f"{self.path}:{row.number}: empty {role}; give the line a {role} or remove it")
        return [tuple(row.cells[column] for row in block.rows) for block in self.blocks]


def read_column_file(path: str | Path, form: ColumnForm | None, tag_column: int | None) -> ColumnFile:
    """Cut a column file into sentences.

    Args:
        path: the file.
        form: its layout; None: the default layout.
        tag_column: number of the column of its tags; None: the file may have no tags.

    Raises:
        UserError: as in `read_columns`, except for errors of tags.
    """
    path, form = Path(path), form or ColumnForm()
    sentences = cut(path, read_lines(path, form.encoding), form)
    blocks = sentences.blocks
    rows = [row for block in blocks for row in block.rows]
    certain = [row for block in blocks for row in block.rows if row.number not in block.hashed]
    least = max(form.token_column or 0, tag_column or 0) + 1
    width = squared(path, certain or rows, least)
    tags = tag_column_of(certain, tag_column)
    counted = _counts_words(blocks, tags)
    finder = CommentFinder(path, sentences.tabs, width, counted, tags, _each_starts_hashed(blocks))
    skipped = sentences.skipped + sum(finder.drop(block) for block in blocks)
    if form.token_column is not None and counted:
        _drop_ranges(blocks)
    blocks = [block for block in blocks if block.rows]
    if not blocks:
        raise UserError(f"{path}: no sentence in it; wanted one token and its tag a line")
    if counted and form.token_column is None:
        raise UserError(
            f"{path}:{blocks[0].rows[0].number}: the first column counts the words of each sentence, as in CoNLL-U: "
            "name the column of the words, counted from 0 (token_column = 1 in a suite, --token-column 1 of a command)"
        )
    number_documents(blocks)
    return ColumnFile(path, blocks, width, form.token_column or 0, skipped)


def _counts_words(blocks: Sequence[Block], tag_column: int | None) -> bool:
    """Whether the first column counts 1, 2, 3, ... in every sentence, and another column can hold the words."""
    counts = False
    for block in blocks:
        rows = [row for row in block.rows if row.number not in block.hashed]
        ids = [row.cells[0] for row in rows if not _RANGE_OR_EMPTY.fullmatch(row.cells[0])]
        if ids != [str(number) for number in range(1, len(ids) + 1)]:
            return False
        counts = counts or (bool(ids) and len(rows[0].cells) > (1 if tag_column is None else 2))
    return counts


def _each_starts_hashed(blocks: Sequence[Block]) -> bool:
    """Whether there are several sentences, and each begins with a line that may be a comment."""
    return len(blocks) > 1 and all(block.rows[0].number in block.hashed for block in blocks)


def _drop_ranges(blocks: Sequence[Block]) -> None:
    """Remove CoNLL-U rows that are not words: surface forms of several words, and words that are not in the text."""
    for block in blocks:
        block.rows = [row for row in block.rows if not _RANGE_OR_EMPTY.fullmatch(row.cells[0])]
