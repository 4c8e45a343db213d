"""The alignment of one sentence pair, piece by piece: similarities, transport plans and word links (Figure 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from wcabench.config import RecipeConfig
from wcabench.contract import SentencePair
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.coupler import Coupler
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.piece_text import piece_texts
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import Streams


@dataclass(frozen=True)
class SentenceAlignment:
    """Matrices of one pair; rows are source tokens, columns target tokens. Tokens are the encoder's pieces.

    Attributes:
        source: the source tokens. [n_s]
        target: the target tokens. [n_t]
        similarity: mean cosine over the layers, in [-1, 1]. [n_s, n_t]
        plans: name -> plan times n_t, so that each column of a target token sums to 1. [n_s, n_t] each
        cut: number of words of both sides beyond the length limit, which are left out.
    """

    source: list[str]
    target: list[str]
    similarity: torch.Tensor
    plans: dict[str, torch.Tensor]
    cut: int = 0


@torch.inference_mode()
def align_sentence(
    pair: SentencePair,
    model: TaggingNetwork,
    methods: Sequence[Coupler],
    recipe: RecipeConfig,
    word_links: Iterable[tuple[int, int]] | None = None,
) -> SentenceAlignment:
    """Compute the plans of several methods for one pair.

    Args:
        pair: the sentence pair; no side is empty.
        model: the network that gives the states, without dropout.
        methods: couplings of pieces without special tokens; the similarity is computed on the first one's layers.
        recipe: gives the length limit; words beyond it are left out.
        word_links: links between words, (source, target) from 0. They become the plan "word links", in which the mass
            of a target word is shared by the pieces of the source words that it is linked to.
    """
    model.eval()
    plans: dict[str, torch.Tensor] = {}
    similarity = torch.empty(0)
    windows: tuple[Window, Window] | None = None
    for method in methods:
        loss = AlignmentLoss(method, [pair], model, recipe, Streams(0))
        costs = loss.costs(model, [0])
        (plan,) = method.couple(costs).plans
        if windows is None:
            similarity, (windows,) = 1 - costs.by_layer[0].mean(0).cpu(), loss.windows
        plans[method.info.name] = (plan if plan.dim() == 2 else plan.mean(0)).cpu() * plan.shape[-1]
    assert windows is not None, "no method given"
    if word_links is not None:
        plans["word links"] = _blocks(word_links, *windows)
    source, target = (_tokens(model, window) for window in windows)
    cut = len(pair.source) + len(pair.target) - sum(len(window.own) for window in windows)
    return SentenceAlignment(source, target, similarity, plans, cut)


def _tokens(model: TaggingNetwork, window: Window) -> list[str]:
    """Return the readable text of each piece."""
    words = (window.ids[first:stop] for first, stop in window.spans())
    return [text for ids in words for text in piece_texts(model.table.tokenizer, ids)]


def _blocks(links: Iterable[tuple[int, int]], source: Window, target: Window) -> torch.Tensor:
    """Return word links as mass between pieces; the column of each linked target piece sums to 1."""
    rows, columns = source.spans(), target.spans()
    mass = torch.zeros(len(source.ids) - 2, len(target.ids) - 2)
    for i, j in links:
        if i < len(rows) and j < len(columns):  # neither word was cut off
            (top, bottom), (left, right) = rows[i], columns[j]
            mass[top - 1 : bottom - 1, left - 1 : right - 1] = 1
    return mass / mass.sum(0).clamp(min=1)
