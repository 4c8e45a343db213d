"""Per-sentence counts of true positives, predicted and gold entities: all that F1 and its tests need."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int32]
Score = dict[str, Any]  # "precision", "recall", "f1", "tp", "predicted", "gold"
Scores = dict[str, Any]  # "micro": a Score of all types together; "per_type": type -> Score


@dataclass(frozen=True, eq=False)
class Counts:
    """Entity counts by sentence and type.

    Attributes:
        types: entity types, the columns of the arrays.
        tp: predicted entities that are gold ones (same boundaries and type), int32 [n_sentences, n_types].
        predicted: predicted entities, same shape.
        gold: gold entities, same shape.
    """

    types: tuple[str, ...]
    tp: IntArray
    predicted: IntArray
    gold: IntArray

    def __post_init__(self) -> None:
        """Convert the arrays to int32, in which sums of stored small unsigned ones cannot overflow; check shapes."""
        object.__setattr__(self, "types", tuple(str(kind) for kind in self.types))
        for name in ("tp", "predicted", "gold"):
            array = np.asarray(getattr(self, name)).astype(np.int32)
            if array.ndim != 2 or array.shape[1] != len(self.types) or len(array) != len(self.tp):
                expected = len(self.tp), len(self.types)
                raise ValueError(f"{name} has shape {array.shape}, expected {expected}")
            object.__setattr__(self, name, array)

    @cached_property
    def hits(self) -> NDArray[np.int64]:
        """True positives of all types, [n_sentences]."""
        return np.asarray(self.tp.sum(1, dtype=np.int64))

    @cached_property
    def entities(self) -> NDArray[np.int64]:
        """Gold entities of all types, [n_sentences]."""
        return np.asarray(self.gold.sum(1, dtype=np.int64))

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Predicted and gold entities of all types, [n_sentences]: micro F1 is 2 hits / sizes."""
        return np.asarray(self.predicted.sum(1, dtype=np.int64) + self.entities)

    @property
    def f1(self) -> float:
        """Micro-averaged F1 in percent; 0 where there is no entity at all."""
        return float(score_of(self.tp.sum(), self.predicted.sum(), self.gold.sum())["f1"])


def changed_sentences(a: Counts, b: Counts) -> int:
    """Sentences whose counts differ; all of them where the two are not over the same sentences and types."""
    if a.types != b.types or a.gold.shape != b.gold.shape:
        return max(len(a.gold), len(b.gold))
    unequal = [(getattr(a, name) != getattr(b, name)).any(1) for name in ("tp", "predicted", "gold")]
    return int(np.any(unequal, axis=0).sum())


def score_of(tp: int, predicted: int, gold: int) -> Score:
    """Precision, recall and F1 in percent, 0 where undefined (as conlleval has it), with the counts themselves."""
    return {
        "precision": 100 * float(tp) / max(int(predicted), 1),
        "recall": 100 * float(tp) / max(int(gold), 1),
        "f1": 200 * float(tp) / max(int(predicted) + int(gold), 1),
        "tp": int(tp),
        "predicted": int(predicted),
        "gold": int(gold),
    }
