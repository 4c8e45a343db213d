"""Both directions: a text is linked by a model that it teaches, or by one that was kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from wcabench.errors import suggest
from wcabench.words.corpus import Corpus, Pair, encode
from wcabench.words.direction import Direction, Pass, links_of
from wcabench.words.layout import Doubles, Ints
from wcabench.words.model import FastAlign
from wcabench.words.symmetrise import SYMMETRISATIONS, Links, symmetrise_links

# Makes one direction of a corpus; the argument says whether the reverse one.
Source = Callable[[bool], Direction]
Progress = Callable[[bool, int, Pass], None]


@dataclass(frozen=True, slots=True)
class Scored:
    """The links of a pair with their scores.

    Attributes:
        links: (source index, target index).
        probabilities: of each link, its posterior; the mean of both directions where both were used.
        likelihood: log-likelihood of the pair in nats a word; the mean of both directions. NaN where a side is empty.
    """

    links: Links
    probabilities: tuple[float, ...]
    likelihood: float


def align(
    pairs: Iterable[Pair], *, symmetrisation: str = "intersect", lowercase: bool = True, iterations: int = 5
) -> list[Links]:
    """Align sentence pairs in both directions and symmetrise.

    Args:
        pairs: (source words, target words).
        symmetrisation: one of `SYMMETRISATIONS`; "forward" and "reverse" train one direction only.
        lowercase: compare words without case.
        iterations: passes a direction, the last of which decodes.

    Returns:
        Of each pair its (source index, target index) links, 0-based and sorted; none where a side is empty.

    Raises:
        UserError: unknown symmetrisation, fewer than 1 iteration, or an item that is no pair of word lists.
    """
    check_symmetrisation(symmetrisation)
    options = FastAlign(iterations=iterations)
    corpus = encode(pairs, lowercase=lowercase)
    return list(link_corpus(corpus, learning(corpus, options), symmetrisation))


def learning(corpus: Corpus, options: FastAlign, progress: Progress = lambda *_: None) -> Source:
    """Directions that the corpus itself teaches.

    Args:
        corpus: what is learned from.
        options: of the forward direction.
        progress: told of each pass: whether it is the reverse direction's, its number from 1, what it found.
    """
    return lambda reverse: options.turned(reverse).train(
        corpus, lambda number, one: progress(reverse, number, one)
    )


def link_corpus(corpus: Corpus, source: Source, symmetrisation: str) -> Iterator[Links]:
    """The links of every pair given, one after another; one direction's tables are held at a time.

    Args:
        corpus: the pairs.
        source: makes a direction over this corpus; "forward" and "reverse" need only one.
        symmetrisation: one of `SYMMETRISATIONS`.
    """
    check_symmetrisation(symmetrisation)
    if not len(corpus.kept):
        return iter([()] * corpus.given)
    forward, reverse = (
        _best(corpus, source, way) if symmetrisation != other else None
        for way, other in ((False, "reverse"), (True, "forward"))
    )
    return _symmetrised(corpus, forward, reverse, symmetrisation)


def score_corpus(corpus: Corpus, source: Source, symmetrisation: str) -> Iterator[Scored]:
    """As `link_corpus`, with scores; both directions' tables are held at once."""
    check_symmetrisation(symmetrisation)
    if not len(corpus.kept):
        return iter([Scored((), (), float("nan"))] * corpus.given)
    ways = {"forward": (False,), "reverse": (True,)}.get(symmetrisation, (False, True))
    directions = [source(way) for way in ways]
    best = {one.reverse: one.tables.decode()[1] for one in directions}
    links = list(_symmetrised(corpus, best.get(False), best.get(True), symmetrisation))
    kept = [links[index] for index in corpus.kept]
    scores = [one.score(kept) for one in directions]
    posteriors, likelihoods = (np.mean(part, axis=0) for part in zip(*scores, strict=True))
    return _scored(corpus, links, posteriors, likelihoods)


def check_symmetrisation(name: str) -> None:
    """Refuse an unknown name; the nearest is offered."""
    if name not in SYMMETRISATIONS:
        raise suggest(name, list(SYMMETRISATIONS), "symmetrisation")


def _best(corpus: Corpus, source: Source, reverse: bool) -> Ints:
    """What the decoding finds; the tables are let go."""
    return source(reverse).tables.decode()[1]


def _symmetrised(corpus: Corpus, forward: Ints | None, reverse: Ints | None, how: str) -> Iterator[Links]:
    none: Iterator[Links] = iter([()] * corpus.given)
    ahead = none if forward is None else links_of(corpus, forward, reverse=False)
    back = none if reverse is None else links_of(corpus.swapped(), reverse, reverse=True)
    return (symmetrise_links(one, other, how) for one, other in zip(ahead, back, strict=True))


def _scored(
    corpus: Corpus, links: list[Links], posteriors: Doubles, likelihoods: Doubles
) -> Iterator[Scored]:
    place = {int(index): sentence for sentence, index in enumerate(corpus.kept)}
    at = 0
    for index, one in enumerate(links):
        end = at + len(one)
        likelihood = float(likelihoods[place[index]]) if index in place else float("nan")
        yield Scored(one, tuple(posteriors[at:end].tolist()), likelihood)
        at = end
