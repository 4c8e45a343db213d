"""Corrections of p values for the number of comparisons in one table."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError

Key = TypeVar("Key", bound=Hashable)
Correction = Literal["holm", "benjamini-hochberg"]
NAMES: dict[str, str] = {"holm": "Holm", "benjamini-hochberg": "Benjamini-Hochberg"}


@dataclass(frozen=True, slots=True)
class Adjusted(Generic[Key]):
    """The p values of one family of comparisons after a correction.

    Attributes:
        family: what was compared, as the caller describes it: "every method and pair against none".
        correction: "holm" or "benjamini-hochberg".
        pvalues: comparison -> adjusted p value.
    """

    family: str
    correction: Correction
    pvalues: Mapping[Key, float]

    def __str__(self) -> str:
        n = len(self.pvalues)
        return f"{NAMES[self.correction]} over {n} comparison{'s' if n != 1 else ''} ({self.family})"


def adjust(pvalues: Mapping[Key, float], family: str, correction: Correction = "holm") -> Adjusted[Key]:
    """Correct p values for their number.

    A corrected p value means nothing without the family of comparisons that it was corrected over, so the caller must
    name it. Holm limits the chance of a single false claim, Benjamini-Hochberg the share of false ones.

    Args:
        pvalues: comparison -> p value in [0, 1].
        family: what was compared, in words.
        correction: "holm" or "benjamini-hochberg".

    Raises:
        UserError: an unnamed family, or another correction.
        ValueError: a number that is no p value.
    """
    if not family.strip():
        raise UserError("name the family of comparisons that p values are corrected over")
    if correction not in NAMES:
        raise UserError(f"correction {correction!r}: there are {' and '.join(NAMES)}")
    change = holm if correction == "holm" else benjamini_hochberg
    return Adjusted(family, correction, dict(zip(pvalues, change(list(pvalues.values())), strict=True)))


def holm(pvalues: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (Holm 1979), which limits the chance of any false rejection in the family.

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
    """Benjamini and Hochberg's step-up adjustment (1995), which limits the expected share of false rejections.

    Proved for independent comparisons and for positively dependent ones (Benjamini & Yekutieli 2001), such as
    several methods against one baseline.

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
