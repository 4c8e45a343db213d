"""One alignment out of two directions.

Source: Koehn, Och & Marcu 2003; Och & Ney 2003. The growing heuristics depend on the order in which links are
visited; it is that of fast_align's `atools`: source-major, and a link that is added counts at once.
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
        UserError: unknown name, or the two sides have different numbers of sentences.
    """
    if len(forward) != len(reverse):
        raise UserError(
            f"symmetrise: {len(forward)} sentences forward but {len(reverse)} in reverse; wanted as many"
        )
    return [symmetrise_links(a, b, how) for a, b in zip(forward, reverse, strict=True)]


def symmetrise_links(forward: Iterable[Link], reverse: Iterable[Link], how: str) -> Links:
    """Symmetrise one sentence; the links come sorted by source, then target index.

    - intersect, union: as sets.
    - grow-diag: from the intersection on, take links of the union that touch a link taken, also
      diagonally, and have a side that is not aligned yet, until nothing changes.
    - grow-diag-final: then links of forward, then of reverse, with a side that is not aligned yet.
    - grow-diag-final-and: the same, with neither side aligned yet.
    - forward, reverse: that direction alone.

    Raises:
        UserError: unknown name.
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
    """Links taken so far, and the words that they align."""

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
        """One sweep in sorted order; returns the candidates that are left."""
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
        """Sweep until nothing is added."""
        left = sorted(set(candidates) - self.links)
        while True:
            after = self.add(left, lambda link: self.one_side_free(link) and self.touches(link))
            if len(after) == len(left):
                return
            left = after
