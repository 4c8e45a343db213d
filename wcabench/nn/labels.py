"""The tagger's classes, and decoding of their scores into tag sequences."""

from collections.abc import Sequence

import numpy as np


def tag_names(types: Sequence[str]) -> list[str]:
    """Return the tagger's classes: "O", then B- and I- of each entity type."""
    return ["O", *(f"{prefix}-{t}" for t in types for prefix in "BI")]


def continues(before: str, tag: str) -> bool:
    """Whether `tag` may follow `before` in IOB2: an I-X only after B-X or I-X."""
    return not tag.startswith("I-") or before[2:] == tag[2:]


def legal_transitions(tags: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores that forbid illegal IOB2 sequences: 0 where allowed, -inf elsewhere.

    Returns:
        score of tag j after tag i [tags, tags], and score of a sentence that begins with the tag [tags].
    """
    transitions = np.array([[0.0 if continues(a, b) else -np.inf for b in tags] for a in tags])
    return transitions, np.array([-np.inf if t.startswith("I-") else 0.0 for t in tags])


def best_sequence(scores: np.ndarray, transitions: np.ndarray, starts: np.ndarray) -> list[int]:
    """Return the tag sequence with the highest sum of scores (Viterbi 1967), as class numbers.

    For constrained decoding without learned transitions, as in UniTrans (Wu et al. 2020), give `legal_transitions`.

    Args:
        scores: of each tag at each word; at least one word. [words, tags]
        transitions: score of tag j after tag i. [tags, tags]
        starts: score of a sentence that begins with the tag. [tags]
    """
    best, back = scores[0] + starts, []
    for row in scores[1:]:
        paths = best[:, None] + transitions
        back.append(paths.argmax(0))
        best = paths.max(0) + row
    path = [int(best.argmax())]
    for pointer in reversed(back):
        path.append(int(pointer[path[-1]]))
    return path[::-1]
