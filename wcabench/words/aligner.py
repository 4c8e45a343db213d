"""Links the words of a text in both directions, with a model that is trained on the text or was saved before."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from wcabench.errors import suggest
from wcabench.words.corpus import Corpus, Pair, encode
from wcabench.words.direction import Direction, Pass, links_of
from wcabench.words.layout import Doubles, Ints
from wcabench.words.model import FastAlignModel
from wcabench.words.symmetrise import SYMMETRISATIONS, Links, symmetrise_links

# Called with `reverse`; returns the model in that direction, ready to link the words of a corpus.
MakeDirection = Callable[[bool], Direction]
# Called after each pass over the corpus with `reverse`, the number of the pass from 1, and its log.
Progress = Callable[[bool, int, Pass], None]


@dataclass(frozen=True, slots=True)
class ScoredLinks:
    """The links of a sentence pair with their scores.

    Attributes:
        links: (source index, target index).
        probabilities: posterior probability of each link; the mean of both directions if both were used.
        likelihood: log-likelihood of the pair in nats per word; the mean of both directions if both were used. NaN if a
            side is empty.
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
        iterations: passes over the corpus in each direction, the last of which decodes.

    Returns:
        The links of each pair, (source index, target index) from 0, sorted; none where a side is empty.

    Raises:
        UserError: the symmetrisation is unknown, `iterations` is below 1, or an item is not a pair of word lists.
    """
    check_symmetrisation(symmetrisation)
    options = FastAlignModel(iterations=iterations)
    corpus = encode(pairs, lowercase=lowercase)
    return list(link_corpus(corpus, trained_on(corpus, options), symmetrisation))


def trained_on(
    corpus: Corpus, options: FastAlignModel, progress: Progress = lambda *_: None
) -> MakeDirection:
    """Return a function that trains the model of either direction on the corpus, whose words it then links.

    Args:
        corpus: the sentence pairs.
        options: of the forward direction.
        progress: called after each pass.
    """

    def make_direction(reverse: bool) -> Direction:
        model = options.in_direction(reverse)
        return model.train(corpus, lambda number, result: progress(reverse, number, result))

    return make_direction


def link_corpus(corpus: Corpus, make_direction: MakeDirection, symmetrisation: str) -> Iterator[Links]:
    """Yield the links of every given pair, in order; only one direction's tables are in memory at a time.

    Args:
        corpus: the sentence pairs.
        make_direction: called for each direction that is needed; symmetrisations "forward" and "reverse" need one.
        symmetrisation: one of `SYMMETRISATIONS`.
    """
    check_symmetrisation(symmetrisation)
    if not len(corpus.kept):
        return iter([()] * corpus.given)
    forward = None if symmetrisation == "reverse" else _decode(make_direction(False))
    reverse = None if symmetrisation == "forward" else _decode(make_direction(True))
    return _symmetrised(corpus, forward, reverse, symmetrisation)


def score_corpus(corpus: Corpus, make_direction: MakeDirection, symmetrisation: str) -> Iterator[ScoredLinks]:
    """Yield links with scores, otherwise as `link_corpus`; both directions' tables are in memory at once."""
    check_symmetrisation(symmetrisation)
    if not len(corpus.kept):
        return iter([ScoredLinks((), (), float("nan"))] * corpus.given)
    needed = {"forward": (False,), "reverse": (True,)}.get(symmetrisation, (False, True))
    directions = {reverse: make_direction(reverse) for reverse in needed}
    decoded = {reverse: _decode(direction) for reverse, direction in directions.items()}
    links = list(_symmetrised(corpus, decoded.get(False), decoded.get(True), symmetrisation))
    links_of_kept = [links[index] for index in corpus.kept]
    scores = [direction.score(links_of_kept) for direction in directions.values()]
    posteriors, likelihoods = (np.mean(part, axis=0) for part in zip(*scores, strict=True))
    return _scored(corpus, links, posteriors, likelihoods)


def check_symmetrisation(name: str) -> None:
    """Refuse the name of an unknown symmetrisation; the nearest is offered."""
    if name not in SYMMETRISATIONS:
        raise suggest(name, list(SYMMETRISATIONS), "symmetrisation")


def _decode(direction: Direction) -> Ints:
    """Return the source position of each target word, -1 for none."""
    return direction.tables.decode()[1]


def _symmetrised(
    corpus: Corpus, forward: Ints | None, reverse: Ints | None, symmetrisation: str
) -> Iterator[Links]:
    """Yield the symmetrised links of every given pair, from the result of `_decode` in each needed direction."""
    no_links: Iterator[Links] = iter([()] * corpus.given)
    forward_links = no_links if forward is None else links_of(corpus, forward, reverse=False)
    reverse_links = no_links if reverse is None else links_of(corpus.swapped(), reverse, reverse=True)
    both = zip(forward_links, reverse_links, strict=True)
    return (symmetrise_links(own, own_reverse, symmetrisation) for own, own_reverse in both)


def _scored(
    corpus: Corpus, links: list[Links], posteriors: Doubles, likelihoods: Doubles
) -> Iterator[ScoredLinks]:
    """Yield the links of every given pair with scores.

    `posteriors` holds those of all links one after another, `likelihoods` one number for each kept pair.
    """
    likelihood_of = dict(zip(corpus.kept.tolist(), likelihoods.tolist(), strict=True))
    start = 0
    for index, links_of_pair in enumerate(links):
        end = start + len(links_of_pair)
        probabilities = tuple(posteriors[start:end].tolist())
        yield ScoredLinks(links_of_pair, probabilities, likelihood_of.get(index, float("nan")))
        start = end
