"""How far two alignments of one text agree."""

from collections.abc import Iterable, Sequence

from wcabench.words.symmetrise import Link


def link_agreement(one: Sequence[Iterable[Link]], other: Sequence[Iterable[Link]]) -> float | None:
    """F1 of the links of one alignment against the other's, over all sentences, from 0 to 1; which is which is all one.

    2 |A and B| / (|A| + |B|): the harmonic mean of precision and recall, and so Dice's coefficient of the two sets of
    links (Dice 1945).

    Args:
        one: links of each sentence, (source index, target index).
        other: as many.

    Returns:
        None where neither has a link.

    Raises:
        ValueError: the numbers of sentences differ.
    """
    common = links = 0
    for mine, theirs in zip(map(set, one), map(set, other), strict=True):
        common += len(mine & theirs)
        links += len(mine) + len(theirs)
    return 2 * common / links if links else None
