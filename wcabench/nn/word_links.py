"""Word alignments by a coupling: any encoder's states, any method of the family, links between words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from wcabench.config import RecipeConfig
from wcabench.data.sentences import SentencePair
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.model import TokenClassifier
from wcabench.nn.pieces import Window
from wcabench.transport import Costs, cosine_costs
from wcabench.transport.hardening import first_best

Links = list[tuple[int, int]]
# Pairs that are encoded and coupled at a time.
CHUNK = 64


@torch.inference_mode()
def coupling_links(
    method: JointAlignment,
    model: TokenClassifier,
    pairs: Sequence[SentencePair],
    recipe: RecipeConfig,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Iterator[tuple[Links, Links]]:
    """For each pair the links of both directions, forward and reverse, between words: (source, target) from 0.

    Forward, each target unit that has mass goes to the source unit with most of it, the first of equals (eq. 6);
    reverse is the same with the sides changed. Two words are linked where any of their pieces are (Jalili Sabet et al.
    2020). Words beyond the encoder's limit have no link.

    Args:
        method: says how units are coupled.
        model: whose states are read, without dropout.
        pairs: neither side empty.
        recipe: its length limit.
        progress: called with (pairs done, pairs in all).
    """
    model.eval()
    for start in range(0, len(pairs), CHUNK):
        chunk = pairs[start : start + CHUNK]
        loss = AlignmentLoss(method, chunk, model, recipe, seed=0)
        batch = list(range(len(chunk)))
        costs = cosine_costs(*loss.states(model, batch))
        ahead = method.couple(Costs(costs, batch)).plans
        back = method.couple(Costs([cost.mT for cost in costs], batch)).plans
        for windows, one, other in zip(loss.windows, ahead, back, strict=True):
            source, target = (_words_of_units(window, method) for window in windows)
            yield _word_links(one, source, target), [(i, j) for j, i in _word_links(other, target, source)]
        progress(start + len(chunk), len(pairs))


def _word_links(plan: torch.Tensor, rows: list[int | None], columns: list[int | None]) -> Links:
    """Links between the words of rows and columns, by the largest entry of each column that has mass."""
    plan = plan if plan.dim() == 2 else plan.mean(0)
    best, mass = first_best(plan).tolist(), plan.amax(0).tolist()
    found = {
        (row, column)
        for at, column in enumerate(columns)
        if mass[at] > 0 and column is not None and (row := rows[best[at]]) is not None
    }
    return sorted(found)


def _words_of_units(window: Window, method: JointAlignment) -> list[int | None]:
    """The word that each unit of a sentence belongs to; None for a special token."""
    if method.units == "words":
        return list(range(len(window.firsts)))
    words: list[int | None] = [
        word for word, (first, stop) in enumerate(window.spans()) for _ in range(first, stop)
    ]
    return [None, *words, None] if method.special_tokens else words
