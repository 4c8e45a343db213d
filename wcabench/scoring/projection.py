"""Entities carried from one language to the other by word links, and what goes wrong on the way.

Source: Yarowsky, Ngai & Wicentowski 2001, who carry a source entity to the words that its words are linked to. Systems
that project annotations (such as García-Ferrero, Agerri & Rigau 2022) have to repair what comes out wrong: an entity
without a counterpart, one that is split by a gap, and two that meet. Nothing is repaired here, no gap filled and no
outlier dropped, for the links themselves are what is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wcabench.scoring.spans import Span


@dataclass(frozen=True)
class ProjectionErrors:
    """Source entities, and how many go wrong. The projection of one is the set of target words linked to its words.

    An entity may be split and merged at once; one that is exact may still be merged.

    Attributes:
        entities: source entities.
        lost: their projection is empty.
        split: their projection has a gap: its words do not stand side by side, so they would read as two entities.
        merged: their projection shares a word with that of another source entity of the sentence.
        exact: their projection is, word for word, a gold target entity of the same type.
    """

    entities: int = 0
    lost: int = 0
    split: int = 0
    merged: int = 0
    exact: int = 0

    def share(self, count: int) -> float:
        """One of the counts, as a share of the source entities; from 0 to 1."""
        return count / self.entities


def projection_errors(
    sentences: Iterable[tuple[Sequence[Span], Sequence[Span], Iterable[tuple[int, int]]]],
) -> ProjectionErrors:
    """Project the source entities of some sentence pairs, and count.

    Args:
        sentences: source entities, target entities, and word links (source index, target index) of each pair.
    """
    kinds = [kind for one in sentences for kind in _sentence(*one)]
    names = ("lost", "split", "merged", "exact")
    return ProjectionErrors(len(kinds), **{name: sum(name in kind for kind in kinds) for name in names})


def _sentence(
    source: Sequence[Span], target: Sequence[Span], links: Iterable[tuple[int, int]]
) -> Iterator[set[str]]:
    """What befalls each source entity of one pair."""
    links = list(links)
    gold = {(frozenset(range(span.start, span.end)), span.type) for span in target}
    projected = [frozenset(j for i, j in links if span.start <= i < span.end) for span in source]
    for number, (span, words) in enumerate(zip(source, projected, strict=True)):
        others = (other for place, other in enumerate(projected) if place != number)
        befallen = {
            "lost": not words,
            "split": bool(words) and max(words) - min(words) + 1 > len(words),
            "merged": any(words & other for other in others),
            "exact": (words, span.type) in gold,
        }
        yield {name for name, holds in befallen.items() if holds}
