"""Word alignments by a coupling: any encoder's states, any method of the family, links between words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from wcabench.config import RecipeConfig
from wcabench.contract import SentencePair
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.coupler import Coupler
from wcabench.nn.network import Network
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import Streams
from wcabench.transport import Costs
from wcabench.transport.hardening import first_best
from wcabench.transport.plan_measures import largest_entries

Links = list[tuple[int, int]]
# Pairs that are encoded and coupled at a time.
CHUNK = 64


@dataclass(frozen=True)
class PairCosts:
    """What a coupling decides on for one pair, and which word each unit belongs to (None: a special token).

    Attributes:
        costs: 1 - cos of the units' states. [layers, n_s, n_t]
        source: word of each source unit. [n_s]
        target: word of each target unit. [n_t]
    """

    costs: torch.Tensor
    source: list[int | None]
    target: list[int | None]


@torch.inference_mode()
def pair_costs(
    method: Coupler, model: Network, pairs: Sequence[SentencePair], recipe: RecipeConfig
) -> Iterator[PairCosts]:
    """The costs of each pair on the method's layers and units, read without dropout.

    Args:
        method: says which layers and units.
        model: whose states are read.
        pairs: neither side empty.
        recipe: its length limit; words beyond it are left out.
    """
    model.eval()
    for start in range(0, len(pairs), CHUNK):
        chunk = pairs[start : start + CHUNK]
        loss = AlignmentLoss(method, chunk, model, recipe, Streams(0))
        costs = loss.costs(model, list(range(len(chunk))))
        for one, windows in zip(costs.by_layer, loss.windows, strict=True):
            source, target = (words_of_units(window, method) for window in windows)
            yield PairCosts(one, source, target)


@torch.inference_mode()
def link_words(
    method: Coupler, chunk: Sequence[PairCosts], threshold: float | None = None
) -> list[tuple[Links, Links]]:
    """Links of both directions of each pair, forward and reverse, between words: (source, target) from 0.

    Forward, each target unit that has mass goes to the source unit with most of it, the first of equals (eq. 6);
    reverse is the same with the sides changed. Two words are linked where any of their pieces are (Jalili Sabet et al.
    2020).

    Args:
        method: says how units are coupled.
        chunk: the costs of some pairs.
        threshold: link each target unit to every source unit that holds this share of its mass or more instead, as
            Dou & Neubig (2021) do with a softmax.
    """
    numbers = list(range(len(chunk)))
    ahead = method.couple(Costs([pair.costs for pair in chunk], numbers)).plans
    back = method.couple(Costs([pair.costs.mT for pair in chunk], numbers)).plans
    found = []
    for pair, one, other in zip(chunk, ahead, back, strict=True):
        reverse = _word_links(other, pair.target, pair.source, threshold)
        found.append(
            (_word_links(one, pair.source, pair.target, threshold), sorted((i, j) for j, i in reverse))
        )
    return found


def coupling_links(
    method: Coupler,
    model: Network,
    pairs: Sequence[SentencePair],
    recipe: RecipeConfig,
    progress: Callable[[int, int], None] = lambda *_: None,
    threshold: float | None = None,
) -> Iterator[tuple[Links, Links]]:
    """For each pair its links of both directions; words beyond the encoder's limit have none.

    Args:
        method: says how units are coupled.
        model: whose states are read, without dropout.
        pairs: neither side empty.
        recipe: its length limit.
        progress: called with (pairs done, pairs in all).
        threshold: see `link_words`.
    """
    chunk: list[PairCosts] = []
    for number, pair in enumerate(pair_costs(method, model, pairs, recipe), start=1):
        chunk.append(pair)
        if len(chunk) == CHUNK or number == len(pairs):
            yield from link_words(method, chunk, threshold)
            progress(number, len(pairs))
            chunk = []


def coupled_words(method: Coupler, plan: torch.Tensor, source: Window, target: Window) -> Links:
    """Links between words by a plan as it is, not by its largest entry alone where several are equally large.

    A plan may give a target token several partners of equal weight: word links that are many to many, or a coupling
    that lets the source tokens choose.

    Args:
        method: says whether units are pieces or words.
        plan: [n_s, n_t].
        source: the sentence that the rows are the units of.
        target: that of the columns.
    """
    return _between_words(
        largest_entries(plan).nonzero(), words_of_units(source, method), words_of_units(target, method)
    )


def _word_links(
    plan: torch.Tensor, rows: list[int | None], columns: list[int | None], threshold: float | None
) -> Links:
    """Links between the words of rows and columns: each column's largest entry, or all that reach the threshold."""
    plan = plan if plan.dim() == 2 else plan.mean(0)
    mass = plan.sum(0)
    if threshold is None:
        columns_linked = (mass > 0).nonzero()[:, 0]
        linked = torch.stack([first_best(plan)[columns_linked], columns_linked], dim=1)
    else:
        linked = ((plan >= threshold * mass) & (plan > 0)).nonzero()
    return _between_words(linked, rows, columns)


def _between_words(linked: torch.Tensor, rows: list[int | None], columns: list[int | None]) -> Links:
    """linked: [links, 2], the row and the column of each link between units."""
    words = {(rows[i], columns[j]) for i, j in linked.tolist()}
    return sorted((i, j) for i, j in words if i is not None and j is not None)


def words_of_units(window: Window, method: Coupler) -> list[int | None]:
    """The word that each unit of a sentence belongs to; None for a special token."""
    if method.units == "words":
        return list(range(len(window.firsts)))
    words: list[int | None] = [
        word for word, (first, stop) in enumerate(window.spans()) for _ in range(first, stop)
    ]
    return [None, *words, None] if method.special_tokens else words
