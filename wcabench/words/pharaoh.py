"""Pharaoh format: one line for each sentence with links `0-0 1-2 2-1`, source index - target index, from 0.

Gold alignments may mark a link as only possible: `3?4` or `3p4`; `3-4` is sure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wcabench.errors import UserError
from wcabench.words.symmetrise import Link, Links

_LINK = re.compile(r"([0-9]{1,9})([-?p])([0-9]{1,9})")  # no sentence has a billion words


@dataclass(frozen=True, slots=True)
class GoldLinks:
    """A sentence's gold links.

    Attributes:
        sure: links that a system must find.
        possible: links that it may find; the sure ones are among them.
    """

    sure: frozenset[Link]
    possible: frozenset[Link]


def parse_links(line: str, *, where: str, lengths: tuple[int, int] | None = None) -> Links:
    """Parse the links of a line, in their order; an empty line has none.

    Args:
        line: `0-0 1-2`.
        where: file and line number ("gold.align:12"), for the error.
        lengths: (source words, target words) of the sentence, if links beyond them are to be refused.

    Raises:
        UserError: a field is not a sure link, or a link lies beyond the sentence.
    """
    links = []
    for field in line.split():
        kind, link = _parse(field, where, lengths)
        if kind != "-":
            raise UserError(f"{where}: '{field}' is a possible link; only sure ones (i-j) are wanted here")
        links.append(link)
    return tuple(links)


def parse_gold(line: str, *, where: str, lengths: tuple[int, int] | None = None) -> GoldLinks:
    """Parse sure and possible links of a line of a gold alignment.

    Args:
        line: `0-0 1?2 2-1`.
        where: file and line number, for the error.
        lengths: (source words, target words) of the sentence, if links beyond them are to be refused.

    Raises:
        UserError: a field is not a link, or a link lies beyond the sentence.
    """
    parsed = [_parse(field, where, lengths) for field in line.split()]
    sure = frozenset(link for kind, link in parsed if kind == "-")
    return GoldLinks(sure, frozenset(link for _, link in parsed))


def format_links(links: Iterable[Link]) -> str:
    """Return links as a line, in their order."""
    return " ".join(f"{i}-{j}" for i, j in links)


def format_gold(gold: GoldLinks) -> str:
    """Return gold links as a line, sorted; possible links as `i?j`."""
    links = sorted(gold.possible | gold.sure)
    return " ".join(f"{i}-{j}" if (i, j) in gold.sure else f"{i}?{j}" for i, j in links)


def _parse(field: str, where: str, lengths: tuple[int, int] | None) -> tuple[str, Link]:
    match = _LINK.fullmatch(field)
    if not match:
        raise UserError(f"{where}: '{field}' is no link; wanted source-target, two numbers from 0, e.g. 3-4")
    link = int(match[1]), int(match[3])
    if lengths and (link[0] >= lengths[0] or link[1] >= lengths[1]):
        raise UserError(
            f"{where}: link '{field}' lies beyond the sentence "
            f"({lengths[0]} source and {lengths[1]} target words; numbers start at 0)"
        )
    return match[2], link
