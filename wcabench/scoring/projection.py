"""Projection of entities from one language to the other by word links, and its errors.

Source: Yarowsky, Ngai & Wicentowski 2001: the projection of a source entity is the set of target words to which its
words are linked. Systems that project annotations (such as García-Ferrero, Agerri & Rigau 2022) repair three kinds of
errors: an empty projection, a projection with a gap, and two projections that overlap. Nothing is repaired here, since
the errors measure the quality of the links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wcabench.scoring.spans import Span


@dataclass(frozen=True)
class ProjectionErrors:
    """Numbers of source entities: of all, and of those with an error.

    An entity may be split and merged at the same time; one that is exact may be merged, too.

    Attributes:
        entities: source entities.
        lost: those whose projection is empty.
        split: those whose projection has a gap, so that it would be read as two entities.
        merged: those whose projection shares a word with that of another source entity of the sentence.
        exact: those whose projection is, word for word, a gold target entity of the same type.
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
    outcomes = [outcome for sentence in sentences for outcome in _sentence(*sentence)]
    names = ("lost", "split", "merged", "exact")
    return ProjectionErrors(len(outcomes), **{name: sum(name in own for own in outcomes) for name in names})


def _sentence(
    source: Sequence[Span], target: Sequence[Span], links: Iterable[tuple[int, int]]
) -> Iterator[set[str]]:
    """For each source entity of one pair, which of the fields of `ProjectionErrors` it counts in."""
    links = list(links)
    gold = {(frozenset(range(span.start, span.end)), span.type) for span in target}
    projected = [frozenset(j for i, j in links if span.start <= i < span.end) for span in source]
    for number, (span, words) in enumerate(zip(source, projected, strict=True)):
        others = (other for index, other in enumerate(projected) if index != number)
        outcome = {
            "lost": not words,
            "split": bool(words) and max(words) - min(words) + 1 > len(words),
            "merged": any(words & other for other in others),
            "exact": (words, span.type) in gold,
        }
        yield {name for name, holds in outcome.items() if holds}
