"""Reads files of word alignments in Pharaoh format and in the format of the shared tasks (NAACL 2003).

Pharaoh format has one sentence a line, `0-0 1-2`, counts words from 0, and marks possible links as `3?4` or `3p4`. The
shared tasks' format has one link a line, `sentence source target`, with `S` or `P` at the end. It counts sentences and
words from 1, and a word without a counterpart may be given as a link to word 0 (Mihalcea & Pedersen 2003).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from wcabench.errors import UserError
from wcabench.words.pharaoh import GoldLinks, parse_gold
from wcabench.words.symmetrise import Link

_SHARED_TASK = re.compile(r"\s*([0-9]+)\s+([0-9]+)\s+([0-9]+)(?:\s+([SPsp]))?(?:\s+[0-9.]+)?\s*")
_NO_LINKS = GoldLinks(frozenset(), frozenset())
# A sentence without links has no line, so the highest sentence number gives the number of sentences.
_MOST_SENTENCES = 1_000_000
Lengths = Sequence[tuple[int, int]]
# Options of a command that say that words are counted from 0 and from 1, for errors.
Options = tuple[str, str]
_OPTIONS = ("--zero-based", "--one-based")


@dataclass(frozen=True)
class LinkFile:
    """The content of a file of word alignments.

    Attributes:
        sentences: the links of each sentence, words counted from 0.
        doubt: one line if the file may count words or sentences from another number than assumed; else empty.
        open_end: whether further sentences without links may follow, for which the shared tasks' format has no line.
    """

    sentences: list[GoldLinks]
    doubt: str = ""
    open_end: bool = False


def parse_link_file(
    path: Path,
    lines: Sequence[str],
    *,
    first: int | None = None,
    lengths: Lengths | None = None,
    options: Options = _OPTIONS,
) -> LinkFile:
    """Parse a file of word alignments: in the shared tasks' format if any line is a link in it, else in Pharaoh format.

    Args:
        path: the file's name, for errors.
        lines: the file's lines.
        first: number of the first word, 0 or 1. None: by the format, 0 in Pharaoh format and 1 in the shared tasks'
            format, unless a link 0 0 shows that the file counts from 0.
        lengths: (source words, target words) of each sentence; if given, links beyond them are refused.
        options: the command's options for `first`, 0 and 1.

    Raises:
        UserError: the file has no line, a link is malformed or beyond its sentence, or the number of sentences differs
            from that of `lengths`.
    """
    if not lines:
        raise UserError(f"{path}: no link in it; wanted a sentence a line, as in 0-0 1-2")
    shared = any(_SHARED_TASK.fullmatch(line) for line in lines)
    if shared:
        sentences, first = _shared_task(path, lines, first, lengths, options)
        doubt = _mostly_empty(sentences) if lengths is None else ""
    else:
        sentences = [parse_gold(line, where=f"{path}:{n}") for n, line in enumerate(lines, start=1)]
        doubt = "" if first is not None else doubted((links.possible for links in sentences), options[1])
    if lengths is not None and len(sentences) != len(lengths):
        raise UserError(
            f"{path}: {len(sentences)} sentences, but the text has {len(lengths)}; wanted as many"
        )
    shifted = [
        GoldLinks(
            *(
                _shifted(
                    links,
                    first or 0,
                    f"{path}: sentence {number}",
                    None if lengths is None else lengths[number - 1],
                    options,
                )
                for links in (gold.sure, gold.possible)
            )
        )
        for number, gold in enumerate(sentences, start=1)
    ]
    return LinkFile(shifted, doubt, open_end=shared and lengths is None)


def refuse_no_link(path: Path, file: LinkFile) -> None:
    """Raise a `UserError` if no sentence of a file of gold links has a link, for then no error rate is defined."""
    if not any(links.possible for links in file.sentences):
        raise UserError(f"{path}: no link in it; wanted a sentence a line, as in 0-0 1-2")


def paired_sentences(
    gold: Path, wanted: LinkFile, pred: Path, predicted: LinkFile
) -> list[tuple[GoldLinks, GoldLinks]]:
    """Return the gold and the predicted links of every sentence; sentences that a file has no line for have none.

    Args:
        gold: name of the file of gold links, for errors.
        wanted: its links.
        pred: name of the file of predicted links, for errors.
        predicted: its links.

    Raises:
        UserError: the files have different numbers of sentences, and the shorter one has a line for each.
    """
    counts = [len(file.sentences) for file in (wanted, predicted)]
    missing = counts[1] - counts[0]
    if (missing > 0 and not wanted.open_end) or (missing < 0 and not predicted.open_end):
        raise UserError(
            f"{pred}: {counts[1]} sentences, but {counts[0]} in {gold}; wanted a line for each, empty where nothing "
            "is linked"
        )
    return list(zip_longest(wanted.sentences, predicted.sentences, fillvalue=_NO_LINKS))


def doubted(sentences: Iterable[Iterable[Link]], option: str = _OPTIONS[1]) -> str:
    """Return a warning (without the file's name) if links that are read from 0 have no word 0; else an empty string.

    Args:
        sentences: the links of each sentence.
        option: the command's option for a file that counts from 1.
    """
    any_link = False
    for links in sentences:
        for i, j in links:
            if i == 0 or j == 0:
                return ""
            any_link = True
    if not any_link:
        return ""
    return (
        "links are read with words counted from 0, but none has a word 0: if they are counted from 1, say so "
        f"({option} of a command, first_word = 1 in a suite)"
    )


def _shared_task(
    path: Path, lines: Sequence[str], first: int | None, lengths: Lengths | None, options: Options
) -> tuple[list[GoldLinks], int]:
    """Return the links of each sentence with the file's own word numbers, and the number of the first word."""
    most = _MOST_SENTENCES if lengths is None else len(lengths)
    sure: dict[int, set[Link]] = {}
    possible: dict[int, set[Link]] = {}
    zero = ""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        match = _SHARED_TASK.fullmatch(line)
        if not match:
            raise UserError(
                f"{path}:{number}: '{line[:40]}' is no link as in the other lines; wanted the numbers of sentence, "
                "source word and target word, and S or P, e.g. 1 3 4 S"
            )
        if any(len(digits) > 9 for digits in match.groups()[:3]) or not 1 <= int(match[1]) <= most:
            raise UserError(
                f"{path}:{number}: sentence {match[1][:20]}, but sentences are counted from 1 to {most:,}; correct it"
            )
        sentence, link = int(match[1]), (int(match[2]), int(match[3]))
        if link == (0, 0) and first is None:
            first = 0
        if 0 in link:
            zero = zero or f"{path}:{number}"
        possible.setdefault(sentence, set()).add(link)
        if match[4] not in ("P", "p"):
            sure.setdefault(sentence, set()).add(link)
    if zero and first is None:
        raise UserError(
            f"{zero}: a word 0, though this format counts from 1: if it stands for no word, give {options[1]} "
            f"(such links are left out); if the first word has the number 0, give {options[0]}"
        )
    first = 1 if first is None else first
    count = max(possible) if lengths is None else len(lengths)
    return [_sentence(sure.get(n), possible.get(n), first) for n in range(1, count + 1)], first


def _sentence(sure: set[Link] | None, possible: set[Link] | None, first: int) -> GoldLinks:
    """Return the links of a sentence; in a file that counts from 1, links to word 0 mean no word and are left out."""
    if not possible:
        return _NO_LINKS
    kept = [{link for link in links or () if not (first and 0 in link)} for links in (sure, possible)]
    return GoldLinks(frozenset(kept[0]), frozenset(kept[1]))


def _mostly_empty(sentences: Sequence[GoldLinks]) -> str:
    """Return a doubt if most sentences have no link, as in a part of a larger file that kept its numbers."""
    linked = sum(bool(links.possible) for links in sentences)
    if 2 * linked >= len(sentences):
        return ""
    return (
        f"{linked:,} of {len(sentences):,} sentences have a link, the others count as sentences without: if the file "
        "is a part of a larger one, number its sentences from 1"
    )


def _shifted(
    links: frozenset[Link], first: int, where: str, lengths: tuple[int, int] | None, options: Options
) -> frozenset[Link]:
    shifted = frozenset((i - first, j - first) for i, j in links)
    for i, j in sorted(shifted):
        if i < 0 or j < 0:
            raise UserError(
                f"{where}: link {i + first}-{j + first}, but words are counted from {first}; leave {options[first]} out"
            )
        if lengths is not None and (i >= lengths[0] or j >= lengths[1]):
            raise UserError(
                f"{where}: link {i + first}-{j + first} lies beyond its {lengths[0]} source and {lengths[1]} target "
                f"words (counted from {first}); correct it, or see whether words are counted from {1 - first}"
            )
    return shifted
