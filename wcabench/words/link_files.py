"""Files of word alignments: Pharaoh format, and the format of the shared tasks (NAACL 2003).

Pharaoh format has a sentence a line, `0-0 1-2`, and marks possible links as `3?4` or `3p4`. The shared tasks' has a
link a line, `sentence source target`, sentences counted from 1, with `S` or `P` at the end (Mihalcea & Pedersen 2003).
"""

import re
from collections.abc import Sequence
from pathlib import Path

from wcabench.errors import UserError
from wcabench.words.pharaoh import GoldLinks, parse_gold
from wcabench.words.symmetrise import Link

_SHARED_TASK = re.compile(r"\s*(\d+)\s+(\d+)\s+(\d+)(?:\s+([SP]))?(?:\s+[\d.]+)?\s*")


def parse_link_file(
    path: Path, lines: list[str], *, first: int = 0, lengths: Sequence[tuple[int, int]] | None = None
) -> list[GoldLinks]:
    """The links of each sentence.

    Args:
        path: the file's name, for errors.
        lines: its lines, in either format.
        first: number of the first word: 0, or 1.
        lengths: (source words, target words) of each sentence, where links beyond them are to be refused.

    Raises:
        UserError: no link in the file, a field that is no link, or a link beyond its sentence.
    """
    if not lines:
        raise UserError(f"{path}: no link in it; wanted a sentence a line, as in 0-0 1-2")
    filled = [line for line in lines if line.strip()]
    shared_task = bool(filled) and all(_SHARED_TASK.fullmatch(line) for line in filled)
    sentences = _read_shared_task(lines) if shared_task else _read_pharaoh(path, lines)
    if lengths is not None and shared_task:
        # That format cannot say that the last sentences have no link.
        sentences += [GoldLinks(frozenset(), frozenset())] * (len(lengths) - len(sentences))
    if lengths is not None and len(sentences) != len(lengths):
        raise UserError(
            f"{path}: {len(sentences)} sentences, but the text has {len(lengths)}; wanted as many"
        )
    return [
        GoldLinks(*(_shifted(links, first, path, number, lengths) for links in (gold.sure, gold.possible)))
        for number, gold in enumerate(sentences, start=1)
    ]


def _read_pharaoh(path: Path, lines: list[str]) -> list[GoldLinks]:
    return [parse_gold(line, where=f"{path}:{number}") for number, line in enumerate(lines, start=1)]


def _read_shared_task(lines: list[str]) -> list[GoldLinks]:
    sure: dict[int, set[Link]] = {}
    possible: dict[int, set[Link]] = {}
    for line in lines:
        match = _SHARED_TASK.fullmatch(line)
        if match and line.strip():
            sentence, link = int(match[1]), (int(match[2]), int(match[3]))
            possible.setdefault(sentence, set()).add(link)
            if match[4] != "P":
                sure.setdefault(sentence, set()).add(link)
    return [
        GoldLinks(frozenset(sure.get(n, ())), frozenset(possible.get(n, ())))
        for n in range(1, max(possible) + 1)
    ]


def _shifted(
    links: frozenset[Link],
    first: int,
    path: Path,
    number: int,
    lengths: Sequence[tuple[int, int]] | None,
) -> frozenset[Link]:
    shifted = frozenset((i - first, j - first) for i, j in links)
    for i, j in sorted(shifted):
        if i < 0 or j < 0:
            raise UserError(
                f"{path}: sentence {number}: link {i + first}-{j + first}, but words are counted from {first}; "
                "leave --one-based out"
            )
        if lengths is not None and (i >= lengths[number - 1][0] or j >= lengths[number - 1][1]):
            words = "{} source and {} target words".format(*lengths[number - 1])
            raise UserError(
                f"{path}: sentence {number}: link {i + first}-{j + first} lies beyond its {words} (counted from "
                f"{first}); correct it, or see whether words are counted from {1 - first}"
            )
    return shifted
