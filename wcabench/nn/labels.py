"""Tags as class numbers, and class scores as legal tags."""

from collections.abc import Sequence

import numpy as np


def tag_names(types: Sequence[str]) -> list[str]:
    """Classes of the tagger: "O", then B- and I- of each entity type."""
    return ["O", *(f"{prefix}-{t}" for t in types for prefix in "BI")]


def continues(before: str, tag: str) -> bool:
    """Whether `tag` may follow `before` in IOB2: an I-X only after B-X or I-X."""
    return not tag.startswith("I-") or before[2:] == tag[2:]


def viterbi(scores: np.ndarray, tags: Sequence[str]) -> list[int]:
    """The legal IOB2 sequence with the highest sum of scores. scores: [words, tags]; returns class numbers.

    Constrained decoding without learned transitions, as in UniTrans (Wu et al. 2020).
    """
    forbidden = np.array([[0.0 if continues(a, b) else -np.inf for b in tags] for a in tags])
    start = np.array([-np.inf if t.startswith("I-") else 0.0 for t in tags])
    best, back = scores[0] + start, []
    for row in scores[1:]:
        paths = best[:, None] + forbidden
        back.append(paths.argmax(0))
        best = paths.max(0) + row
    path = [int(best.argmax())]
    for pointer in reversed(back):
        path.append(int(pointer[path[-1]]))
    return path[::-1]
