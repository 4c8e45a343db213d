"""Reads parallel text: TSV files, two line-parallel files, and word alignments in Pharaoh format (`0-0 1-2`)."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wcabench.contract import SentencePair, Words
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import read_words
from wcabench.data.line_pairs import PairColumns, check_equal, refuse_columns, refuse_tab
from wcabench.data.link_form import LinkForm
from wcabench.data.rows import rows_of
from wcabench.data.text_files import read_lines
from wcabench.data.tokenise import Tokenise, tokenise
from wcabench.errors import UserError
from wcabench.words.link_files import doubted

DROPPED_FLAGS = ("runaway", "empty", "docstart")


@dataclass(frozen=True)
class ParallelText:
    """Sentence pairs, and the number of lines that were left out.

    Attributes:
        pairs: the pairs, in the file's order.
        skipped: reason -> number of lines; the reason is a flag ("runaway"), or "empty" for an empty side.
        doubt: one line if the links may count words from another number than assumed; else empty.
    """

    pairs: list[SentencePair]
    skipped: dict[str, int] = field(default_factory=dict)
    doubt: str = ""


@dataclass(frozen=True)
class _Line:
    """One line of parallel text, cut into words."""

    where: str
    source: Words
    target: Words
    links: str | None = None
    flags: str = ""


def read_tsv(
    path: str | Path,
    *,
    source_column: int | None = None,
    target_column: int | None = None,
    links_column: int | None = None,
    links: LinkForm | None = None,
    flags_column: int | None = None,
    drop_flags: Iterable[str] = DROPPED_FLAGS,
    how: Tokenise = "spaces",
    encoding: str | None = None,
) -> ParallelText:
    """Read sentence pairs from a file with one pair a line, in columns separated by tabs.

    Args:
        path: the file.
        source_column: column of the source sentence, from 0; negative numbers count from the end.
        target_column: column of the target sentence. If neither is given, they are the first two, and only columns of
            links and flags may follow.
        links_column: column of the word alignment in Pharaoh format.
        links: how the word alignments are written.
        flags_column: column of remarks on the line, separated by spaces, commas or the like.
        drop_flags: lines with one of these remarks are left out.
        how: how sentences are tokenised; see `tokenise`.
        encoding: see `read_lines`.

    Raises:
        UserError: the file cannot be read or holds no pair, a line has another number of columns than the others, a
            column is missing, or a link is malformed or points outside its sentences. File and line are named.
    """
    path = Path(path)
    lines = read_lines(path, encoding)
    columns = PairColumns(source_column, target_column)
    named = [c for c in (source_column, target_column, links_column, flags_column) if c is not None]
    rows = rows_of(path, lines, tabs=True, least=max(named, default=0) + 1)
    if not rows:
        raise _no_pair(path)
    chosen = _columns(columns, len(rows[0].cells), (links_column, flags_column), f"{path}:{rows[0].number}")
    text = [
        _Line(
            f"{path}:{row.number}",
            tokenise(row.cells[chosen[0]], how),
            tokenise(row.cells[chosen[1]], how),
            None if links_column is None else row.cells[links_column],
            "" if flags_column is None else row.cells[flags_column],
        )
        for row in rows
    ]
    return _pairs(path, text, links or LinkForm(), frozenset(drop_flags), blank=len(lines) - len(rows))


def read_two_files(
    source: str | Path,
    target: str | Path,
    links_file: str | Path | None = None,
    *,
    links: LinkForm | None = None,
    how: Tokenise = "spaces",
    encoding: str | None = None,
) -> ParallelText:
    """Read sentence pairs from two files; line i of the target file is the translation of line i of the source file.

    Args:
        source: file of the source sentences.
        target: file of the target sentences.
        links_file: file of the word alignments in Pharaoh format, one line for each pair.
        links: how the word alignments are written.
        how: how sentences are tokenised; see `tokenise`.
        encoding: encoding of all files; see `read_lines`.

    Raises:
        UserError: as in `read_tsv`; or a sentence has a tab, or files have unequal lengths, which are named.
    """
    sides = [_sentences(Path(file), how, encoding) for file in (source, target)]
    return _two_files(Path(source), Path(target), links_file, sides, links or LinkForm(), encoding)


def read_two_column_files(
    source: str | Path,
    target: str | Path,
    links_file: str | Path | None = None,
    *,
    links: LinkForm | None = None,
    form: ColumnForm | None = None,
    target_form: ColumnForm | None = None,
) -> ParallelText:
    """Read sentence pairs from two column files; sentence i of the target translates sentence i of the source.

    Args:
        source: column file of the source; tags are ignored.
        target: column file of the target; tags are ignored.
        links_file: file of the word alignments in Pharaoh format, one line for each pair.
        links: how the word alignments are written.
        form: layout of the column files.
        target_form: layout of the target's file, if it is another one.

    Raises:
        UserError: as in `read_words`; or files have unequal lengths, which are named.
    """
    sides = [read_words(source, form), read_words(target, target_form or form)]
    encoding = form.encoding if form else None
    return _two_files(Path(source), Path(target), links_file, sides, links or LinkForm(), encoding)


def _columns(columns: PairColumns, width: int, others: tuple[int | None, ...], where: str) -> tuple[int, int]:
    """Return the columns of source and target; `others` are further columns, which must exist and be distinct."""
    given = [column for column in others if column is not None]
    for column in given:
        if not -width <= column < width:
            raise UserError(f"{where}: no column {column}: the line has {width} column(s), counted from 0")
    if columns.source is None and columns.target is None and width == 2 + len(given):
        columns = PairColumns(0, 1)
    chosen = columns.named(width, where)
    numbers = [column % width for column in (*chosen, *given)]
    if len(set(numbers)) < len(numbers):
        raise UserError(f"{where}: one column is named for two things; name another for one of them")
    return chosen


def _sentences(path: Path, how: Tokenise, encoding: str | None) -> list[Words]:
    sentences = []
    lines = read_lines(path, encoding)
    refuse_columns(path, lines)
    for number, line in enumerate(lines, start=1):
        refuse_tab(path, number, line)
        sentences.append(tokenise(line, how))
    return sentences


def _two_files(
    source: Path,
    target: Path,
    links_file: str | Path | None,
    sides: list[list[Words]],
    links: LinkForm,
    encoding: str | None,
) -> ParallelText:
    """Return the pairs of two files that were read, with the links of a third file."""
    check_equal(source, len(sides[0]), target, len(sides[1]))
    where, aligned = target, None
    if links_file is not None:
        where = Path(links_file)
        aligned = read_lines(where, encoding)
        check_equal(source, len(sides[0]), where, len(aligned))
    lines = [
        _Line(f"{where}:{number}", source_words, target_words, aligned[number - 1] if aligned else None)
        for number, (source_words, target_words) in enumerate(zip(*sides, strict=True), start=1)
    ]
    return _pairs(where, lines, links, frozenset())


def _pairs(
    path: Path, lines: list[_Line], form: LinkForm, dropped: frozenset[str], blank: int = 0
) -> ParallelText:
    """Return the pairs of these lines without the dropped ones; errors name the file `path`."""
    pairs: list[SentencePair] = []
    skipped: Counter[str] = Counter(empty=blank)
    for line in lines:
        flags = dropped.intersection(re.findall(r"[\w-]+", line.flags))
        if flags or not (line.source and line.target):
            skipped[min(flags, default="empty")] += 1
            continue
        links = None if line.links is None else form.read(line.links, line.where, line.source, line.target)
        pairs.append(SentencePair(line.source, line.target, links))
    if not pairs:
        raise _no_pair(path)
    doubt = doubted(pair.links or () for pair in pairs) if form.first_word is None else ""
    return ParallelText(pairs, {why: count for why, count in sorted(skipped.items()) if count}, doubt)


def _no_pair(path: Path) -> UserError:
    return UserError(f"{path}: no sentence pair in it; wanted a sentence and its translation on every line")
