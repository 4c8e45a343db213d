"""Link the words of a text in both directions, with a model that is trained on the text or one that was saved."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from wcabench.errors import suggest
from wcabench.words.corpus import Corpus, Pair, encode
from wcabench.words.direction import Direction, Pass, links_of
from wcabench.words.layout import Doubles, Ints
from wcabench.words.model import FastAlignModel
from wcabench.words.symmetrise import SYMMETRISATIONS, Links, symmetrise_links

# Called with `reverse`: the model in that direction, ready to link the words of a corpus.
MakeDirection = Callable[[bool], Direction]
# Called after each pass over the corpus with `reverse`, the number of the pass from 1, and what it found.
Progress = Callable[[bool, int, Pass], None]


@dataclass(frozen=True, slots=True)
class ScoredLinks:
    """The links of a sentence pair with their scores.

    Attributes:
        links: (source index, target index).
        probabilities: of each link, its posterior; the mean of both directions where both were used.
        likelihood: log-likelihood of the pair in nats per word; the mean of both directions. NaN where a side is empty.
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
        UserError: unknown symmetrisation, fewer than 1 iteration, or an item that is no pair of word lists.
    """
    check_symmetrisation(symmetrisation)
    options = FastAlignModel(iterations=iterations)
    corpus = encode(pairs, lowercase=lowercase)
    return list(link_corpus(corpus, trained_on(corpus, options), symmetrisation))


def trained_on(
    corpus: Corpus, options: FastAlignModel, progress: Progress = lambda *_: None
) -> MakeDirection:
    """The model of either direction, trained on the corpus whose words it then links.

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
    """The links of every pair given, in order; the tables of only one direction are held in memory at a time.

    Args:
        corpus: the sentence pairs.
        make_direction: called for each direction that is needed; "forward" and "reverse" need only one.
        symmetrisation: one of `SYMMETRISATIONS`.
    """
    check_symmetrisation(symmetrisation)
    if not len(corpus.kept):
        return iter([()] * corpus.given)
    forward = None if symmetrisation == "reverse" else _decode(make_direction(False))
    reverse = None if symmetrisation == "forward" else _decode(make_direction(True))
    return _symmetrised(corpus, forward, reverse, symmetrisation)


def score_corpus(corpus: Corpus, make_direction: MakeDirection, symmetrisation: str) -> Iterator[ScoredLinks]:
    """As `link_corpus`, with scores; the tables of both directions are held in memory at once."""
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
    """Refuse an unknown name; the nearest is offered."""
    if name not in SYMMETRISATIONS:
        raise suggest(name, list(SYMMETRISATIONS), "symmetrisation")


def _decode(direction: Direction) -> Ints:
    """The source position of each target word, -1 for none."""
    return direction.tables.decode()[1]


def _symmetrised(
    corpus: Corpus, forward: Ints | None, reverse: Ints | None, symmetrisation: str
) -> Iterator[Links]:
    """The symmetrised links of every pair given, from what `_decode` returns for each direction that is needed."""
    no_links: Iterator[Links] = iter([()] * corpus.given)
    forward_links = no_links if forward is None else links_of(corpus, forward, reverse=False)
    reverse_links = no_links if reverse is None else links_of(corpus.swapped(), reverse, reverse=True)
    both = zip(forward_links, reverse_links, strict=True)
    return (symmetrise_links(ahead, back, symmetrisation) for ahead, back in both)


def _scored(
    corpus: Corpus, links: list[Links], posteriors: Doubles, likelihoods: Doubles
) -> Iterator[ScoredLinks]:
    """The links of every pair given, with their posteriors [links, end to end] and log-likelihoods [kept pairs]."""
    likelihood_of = dict(zip(corpus.kept.tolist(), likelihoods.tolist(), strict=True))
    start = 0
    for index, links_of_pair in enumerate(links):
        end = start + len(links_of_pair)
        probabilities = tuple(posteriors[start:end].tolist())
        yield ScoredLinks(links_of_pair, probabilities, likelihood_of.get(index, float("nan")))
        start = end
