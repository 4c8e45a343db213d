"""Entities of one tagged sentence, under the strict and the lenient reading of IOB2.

The two readings differ only in an I-X that continues no entity of type X: strict IOB2 reads it as O (the
stated repair), conlleval lets it start an entity. `wcabench.scoring.counts` reads whole corpora the same way.
"""

from collections.abc import Sequence
from typing import NamedTuple

from wcabench.errors import UserError

Tag = str | None


class Span(NamedTuple):
    """An entity.

    Attributes:
        start: index of its first word, 0-based.
        end: index after its last word.
        type: entity type ("PER").
    """

    start: int
    end: int
    type: str


def split_tag(tag: Tag) -> tuple[str, str]:
    """Prefix ("O", "B", "I") and entity type of a tag; the type of O, and of None (no prediction), is empty.

    Raises:
        UserError: the tag is not O, B-X or I-X.
    """
    if tag is None or tag == "O":
        return "O", ""
    prefix, _, kind = tag.partition("-") if isinstance(tag, str) else ("", "", "")
    if prefix not in ("B", "I") or not kind:
        raise UserError(f"malformed tag {tag!r}: IOB2 has O, B-TYPE and I-TYPE only")
    return prefix, kind


def read_spans(tags: Sequence[Tag], *, lenient: bool = False) -> list[Span]:
    """The entities of one sentence, from left to right.

    Args:
        tags: IOB2 tags, one a word; None reads as O.
        lenient: an I-X that continues no entity of type X starts one (conlleval) instead of reading as O.

    Raises:
        UserError: a malformed tag.
    """
    spans: list[Span] = []
    current = ""  # type of the entity that the word before belongs to
    for index, tag in enumerate(tags):
        prefix, kind = split_tag(tag)
        if prefix == "I" and kind == current:
            spans[-1] = spans[-1]._replace(end=index + 1)
        elif prefix == "B" or (prefix == "I" and lenient):
            spans.append(Span(index, index + 1, kind))
            current = kind
        else:
            current = ""
    return spans
