"""One sentence pair seen by an encoder: similarities, transport plans and word links, piece by piece (Figure 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from wcabench.config import RecipeConfig
from wcabench.contract import SentencePair
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.coupler import Coupler
from wcabench.nn.network import Network
from wcabench.nn.piece_text import piece_texts
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import Streams


@dataclass(frozen=True)
class SentenceAlignment:
    """Matrices of one pair, source tokens down, target tokens across; tokens are the encoder's pieces.

    Attributes:
        source: its tokens. [n_s]
        target: its tokens. [n_t]
        similarity: cosine, mean over the layers, in [-1, 1]. [n_s, n_t]
        plans: name -> mass times n_t, so that a target token's column sums to 1. [n_s, n_t] each
        cut: words of both sides beyond the length limit, which are left out.
    """

    source: list[str]
    target: list[str]
    similarity: torch.Tensor
    plans: dict[str, torch.Tensor]
    cut: int = 0


@torch.inference_mode()
def align_sentence(
    pair: SentencePair,
    model: Network,
    methods: Sequence[Coupler],
    recipe: RecipeConfig,
    word_links: Iterable[tuple[int, int]] | None = None,
) -> SentenceAlignment:
    """What each method makes of one pair.

    Args:
        pair: neither side empty.
        model: whose states are read, without dropout.
        methods: couplings of pieces without special tokens; the first gives the layers of the similarity.
        recipe: its length limit; words beyond it are left out.
        word_links: links between words, (source, target) from 0, shown as "word links": each target word's mass is
            shared by the pieces of the words it is linked to.
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


def _tokens(model: Network, window: Window) -> list[str]:
    """The pieces as people read them, word by word."""
    words = (window.ids[first:stop] for first, stop in window.spans())
    return [text for ids in words for text in piece_texts(model.table.tokenizer, ids)]


def _blocks(links: Iterable[tuple[int, int]], source: Window, target: Window) -> torch.Tensor:
    """Word links as mass between pieces, each linked target piece's column summing to 1."""
    rows, columns = source.spans(), target.spans()
    mass = torch.zeros(len(source.ids) - 2, len(target.ids) - 2)
    for i, j in links:
        if i < len(rows) and j < len(columns):  # neither word was cut off
            (top, bottom), (left, right) = rows[i], columns[j]
            mass[top - 1 : bottom - 1, left - 1 : right - 1] = 1
    return mass / mass.sum(0).clamp(min=1)
