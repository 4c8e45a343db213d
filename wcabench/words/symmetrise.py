"""Combines the alignments of both directions into one.

Source: Koehn, Och & Marcu 2003; Och & Ney 2003. The growing heuristics depend on the order in which links are visited;
it is that of fast_align's `atools`: by source, then by target word, and an added link counts immediately.
"""

from collections.abc import Callable, Iterable, Sequence

from wcabench.errors import UserError, suggest

Link = tuple[int, int]
Links = tuple[Link, ...]

SYMMETRISATIONS = (
    "intersect",
    "union",
    "grow-diag",
    "grow-diag-final",
    "grow-diag-final-and",
    "forward",
    "reverse",
)
NEIGHBOURS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


def symmetrise_corpus(
    forward: Sequence[Iterable[Link]], reverse: Sequence[Iterable[Link]], how: str
) -> list[Links]:
    """Symmetrise every sentence.

    Args:
        forward: links of each sentence, (source index, target index).
        reverse: links of the reverse direction, also (source index, target index).
        how: one of `SYMMETRISATIONS`.

    Raises:
        UserError: the name is unknown, or the two directions have different numbers of sentences.
    """
    if len(forward) != len(reverse):
        raise UserError(
            f"symmetrise: {len(forward)} sentences forward but {len(reverse)} in reverse; wanted as many"
        )
    return [symmetrise_links(a, b, how) for a, b in zip(forward, reverse, strict=True)]


def symmetrise_links(forward: Iterable[Link], reverse: Iterable[Link], how: str) -> Links:
    """Symmetrise one sentence; links are returned sorted by source, then target index.

    - intersect, union: intersection or union of the two sets of links.
    - grow-diag: start from the intersection, and add links of the union that are horizontal, vertical or diagonal
      neighbours of a chosen link and have a word that is not aligned yet, until nothing changes.
    - grow-diag-final: then add links of forward, then of reverse, that have a word that is not aligned yet.
    - grow-diag-final-and: the same, but both words must not be aligned yet.
    - forward, reverse: only that direction's links.

    Raises:
        UserError: the name is unknown.
    """
    if how not in SYMMETRISATIONS:
        raise suggest(how, list(SYMMETRISATIONS), "symmetrisation")
    a, b = set(forward), set(reverse)
    sets = {"intersect": a & b, "union": a | b, "forward": a, "reverse": b}
    if how in sets:
        return tuple(sorted(sets[how]))
    grown = _Grown(a & b)
    grown.grow(a | b)
    if how != "grow-diag":
        accept = grown.one_side_free if how == "grow-diag-final" else grown.both_sides_free
        grown.add(a, accept)
        grown.add(b, accept)
    return tuple(sorted(grown.links))


class _Grown:
    """The links chosen so far, and the words that they align."""

    def __init__(self, start: set[Link]) -> None:
        self.links = set(start)
        self.sources = {i for i, _ in start}
        self.targets = {j for _, j in start}

    def one_side_free(self, link: Link) -> bool:
        return link[0] not in self.sources or link[1] not in self.targets

    def both_sides_free(self, link: Link) -> bool:
        return link[0] not in self.sources and link[1] not in self.targets

    def touches(self, link: Link) -> bool:
        i, j = link
        return any((i + di, j + dj) in self.links for di, dj in NEIGHBOURS)

    def add(self, candidates: Iterable[Link], accept: Callable[[Link], bool]) -> list[Link]:
        """Add accepted candidates in sorted order; return the other candidates."""
        left = []
        for link in sorted(candidates):
            if link in self.links:
                continue
            if accept(link):
                self.links.add(link)
                self.sources.add(link[0])
                self.targets.add(link[1])
            else:
                left.append(link)
        return left

    def grow(self, candidates: Iterable[Link]) -> None:
        """Add neighbouring candidates until nothing changes."""
        left = sorted(set(candidates) - self.links)
        while True:
            after = self.add(left, lambda link: self.one_side_free(link) and self.touches(link))
            if len(after) == len(left):
                return
            left = after
