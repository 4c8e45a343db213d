"""Mean and deviation over seeds, by pair and method."""

import statistics
from collections.abc import Iterable
from typing import TypedDict


class SummaryRow(TypedDict):
    """One pair and method.

    Attributes:
        n: finished seeds.
        mean: mean F1 in percent; None for n = 0.
        std: standard deviation over seeds (n - 1); None for n < 2.
    """

    pair: str
    method: str
    n: int
    mean: float | None
    std: float | None


def summarise(cells: Iterable[tuple[str, str, float | None]]) -> list[SummaryRow]:
    """A row for each pair and method, in the order in which they come.

    Args:
        cells: (pair, method, F1 or None for a cell without a score).
    """
    scores: dict[tuple[str, str], list[float]] = {}
    for pair, method, f1 in cells:
        scores.setdefault((pair, method), []).extend([] if f1 is None else [f1])
    return [
        {
            "pair": pair,
            "method": method,
            "n": len(values),
            "mean": statistics.fmean(values) if values else None,
            "std": statistics.stdev(values) if len(values) > 1 else None,
        }
        for (pair, method), values in scores.items()
    ]
