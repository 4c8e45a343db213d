"""Measures how far two word alignments of the same text agree."""

from collections.abc import Iterable, Sequence

from wcabench.words.symmetrise import Link


def link_agreement(a: Sequence[Iterable[Link]], b: Sequence[Iterable[Link]]) -> float | None:
    """F1 of the links of alignment A against those of B, over all sentences, from 0 to 1. Symmetric.

    2 |A and B| / (|A| + |B|): the harmonic mean of precision and recall, and so Dice's coefficient of the two sets of
    links (Dice 1945).

    Args:
        a: links of each sentence, (source index, target index).
        b: links of alignment B, for the same sentences.

    Returns:
        None where neither alignment has a link.

    Raises:
        ValueError: the numbers of sentences differ.
    """
    common = links = 0
    for links_a, links_b in zip(map(set, a), map(set, b), strict=True):
        common += len(links_a & links_b)
        links += len(links_a) + len(links_b)
    return 2 * common / links if links else None
