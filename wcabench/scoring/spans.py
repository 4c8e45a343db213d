"""Entities of one tagged sentence as spans of words."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wcabench.scoring.entities import Repair, drop_stray, find_runs
from wcabench.scoring.tags import Tag, TagIds


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


def read_spans(tags: Sequence[Tag], repair: Repair = drop_stray) -> list[Span]:
    """The entities of one sentence, from left to right.

    Args:
        tags: IOB2 tags, one a word; None reads as O.
        repair: what becomes of an I-X that continues no entity of type X; by default it reads as O.

    Raises:
        UserError: a malformed tag.
    """
    ids = TagIds(None)
    runs = find_runs(ids.of(tags, len(tags)), np.array([len(tags)]))
    return [
        Span(int(start), int(start + length), ids.types[kind])
        for start, length, kind, is_entity in zip(
            runs.start, runs.length, runs.type, repair(runs), strict=True
        )
        if is_entity
    ]
