"""Computes the encoder's states of words or pieces on chosen layers; all code that needs states uses this module."""

from collections.abc import Sequence

import torch

from wcabench.contract import Pool
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.pieces import Window


def window_states(
    network: TaggingNetwork,
    windows: Sequence[Window],
    pool: Pool = "first",
    layers: int | Sequence[int] = -1,
    *,
    special_tokens: bool = False,
) -> list[torch.Tensor]:
    """Return the states of each window, in float32.

    Args:
        network: read with dropout in training mode, and with gradient unless that is switched off.
        windows: windows made by `network.table`.
        pool: a word's state is that of its "first" or "last" piece or the "mean" of its pieces, for the words that the
            window owns; "pieces" gives the states of the pieces themselves.
        layers: one number (-1: the last layer, 0: the embeddings), or several.
        special_tokens: with "pieces": include the first and the last special token.

    Returns:
        one tensor for each window: [n, d] for one layer, [layers, n, d] for several.
    """
    numbers = [layers] if isinstance(layers, int) else list(layers)
    trim = 0 if special_tokens else 1
    states: list[torch.Tensor] = [torch.empty(0)] * len(windows)
    for part in network.encode([window.ids for window in windows]):
        hidden = torch.stack([part.hidden[number] for number in numbers]).float()
        spans = [
            (start + trim, start + len(windows[row].ids) - trim)
            for start, row in zip(part.starts, part.rows, strict=True)
        ]
        for row, pieces in zip(part.rows, _cut(hidden, spans), strict=True):
            pooled = pool_pieces(pieces, windows[row], pool)
            states[row] = pooled[0] if isinstance(layers, int) else pooled
    return states


def pool_pieces(pieces: torch.Tensor, window: Window, pool: Pool) -> torch.Tensor:
    """Pool the states of a window's pieces into those of the words that it owns; see `window_states`.

    Args:
        pieces: states of the pieces, without special tokens unless `pool` is "pieces". [layers, pieces, d]
        window: the window of these pieces.
        pool: see `window_states`.

    Returns:
        [layers, n, d]
    """
    if pool == "pieces":
        return pieces
    spans = window.spans()
    first_own, after_own = window.own.start - window.start, window.own.stop - window.start
    if pool == "mean":
        words = torch.split(pieces, [stop - first for first, stop in spans], dim=1)[first_own:after_own]
        if not words:
            return pieces[:, :0]
        return torch.stack([word.mean(1) for word in words], dim=1)
    chosen = [(first if pool == "first" else stop - 1) - 1 for first, stop in spans[first_own:after_own]]
    return pieces[:, chosen]


def _cut(hidden: torch.Tensor, spans: list[tuple[int, int]]) -> list[torch.Tensor]:
    """Cut [layers, positions, d] into spans [layers, stop - start, d] by one split.

    The gradient of a split is one concatenation; each slice would have a gradient as large as all of `hidden`.
    """
    order = sorted(range(len(spans)), key=spans.__getitem__)
    sizes, at = [], 0
    for i in order:
        start, stop = spans[i]
        sizes += [start - at, stop - start]
        at = stop
    parts = torch.split(hidden, [*sizes, hidden.shape[1] - at], dim=1)
    cut = [parts[0]] * len(spans)
    for rank, i in enumerate(order):
        cut[i] = parts[2 * rank + 1]
    return cut
