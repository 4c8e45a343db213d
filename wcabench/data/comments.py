"""Which lines of a column file that begin with `#` are comments (CoNLL-U, GermEval, MultiCoNER), and which are words.

Where the reader is left to find out, such a line is

* a word, if it has as many columns as the other lines and, where those have tags, a tag;
* a comment, if it is not a word, stands above the first word of its sentence, and a space or tab follows the `#`;
* an error in all other cases: nothing is dropped on a guess.

Where the first column counts the words, as in CoNLL-U, no word begins with `#`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.data.column_lines import Block
from wcabench.data.rows import Row, pick, refuse_mixed
from wcabench.data.schemes import TAG
from wcabench.errors import UserError

_KEY_AND_VALUE = re.compile(r"#\s*[\w.:-]+\s*=")
# What nobody means as a tag: a number, a link, a key with its value.
_NO_TAG = re.compile(r"[^A-Za-z].*|.*[\s=:/].*")


@dataclass(frozen=True)
class CommentFinder:
    """Tells comments from words.

    Attributes:
        path: the file, for errors.
        tabs: its columns are parted by tabs, else by spaces.
        width: number of columns of the lines that are surely rows.
        counted: the first column counts the words.
        tag_column: where those lines have tags; None where they have none.
    """

    path: Path
    tabs: bool
    width: int
    counted: bool
    tag_column: int | None

    def drop(self, block: Block) -> int:
        """Take the comments out of a sentence; how many there were.

        Raises:
            UserError: a line that may be either.
        """
        if not block.hashed:
            return 0
        words: list[Row] = []
        for row in block.rows:
            line = block.hashed.get(row.number)
            if line is None or not self._is_comment(row, line, at_start=not words):
                words.append(row)
        dropped = len(block.rows) - len(words)
        block.rows = words
        return dropped

    def _is_comment(self, row: Row, line: str, *, at_start: bool) -> bool:
        if self.counted:
            return True
        while len(row.cells) > self.width and not row.cells[-1]:
            row.cells.pop()
        fits = len(row.cells) == self.width
        if fits and self.tag_column is None:
            return at_start and bool(_KEY_AND_VALUE.match(line))
        tag = pick(row.cells, self.tag_column or 0) or ""
        if fits and TAG.fullmatch(tag):
            refuse_mixed(self.path, row.number, line, self.tabs)
            return False
        no_tag = _NO_TAG.fullmatch(tag) or (not tag and row.cells[0] != "#")
        if at_start and line[1:2] in (" ", "\t") and (not fits or no_tag):
            return True
        raise UserError(
            f"{self.path}:{row.number}: the line begins with # and is not like the others, which have {self.width} "
            'column(s): if it is a comment, have such lines skipped (comments = "skip" in a suite, --comments skip of '
            "a command); if # is a word, give the line its columns and tag"
        )


def tag_column_of(rows: Sequence[Row], tag_column: int | None) -> int | None:
    """The column that holds the tags of these rows: the one that is given, else the last if it holds nothing else."""
    if tag_column is not None:
        return tag_column
    if rows and len(rows[0].cells) > 1 and all(TAG.fullmatch(row.cells[-1]) for row in rows):
        return -1
    return None
