"""How a resource is read, and the canonical form of what was read, whose sha256 pins it.

Canonical form, in UTF-8 with `LF` line ends, so that all distributions of one content have one sha256:

* columns: `token TAB tag` a word, tags in IOB2, an empty line after each sentence (the form of
  `write_columns`, so that `sha256sum` of such a file is its pin);
* text: one word a line, an empty line after each sentence;
* parallel: `source words TAB target words TAB links` a pair, words and links parted by spaces, links as `i-j`
  with the source first;
* dictionary: `source TAB target` an entry.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from wcabench.contract import Sentence, SentencePair, Words
from wcabench.data.columns import read_columns, read_words
from wcabench.data.parallel import (
    DROPPED_FLAGS,
    LinksOrder,
    ParallelText,
    read_tsv,
    read_two_column_files,
    read_two_files,
)
from wcabench.data.text_files import read_lines
from wcabench.data.tokenise import Tokenise, tokenise
from wcabench.errors import UserError

Kind = Literal["columns", "text", "parallel", "dictionary"]
Content = list[Sentence] | list[Words] | list[SentencePair] | list[tuple[str, str]]


@dataclass(frozen=True)
class Columns:
    """A column file of labelled sentences; see `read_columns`."""

    kind: ClassVar[Kind] = "columns"
    encoding: str | None = None
    scheme: Literal["iob1", "iob2", "iobes"] | None = None
    token_column: int = 0
    tag_column: int = -1

    def read(
        self, files: Sequence[Path], types: Collection[str] | None = None
    ) -> tuple[Content, dict[str, int]]:
        """The sentences; nothing is skipped."""
        sentences = read_columns(
            files[0],
            encoding=self.encoding,
            scheme=self.scheme,
            token_column=self.token_column,
            tag_column=self.tag_column,
            types=types,
        )
        return sentences, {}


@dataclass(frozen=True)
class Text:
    """Unlabelled sentences.

    Attributes:
        layout: "columns" reads the tokens of a column file, whose tags are not looked at; "lines" reads one
            sentence a line.
        token_column: of a column file.
        tokenise: of lines; see `wcabench.data.tokenise`.
        encoding: see `read_lines`.
    """

    kind: ClassVar[Kind] = "text"
    layout: Literal["columns", "lines"] = "columns"
    token_column: int = 0
    tokenise: Tokenise = "spaces"
    encoding: str | None = None

    def read(
        self, files: Sequence[Path], types: Collection[str] | None = None
    ) -> tuple[Content, dict[str, int]]:
        """The sentences, and how many lines were empty."""
        del types
        if self.layout == "columns":
            return read_words(files[0], encoding=self.encoding, token_column=self.token_column), {}
        lines = [tokenise(line, self.tokenise) for line in read_lines(files[0], self.encoding)]
        sentences = [words for words in lines if words]
        if not sentences:
            raise UserError(f"{files[0]}: no sentence in it; wanted one a line")
        return sentences, {"empty": len(lines) - len(sentences)} if len(lines) > len(sentences) else {}


@dataclass(frozen=True)
class Parallel:
    """Parallel text: one TSV file, or (with `target_path` beside `path`) two parallel files.

    Attributes:
        target_path: the target sentences, where `path` holds the source sentences alone.
        links_path: word alignments of the two files in Pharaoh format.
        layout: of the two files: "lines", a sentence a line; "columns", column files whose tags are not looked at.
        source_column: of a TSV file, from 0; so are the others; see `read_tsv`.
        target_column: column of the target sentence.
        links_column: column of the word alignment.
        links_order: which side the first number of a link belongs to.
        flags_column: column of remarks.
        drop_flags: remarks for which a line is left out.
        tokenise: see `wcabench.data.tokenise`.
        encoding: see `read_lines`.
    """

    kind: ClassVar[Kind] = "parallel"
    target_path: tuple[str, ...] = ()
    links_path: tuple[str, ...] = ()
    layout: Literal["lines", "columns"] = "lines"
    source_column: int = 0
    target_column: int = 1
    links_column: int | None = None
    links_order: LinksOrder = "source-target"
    flags_column: int | None = None
    drop_flags: tuple[str, ...] = DROPPED_FLAGS
    tokenise: Tokenise = "spaces"
    encoding: str | None = None

    def read(
        self, files: Sequence[Path], types: Collection[str] | None = None
    ) -> tuple[Content, dict[str, int]]:
        """The pairs, and how many lines were skipped for what reason."""
        del types
        text = self._read_two(files) if self.target_path else self._read_tsv(files[0])
        return text.pairs, text.skipped

    def _read_two(self, files: Sequence[Path]) -> ParallelText:
        links = files[2] if len(files) > 2 else None
        if self.layout == "columns":
            return read_two_column_files(
                files[0], files[1], links, links_order=self.links_order, encoding=self.encoding
            )
        return read_two_files(
            files[0], files[1], links, links_order=self.links_order, how=self.tokenise, encoding=self.encoding
        )

    def _read_tsv(self, file: Path) -> ParallelText:
        return read_tsv(
            file,
            source_column=self.source_column,
            target_column=self.target_column,
            links_column=self.links_column,
            links_order=self.links_order,
            flags_column=self.flags_column,
            drop_flags=self.drop_flags,
            how=self.tokenise,
            encoding=self.encoding,
        )


@dataclass(frozen=True)
class Dictionary:
    """A bilingual word list: an entry a line, columns parted by tabs where there is one, else by spaces."""

    kind: ClassVar[Kind] = "dictionary"
    source_column: int = 0
    target_column: int = 1
    encoding: str | None = None

    def read(
        self, files: Sequence[Path], types: Collection[str] | None = None
    ) -> tuple[Content, dict[str, int]]:
        """The entries, each once, in the file's order; empty lines are skipped."""
        del types
        entries: dict[tuple[str, str], None] = {}
        wanted = max(self.source_column, self.target_column) + 1
        for number, line in enumerate(read_lines(files[0], self.encoding), start=1):
            cells = [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()
            if cells and len(cells) < wanted:
                raise UserError(
                    f"{files[0]}:{number}: {len(cells)} column(s), {wanted} are wanted; complete the entry"
                )
            if cells and cells[self.source_column] and cells[self.target_column]:
                entries[cells[self.source_column], cells[self.target_column]] = None
        if not entries:
            raise UserError(f"{files[0]}: no entry in it; wanted a source word and a target word a line")
        return list(entries), {}


Format = Columns | Text | Parallel | Dictionary


def content_sha256(kind: Kind, content: Content) -> str:
    """The sha256, in hex, of the canonical form that this module's docstring defines."""
    canonical = _CANONICAL[kind]
    digest = hashlib.sha256()
    for item in content:
        digest.update(canonical(item).encode())
    return digest.hexdigest()


def _sentence(sentence: Sentence) -> str:
    return "".join(f"{w}\t{t}\n" for w, t in zip(sentence.words, sentence.tags, strict=True)) + "\n"


def _words(words: Words) -> str:
    return "".join(f"{word}\n" for word in words) + "\n"


def _pair(pair: SentencePair) -> str:
    links = " ".join(f"{i}-{j}" for i, j in pair.links or ())
    return f"{' '.join(pair.source)}\t{' '.join(pair.target)}\t{links}\n"


def _entry(entry: tuple[str, str]) -> str:
    return f"{entry[0]}\t{entry[1]}\n"


_CANONICAL: dict[Kind, Callable[[Any], str]] = {
    "columns": _sentence,
    "text": _words,
    "parallel": _pair,
    "dictionary": _entry,
}
