"""Length buckets: sequences are sorted by length and cut into batches with little padding and few encoder calls."""

from collections.abc import Sequence
from functools import lru_cache

import torch

# Cost of one more encoder call, in padded tokens. Measured on two CPU cores; it changes speed only, never a result.
CALL_COST = 48


def length_buckets(
    lengths: Sequence[int], call_cost: int = CALL_COST, most: int | None = None
) -> list[list[int]]:
    """Group sequences so that the cost of padded tokens and encoder calls together is lowest.

    The optimum is exact, by dynamic programming over the distinct lengths (at most `max_length` of them).

    Args:
        lengths: number of tokens of each sequence.
        call_cost: cost of one encoder call, in padded tokens.
        most: largest number of sequences in a bucket; None: no limit.

    Returns:
        the buckets, each a list of indices into `lengths`.
    """
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    counts: dict[int, int] = {}
    for i in order:
        counts[lengths[i]] = counts.get(lengths[i], 0) + 1
    buckets, at = [], 0
    for size in _cuts(tuple(counts.items()), call_cost):
        step = most or size
        buckets += [order[k : min(k + step, at + size)] for k in range(at, at + size, step)]
        at += size
    return buckets


@lru_cache(maxsize=1024)
def _cuts(counts: tuple[tuple[int, int], ...], call_cost: int) -> tuple[int, ...]:
    """Return the number of sequences in each bucket, shortest sequences first.

    `counts` holds (length, number of sequences of that length), sorted by length.
    """
    total = [0]
    for _, number in counts:
        total.append(total[-1] + number)
    best, origin = [0.0], [0]
    for stop in range(1, len(counts) + 1):
        longest = counts[stop - 1][0]
        costs = [best[a] + call_cost + longest * (total[stop] - total[a]) for a in range(stop)]
        origin.append(min(range(stop), key=costs.__getitem__))
        best.append(costs[origin[-1]])
    sizes, stop = [], len(counts)
    while stop:
        sizes.append(total[stop] - total[origin[stop]])
        stop = origin[stop]
    return tuple(reversed(sizes))


def padded(sequences: Sequence[Sequence[int]], pad: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and attention mask, both [sequences, longest], int64."""
    longest = max(map(len, sequences))
    ids = torch.full((len(sequences), longest), pad, dtype=torch.long)
    mask = torch.zeros((len(sequences), longest), dtype=torch.long)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.as_tensor(sequence)
        mask[row, : len(sequence)] = 1
    return ids.to(device, non_blocking=True), mask.to(device, non_blocking=True)
