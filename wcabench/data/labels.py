"""The label policy: how entity types are handled that the target does not have (decision 30 of methods/README.md)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from wcabench.contract import Sentence


@dataclass(frozen=True)
class LabelPolicy:
    """The entity types of a language pair after the policy.

    Attributes:
        types: the types in use, sorted.
        dropped: types that are replaced by O in every labelled sentence, before training.
        mapped: types that are trained, and replaced by O in the predictions for the target.
        note: a note for tables; empty if both sides have all types.
    """

    types: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()
    note: str = ""

    def apply(self, sentences: Iterable[Sentence]) -> list[Sentence]:
        """Return the sentences with tags of dropped types replaced by O."""
        return without_types(sentences, self.dropped)


def label_policy(
    choice: Literal["drop", "map", "keep"], source_types: Collection[str], target_types: Collection[str]
) -> LabelPolicy:
    """Return the policy for a source and a target with these types.

    Args:
        choice: for types that the target lacks: "drop" removes them from the labels; "map" trains them and replaces
            predictions of them by O; "keep" changes nothing, so that each prediction of them is a false positive.
        source_types: types of the source labels.
        target_types: types of the target labels.
    """
    every = tuple(sorted(source_types))
    absent = tuple(kind for kind in every if kind not in target_types)
    if not absent:
        return LabelPolicy(every)
    names = ", ".join(absent)
    lacks = f"the target has no {names}:"
    if choice == "drop":
        kept = tuple(kind for kind in every if kind in target_types)
        return LabelPolicy(kept, dropped=absent, note=f"{lacks} taken out of the training labels")
    if choice == "map":
        return LabelPolicy(every, mapped=absent, note=f"{lacks} trained with, predictions of it read as O")
    return LabelPolicy(every, note=f"{lacks} trained with, and every prediction of it counts as wrong")


def without_types(sentences: Iterable[Sentence], types: Collection[str]) -> list[Sentence]:
    """Return the sentences with tags of these types replaced by O."""
    if not types:
        return list(sentences)
    return [
        replace(sentence, tags=tuple("O" if tag[2:] in types else tag for tag in sentence.tags))
        for sentence in sentences
    ]


def observed_types(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """Return the entity types that occur, sorted."""
    return tuple(sorted({tag[2:] for sentence in sentences for tag in sentence.tags if tag != "O"}))
