"""Word alignments by a coupling method on an encoder's states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from wcabench.config import RecipeConfig
from wcabench.contract import SentencePair
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.coupler import Coupler
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import Streams
from wcabench.transport import Costs
from wcabench.transport.hardening import first_best
from wcabench.transport.plan_measures import largest_entries

Links = list[tuple[int, int]]
# Number of pairs that are encoded and coupled at a time.
CHUNK = 64


@dataclass(frozen=True)
class PairCosts:
    """The costs of one pair, and the word that each unit belongs to (None: a special token).

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
    method: Coupler, model: TaggingNetwork, pairs: Sequence[SentencePair], recipe: RecipeConfig
) -> Iterator[PairCosts]:
    """Compute the costs of each pair on the method's layers and units, without dropout.

    Args:
        method: gives layers and units.
        model: the network that gives the states.
        pairs: the sentence pairs; no side is empty.
        recipe: gives the length limit; words beyond it are left out.
    """
    model.eval()
    for start in range(0, len(pairs), CHUNK):
        chunk = pairs[start : start + CHUNK]
        loss = AlignmentLoss(method, chunk, model, recipe, Streams(0))
        costs = loss.costs(model, list(range(len(chunk))))
        for cost, windows in zip(costs.by_layer, loss.windows, strict=True):
            source, target = (words_of_units(window, method) for window in windows)
            yield PairCosts(cost, source, target)


@torch.inference_mode()
def link_words(
    method: Coupler, chunk: Sequence[PairCosts], threshold: float | None = None
) -> list[tuple[Links, Links]]:
    """Return the word links of each pair, forward and in reverse, both as (source, target) from 0.

    Forward, each target unit with mass is linked to the source unit with the largest share of it, the first of equals
    (eq. 6); in reverse the sides are swapped. Two words are linked where any of their pieces are (Jalili Sabet et al.
    2020).

    Args:
        method: couples the units.
        chunk: the costs of the pairs.
        threshold: if given, each target unit is linked to every source unit with at least this share of its mass, as
            in Dou & Neubig (2021).
    """
    numbers = list(range(len(chunk)))
    forward_plans = method.couple(Costs([pair.costs for pair in chunk], numbers)).plans
    reverse_plans = method.couple(Costs([pair.costs.mT for pair in chunk], numbers)).plans
    links = []
    for pair, forward_plan, reverse_plan in zip(chunk, forward_plans, reverse_plans, strict=True):
        forward = _word_links(forward_plan, pair.source, pair.target, threshold)
        reverse = _word_links(reverse_plan, pair.target, pair.source, threshold)
        links.append((forward, sorted((i, j) for j, i in reverse)))
    return links


def coupling_links(
    method: Coupler,
    model: TaggingNetwork,
    pairs: Sequence[SentencePair],
    recipe: RecipeConfig,
    progress: Callable[[int, int], None] = lambda *_: None,
    threshold: float | None = None,
) -> Iterator[tuple[Links, Links]]:
    """Encode and link sentence pairs; yield the forward and the reverse links of each pair.

    Args:
        method: couples the units.
        model: the network that gives the states, without dropout.
        pairs: the sentence pairs; no side is empty.
        recipe: gives the length limit; words beyond it have no links.
        progress: called with (pairs done, all pairs).
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
    """Return the word links of a plan: each target unit is linked to all source units with its largest entry.

    A plan may give a target token several partners of equal weight: one made from word links, or one in which the
    source tokens choose.

    Args:
        method: gives the units, pieces or words.
        plan: the plan. [n_s, n_t]
        source: the sentence whose units are the rows.
        target: the sentence whose units are the columns.
    """
    return _between_words(
        largest_entries(plan).nonzero(), words_of_units(source, method), words_of_units(target, method)
    )


def _word_links(
    plan: torch.Tensor, rows: list[int | None], columns: list[int | None], threshold: float | None
) -> Links:
    """Return links between the words of rows and columns: each column's largest entry, or all above the threshold."""
    plan = plan if plan.dim() == 2 else plan.mean(0)
    mass = plan.sum(0)
    if threshold is None:
        columns_linked = (mass > 0).nonzero()[:, 0]
        linked = torch.stack([first_best(plan)[columns_linked], columns_linked], dim=1)
    else:
        linked = ((plan >= threshold * mass) & (plan > 0)).nonzero()
    return _between_words(linked, rows, columns)


def _between_words(linked: torch.Tensor, rows: list[int | None], columns: list[int | None]) -> Links:
    """Return word links from links between units; `linked` is [links, 2], row and column of each."""
    words = {(rows[i], columns[j]) for i, j in linked.tolist()}
    return sorted((i, j) for i, j in words if i is not None and j is not None)


def words_of_units(window: Window, method: Coupler) -> list[int | None]:
    """Return the word that each unit of a sentence belongs to; None for a special token."""
    if method.units == "words":
        return list(range(len(window.firsts)))
    words: list[int | None] = [
        word for word, (first, stop) in enumerate(window.spans()) for _ in range(first, stop)
    ]
    return [None, *words, None] if method.special_tokens else words
