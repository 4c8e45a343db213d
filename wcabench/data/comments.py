"""Decides which lines of a column file that begin with `#` are comments (CoNLL-U, GermEval, MultiCoNER) or words.

With `comments` "auto", such a line is

* a word, if it has as many columns as the other lines and, where those have tags, a tag;
* a comment, if it is not a word, stands above the first word of its sentence, and a space or tab follows the `#`;
* an error in all other cases: nothing is dropped on a guess.

Where the lines have no tags to tell the two apart, a line above the first word of its sentence is a comment if it is a
key and its value (`# sent_id = 1`), an error if a space or tab follows the `#` or if every sentence begins with a line
like it, and else a word.

Where the first column counts the words, as in CoNLL-U, all such lines are comments.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.data.column_lines import Block
from wcabench.data.rows import FileRow, pick, refuse_mixed
from wcabench.data.schemes import TAG
from wcabench.errors import UserError

_KEY_AND_VALUE = re.compile(r"#\s*[\w.:-]+\s*=")
# Texts that are surely not tags: a number, a link, a key with its value.
_NO_TAG = re.compile(r"[^A-Za-z].*|.*[\s=:/].*")


@dataclass(frozen=True)
class CommentFinder:
    """Distinguishes comments from words.

    Attributes:
        path: the file, for errors.
        tabs: whether columns are separated by tabs; else by spaces.
        width: number of columns of the lines that are surely rows.
        counted: whether the first column counts the words.
        tag_column: number of the column of those lines' tags; None if they have no tags.
        each_starts: whether each of several sentences begins with such a line, as it does where they are numbered.
    """

    path: Path
    tabs: bool
    width: int
    counted: bool
    tag_column: int | None
    each_starts: bool

    def drop(self, block: Block) -> int:
        """Remove the comments from a sentence; return their number.

        Raises:
            UserError: a line may be a comment or a word.
        """
        if not block.hashed:
            return 0
        words: list[FileRow] = []
        for row in block.rows:
            line = block.hashed.get(row.number)
            if line is None or not self._is_comment(row, line, at_start=not words):
                words.append(row)
        dropped = len(block.rows) - len(words)
        block.rows = words
        return dropped

    def _is_comment(self, row: FileRow, line: str, *, at_start: bool) -> bool:
        if self.counted:
            return True
        while len(row.cells) > self.width and not row.cells[-1]:
            row.cells.pop()
        fits = len(row.cells) == self.width
        if fits and self.tag_column is None:
            return at_start and self._is_comment_without_tags(row, line)
        tag = pick(row.cells, self.tag_column or 0) or ""
        if fits and TAG.fullmatch(tag):
            refuse_mixed(self.path, row.number, line, self.tabs)
            return False
        no_tag = _NO_TAG.fullmatch(tag) or (not tag and row.cells[0] != "#")
        if at_start and line[1:2] in (" ", "\t") and (not fits or no_tag):
            return True
        raise self._either(row)

    def _is_comment_without_tags(self, row: FileRow, line: str) -> bool:
        if _KEY_AND_VALUE.match(line):
            return True
        if self.each_starts or (len(row.cells) > 1 and line[1:2] in (" ", "\t")):
            raise self._either(row)
        return False

    def _either(self, row: FileRow) -> UserError:
        return UserError(
            f"{self.path}:{row.number}: the line begins with # and may be a comment or a word (the other lines have "
            f'{self.width} column(s)): if it is a comment, have such lines skipped (comments = "skip" in a suite, '
            "--comments skip of a command); if # is a word, give the line its columns and tag, and have such lines "
            'read as words (comments = "none", --comments none)'
        )


def tag_column_of(rows: Sequence[FileRow], tag_column: int | None) -> int | None:
    """Return the tag column of these rows: `tag_column` if given, else the last column if it holds only tags."""
    if tag_column is not None:
        return tag_column
    if rows and len(rows[0].cells) > 1 and all(TAG.fullmatch(row.cells[-1]) for row in rows):
        return -1
    return None
