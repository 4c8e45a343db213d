"""Parallel text: TSV files, two line-parallel files, and word alignments in Pharaoh format (`0-0 1-2`)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wcabench.contract import SentencePair, Words
from wcabench.data.columns import read_words
from wcabench.data.text_files import iter_lines, read_lines
from wcabench.data.tokenise import Tokenise, tokenise
from wcabench.errors import UserError

Links = tuple[tuple[int, int], ...]
LinksOrder = Literal["source-target", "target-source"]
DROPPED_FLAGS = ("runaway", "empty", "docstart")
_LINK = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True)
class ParallelText:
    """Sentence pairs, and how many lines were left out.

    Attributes:
        pairs: the pairs, in the file's order.
        skipped: reason -> lines: a flag ("runaway"), or "empty" for a line with an empty side.
    """

    pairs: list[SentencePair]
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    """One line of parallel text before it is cut into words."""

    where: str
    source: str
    target: str
    links: str | None
    flags: str


def read_tsv(
    path: str | Path,
    *,
    source_column: int = 0,
    target_column: int = 1,
    links_column: int | None = None,
    links_order: LinksOrder = "source-target",
    flags_column: int | None = None,
    drop_flags: Iterable[str] = DROPPED_FLAGS,
    how: Tokenise = "spaces",
    encoding: str | None = None,
) -> ParallelText:
    """Sentence pairs from a file with one pair a line, in columns parted by tabs.

    Args:
        path: the file.
        source_column: column of the source sentence, from 0.
        target_column: column of the target sentence.
        links_column: column of the word alignment in Pharaoh format.
        links_order: which side the first number of a link belongs to.
        flags_column: column of remarks on the line, parted by spaces, commas or the like.
        drop_flags: remarks for which a line is left out.
        how: see `tokenise`.
        encoding: see `read_lines`.

    Raises:
        UserError: the file cannot be read or holds no pair, a line has too few columns, or a link is
            malformed or points outside its sentences. File and line are named.
    """
    path = Path(path)
    last = max(c for c in (source_column, target_column, links_column, flags_column) if c is not None)
    rows = []
    for number, line in enumerate(read_lines(path, encoding), start=1):
        cells = line.split("\t")
        if not line.strip():
            cells = [""] * (last + 1)
        if len(cells) <= last:
            raise UserError(
                f"{path}:{number}: {len(cells)} column(s), but {last + 1} are wanted; columns are parted "
                "by one tab each: add what is missing, or correct the column numbers"
            )
        links = cells[links_column] if links_column is not None else None
        flags = cells[flags_column] if flags_column is not None else ""
        rows.append(_Row(f"{path}:{number}", cells[source_column], cells[target_column], links, flags))
    return _pairs(path, rows, links_order, frozenset(drop_flags), how)


def read_two_files(
    source: str | Path,
    target: str | Path,
    links: str | Path | None = None,
    *,
    links_order: LinksOrder = "source-target",
    how: Tokenise = "spaces",
    encoding: str | None = None,
) -> ParallelText:
    """Sentence pairs from two files, line i of one being the translation of line i of the other.

    Args:
        source: sentences of the source language.
        target: sentences of the target language.
        links: word alignments, one line a pair, in Pharaoh format.
        links_order: which side the first number of a link belongs to.
        how: see `tokenise`.
        encoding: of all the files; see `read_lines`.

    Raises:
        UserError: as `read_tsv`, and for files of unequal length; both are named with their counts.
    """
    sides = [read_lines(Path(file), encoding) for file in (source, target)]
    return _two_files(Path(source), Path(target), links, sides, links_order, how)


def read_two_column_files(
    source: str | Path,
    target: str | Path,
    links: str | Path | None = None,
    *,
    links_order: LinksOrder = "source-target",
    encoding: str | None = None,
) -> ParallelText:
    """Sentence pairs from two column files, sentence i of one being the translation of sentence i of the other.

    Args:
        source: tokens of the source language; their tags are not looked at, nor those of the target.
        target: tokens of the target language.
        links: word alignments, one line a pair, in Pharaoh format.
        links_order: which side the first number of a link belongs to.
        encoding: of the column files; see `read_lines`.

    Raises:
        UserError: as `read_words`, and for files of unequal length; both are named with their counts.
    """
    sides = [[" ".join(words) for words in read_words(file, encoding=encoding)] for file in (source, target)]
    return _two_files(Path(source), Path(target), links, sides, links_order, "spaces")


def read_line_pairs(source: Path, target: Path | None = None) -> list[tuple[Words, Words]]:
    """All that `iter_line_pairs` gives."""
    return list(iter_line_pairs(source, target))


def iter_line_pairs(source: Path, target: Path | None = None) -> Iterator[tuple[Words, Words]]:
    """The words of both sides of every line, parted by spaces; a side may be empty, and its line is kept.

    The files are read line by line, so that they may be larger than the memory.

    Args:
        source: sentences of the source language; without `target`, source TAB target.
        target: sentences of the target language, line by line.

    Raises:
        UserError: a file cannot be read, two files of unequal length, or a line without a tab.
    """
    return _one_file(source) if target is None else _side_by_side(source, target)


def _one_file(path: Path) -> Iterator[tuple[Words, Words]]:
    for number, line in enumerate(iter_lines(path), start=1):
        one, tab, other = line.partition("\t")
        if line.strip() and not tab:
            raise UserError(
                f"{path}:{number}: no tab; wanted a sentence, a tab and its translation, or a second file"
            )
        yield _words(one), _words(other)


def _side_by_side(source: Path, target: Path) -> Iterator[tuple[Words, Words]]:
    lines, others = iter_lines(source), iter_lines(target)
    read = 0
    for one in lines:
        other = next(others, None)
        if other is None:
            _check_equal(source, read + 1 + sum(1 for _ in lines), target, read)
            return
        yield _words(one), _words(other)
        read += 1
    _check_equal(source, read, target, read + sum(1 for _ in others))


def _words(text: str) -> Words:
    return tokenise(text, "spaces")


def _check_equal(one: Path, lines: int, other: Path, others: int) -> None:
    if lines != others:
        raise UserError(
            f"parallel files of unequal length: {one} has {lines} lines, {other} has {others}; line i "
            "of one must be the translation of line i of the other"
        )


def _two_files(
    source: Path,
    target: Path,
    links: str | Path | None,
    sides: list[list[str]],
    order: LinksOrder,
    how: Tokenise,
) -> ParallelText:
    """The pairs of two files that were read, with the links of a third."""
    aligned: list[str] = [] if links is None else read_lines(Path(links))
    _check_equal(source, len(sides[0]), target, len(sides[1]))
    if links is not None:
        _check_equal(source, len(sides[0]), Path(links), len(aligned))
    where = target if links is None else Path(links)
    rows = [
        _Row(f"{where}:{number}", one, other, aligned[number - 1] if aligned else None, "")
        for number, (one, other) in enumerate(zip(*sides, strict=True), start=1)
    ]
    return _pairs(source, rows, order, frozenset(), how)


def _pairs(
    path: Path, rows: list[_Row], order: LinksOrder, dropped: frozenset[str], how: Tokenise
) -> ParallelText:
    pairs: list[SentencePair] = []
    skipped: Counter[str] = Counter()
    for row in rows:
        flags = dropped.intersection(re.findall(r"[\w-]+", row.flags))
        source, target = tokenise(row.source, how), tokenise(row.target, how)
        if flags or not (source and target):
            skipped[min(flags, default="empty")] += 1
            continue
        links = None if row.links is None else _checked_links(row, order, source, target)
        pairs.append(SentencePair(source, target, links))
    if not pairs:
        raise UserError(
            f"{path}: no sentence pair in it; wanted a sentence and its translation on every line"
        )
    return ParallelText(pairs, dict(sorted(skipped.items())))


def _checked_links(row: _Row, order: LinksOrder, source: Words, target: Words) -> Links:
    links = _links(row.where, row.links or "")
    if order == "target-source":
        links = tuple((j, i) for i, j in links)
    for i, j in links:
        if i >= len(source) or j >= len(target):
            raise UserError(
                f"{row.where}: link between source word {i} and target word {j}, but the sentences have "
                f"{len(source)} and {len(target)} words (counted from 0); correct it, or turn links_order"
                " round"
            )
    return tuple(sorted(links))


def _links(where: str, text: str) -> Links:
    found = []
    for part in text.split():
        match = _LINK.fullmatch(part)
        if not match:
            raise UserError(f"{where}: '{part}' is no link; wanted i-j, two word positions counted from 0")
        found.append((int(match[1]), int(match[2])))
    return tuple(found)
