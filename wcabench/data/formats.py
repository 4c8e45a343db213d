"""Formats of resources: labelled columns, text and parallel text; other formats are in `slot_formats`.

A format is a frozen dataclass whose fields are keys of the resource's table in a suite. It reads the files (`read`),
lists further files that belong to the resource (`beside`), and checks that its keys fit together (`problem`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from wcabench.data.canonical import Kind
from wcabench.data.column_file import read_column_file
from wcabench.data.column_lines import ColumnForm, Comments
from wcabench.data.columns import sentences_of
from wcabench.data.line_pairs import refuse_columns
from wcabench.data.link_form import LinkForm, LinksOrder
from wcabench.data.parallel import (
    DROPPED_FLAGS,
    ParallelText,
    read_tsv,
    read_two_column_files,
    read_two_files,
)
from wcabench.data.schemes import Declared
from wcabench.data.tag_columns import without_entity
from wcabench.data.text_files import read_lines
from wcabench.data.tokenise import Tokenise, tokenise
from wcabench.errors import UserError

Paths = tuple[str, ...]


@dataclass(frozen=True)
class ReadContent:
    """The parsed content of a resource's files.

    Attributes:
        content: sentences, pairs, entries, vectors.
        skipped: reason -> number of lines that were left out.
        doubt: one line if the files may have been misread; else empty.
    """

    content: Any
    skipped: dict[str, int] = field(default_factory=dict)
    doubt: str = ""


class Format(Protocol):
    """How the files of a resource are read."""

    kind: ClassVar[Kind]

    @property
    def beside(self) -> tuple[Paths, ...]:
        """Paths of further files that belong to those of `Resource.path`, one tuple for each kind that is given."""
        ...

    @property
    def problem(self) -> str:
        """What is wrong with the keys together, and what to do; empty if nothing is."""
        ...

    def read(self, files: Sequence[Path], types: Collection[str] | None) -> ReadContent:
        """Read the files that belong together; if `types` is given, all labels must have one of these types."""
        ...


@dataclass(frozen=True)
class Columns:
    """A column file of labelled sentences; see `read_columns` and `ColumnForm`."""

    kind: ClassVar[Kind] = "columns"
    beside: ClassVar[tuple[Paths, ...]] = ()
    problem: ClassVar[str] = ""
    encoding: str | None = None
    scheme: Declared | None = None
    token_column: int | None = None
    tag_column: int = -1
    comments: Comments = "auto"
    document_marker: str = ""

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """Read the sentences; only comments are left out."""
        form = ColumnForm(self.token_column, self.comments, self.document_marker, self.encoding)
        file = read_column_file(files[0], form, self.tag_column)
        sentences = sentences_of(file, self.tag_column, self.scheme, types)
        doubt = file.doubt or without_entity(sentence.tags for sentence in sentences)
        return ReadContent(sentences, _counted(comment=file.comments), doubt)


@dataclass(frozen=True)
class Text:
    """Unlabelled sentences.

    Attributes:
        layout: "columns" reads the tokens of a column file and ignores tags; "lines" reads one sentence a line.
        token_column: of a column file; see `ColumnForm`.
        comments: of a column file; see `ColumnForm`.
        tokenise: of lines; see `wcabench.data.tokenise`.
        encoding: see `read_lines`.
    """

    kind: ClassVar[Kind] = "text"
    beside: ClassVar[tuple[Paths, ...]] = ()
    layout: Literal["columns", "lines"] = "columns"
    token_column: int | None = None
    comments: Comments = "auto"
    tokenise: Tokenise = "spaces"
    encoding: str | None = None

    @property
    def problem(self) -> str:
        """Says which key belongs to the other layout."""
        return unused(self, ("tokenise",) if self.layout == "columns" else ("token_column", "comments"))

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """Read the sentences, and count empty lines and comments."""
        del types
        if self.layout == "columns":
            form = ColumnForm(self.token_column, self.comments, encoding=self.encoding)
            file = read_column_file(files[0], form, None)
            return ReadContent(file.words, _counted(comment=file.comments), file.doubt)
        lines = read_lines(files[0], self.encoding)
        refuse_columns(files[0], lines)
        sentences = [words for line in lines if (words := tokenise(line, self.tokenise))]
        if not sentences:
            raise UserError(f"{files[0]}: no sentence in it; wanted one a line")
        return ReadContent(sentences, _counted(empty=len(lines) - len(sentences)))


@dataclass(frozen=True)
class Parallel:
    """Parallel text: one TSV file, or (with `target_path` beside `path`) two parallel files.

    Attributes:
        target_path: file of the target sentences; `path` then holds only the source sentences.
        links_path: word alignments of the two files in Pharaoh format.
        layout: layout of the two files: "lines" with one sentence a line, or "columns" for column files, whose tags
            are ignored.
        token_column: of the column files; see `ColumnForm`.
        target_token_column: token column of the target's file, if it is another one.
        comments: of the column files; see `ColumnForm`.
        source_column: column of the source sentence in a TSV file, from 0; see `read_tsv`.
        target_column: column of the target sentence.
        links_column: column of the word alignment.
        links_order: which side the first number of a link belongs to.
        first_word: number of the first word in the links, 0 or 1; None is 0, with a doubt if no link has a word 0.
        flags_column: column of remarks on the line.
        drop_flags: lines with one of these remarks are left out.
        tokenise: see `wcabench.data.tokenise`.
        encoding: see `read_lines`.
    """

    kind: ClassVar[Kind] = "parallel"
    target_path: Paths = ()
    links_path: Paths = ()
    layout: Literal["lines", "columns"] = "lines"
    token_column: int | None = None
    target_token_column: int | None = None
    comments: Comments = "auto"
    source_column: int | None = None
    target_column: int | None = None
    links_column: int | None = None
    links_order: LinksOrder = "source-target"
    first_word: int | None = None
    flags_column: int | None = None
    drop_flags: tuple[str, ...] = DROPPED_FLAGS
    tokenise: Tokenise = "spaces"
    encoding: str | None = None

    @property
    def beside(self) -> tuple[Paths, ...]:
        """The target's files, and those of the links if there are any."""
        return tuple(paths for paths in (self.target_path, self.links_path) if paths)

    @property
    def has_links(self) -> bool:
        """Whether the text comes with word alignments."""
        return bool(self.links_path) or self.links_column is not None

    @property
    def problem(self) -> str:
        """Says which key belongs to another form of parallel text."""
        if self.layout == "columns" and not self.target_path:
            return 'layout = "columns" is of two files: name the other one by target_path'
        if self.links_path and not self.target_path:
            return "links_path needs target_path; links in a TSV file have a links_column"
        if self.first_word not in (None, 0, 1):
            return f"first_word: {self.first_word} is not 0 or 1"
        of_tsv = ("source_column", "target_column", "links_column", "flags_column", "drop_flags")
        of_columns = ("token_column", "target_token_column", "comments")
        if self.layout == "columns":
            return unused(self, (*of_tsv, "tokenise"))
        return unused(self, (*of_columns, *(of_tsv if self.target_path else ())))

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """Read the pairs, and count skipped lines by reason."""
        del types
        text = self._read_two(files) if self.target_path else self._read_tsv(files[0])
        return ReadContent(text.pairs, text.skipped, text.doubt)

    @property
    def links(self) -> LinkForm:
        """How the word alignments are written."""
        return LinkForm(self.links_order, self.first_word)

    def _read_two(self, files: Sequence[Path]) -> ParallelText:
        links_file = files[2] if len(files) > 2 else None
        if self.layout == "lines":
            return read_two_files(
                files[0], files[1], links_file, links=self.links, how=self.tokenise, encoding=self.encoding
            )
        columns = (
            self.token_column,
            self.token_column if self.target_token_column is None else self.target_token_column,
        )
        form, target_form = (ColumnForm(column, self.comments, encoding=self.encoding) for column in columns)
        return read_two_column_files(
            files[0], files[1], links_file, links=self.links, form=form, target_form=target_form
        )

    def _read_tsv(self, file: Path) -> ParallelText:
        return read_tsv(
            file,
            source_column=self.source_column,
            target_column=self.target_column,
            links_column=self.links_column,
            links=self.links,
            flags_column=self.flags_column,
            drop_flags=self.drop_flags,
            how=self.tokenise,
            encoding=self.encoding,
        )


def unused(form: Any, names: Collection[str]) -> str:
    """Return the problem of a key among `names` that is given but would not be read; empty if there is none."""
    for key in fields(form):
        if key.name in names and getattr(form, key.name) != key.default:
            return f"{key.name} is not read with these other keys; leave it out, or see which layout and files it is of"
    return ""


def _counted(**counts: int) -> dict[str, int]:
    return {why: count for why, count in counts.items() if count}
