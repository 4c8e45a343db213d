"""Corrections of p values for the number of comparisons in one table."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def holm(pvalues: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (Holm 1979): holds the chance of any false rejection in the family.

    Args:
        pvalues: p values in [0, 1], in any order.

    Returns:
        Adjusted p values in the same order, at most 1.
    """
    p = _probabilities(pvalues)
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _restore(adjusted, order)


def benjamini_hochberg(pvalues: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's step-up adjustment (1995): holds the expected share of false rejections.

    Args:
        pvalues: p values in [0, 1], in any order.

    Returns:
        Adjusted p values in the same order, at most 1.
    """
    p = _probabilities(pvalues)
    order = np.argsort(-p, kind="stable")
    adjusted = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    return _restore(adjusted, order)


def _probabilities(pvalues: Sequence[float]) -> NDArray[np.float64]:
    p = np.asarray(pvalues, np.float64)
    if p.ndim != 1 or not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"p values must be numbers in [0, 1]: {list(pvalues)}")
    return p


def _restore(adjusted: NDArray[np.float64], order: NDArray[np.intp]) -> list[float]:
    restored = np.empty_like(adjusted)
    restored[order] = np.minimum(adjusted, 1.0)
    return [float(value) for value in restored]
