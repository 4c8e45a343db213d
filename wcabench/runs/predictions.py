"""Predictions on both test sets of a cell, and what is counted in them."""

from typing import TYPE_CHECKING, Any

from wcabench import registry
from wcabench.runs.cells import SIDES

if TYPE_CHECKING:
    from wcabench.data.sentences import PairData, Sentence
    from wcabench.scoring.counts import Counts

Tags = list[str | None]
Sides = dict[str, list[Tags]]  # "target" and "source"


def predict(tagger: registry.Tagger, data: "PairData") -> Sides:
    """One tag a word of both test sets; tags of entity types that the target does not have are O (label policy "map").

    Raises:
        ValueError: the tagger breaks its contract; the message says where.
    """
    hidden = frozenset(data.mapped_to_o)
    target = _predict(tagger, data.target_test, "target test")
    return {
        "target": [_without_types(sentence, hidden) for sentence in target],
        "source": _predict(tagger, data.source_test, "source test"),
    }


def count_entities(data: "PairData", tags: Sides, *, read_only: bool) -> "dict[tuple[str, bool], Counts]":
    """The entities of both test sets, (side, lenient) -> counts.

    Args:
        data: with the gold tags.
        tags: as predicted.
        read_only: score the words alone that the tagger read, as systems that truncate do.
    """
    from wcabench.scoring.counts import count

    gold = {"target": _tags(data.target_test), "source": _tags(data.source_test)}
    if read_only:
        gold, tags = _truncated(gold, tags)
    return {
        (side, lenient): count(gold[side], tags[side], data.types, lenient=lenient)  # type: ignore[arg-type]
        for side in SIDES
        for lenient in (False, True)
    }


def record_scores(counts: "dict[tuple[str, bool], Counts]") -> dict[str, Any]:
    """Precision, recall and F1 of each test set, as a cell's record holds them."""
    return {
        f"{side}-test": {**counts[side, False].scores(), "lenient": {"f1": counts[side, True].f1}}
        for side in SIDES
    }


def _predict(tagger: registry.Tagger, sentences: "list[Sentence]", what: str) -> list[Tags]:
    """One tag a word; a tagger that breaks its contract is an error that says where."""
    predicted = [list(tags) for tags in tagger.predict([sentence.words for sentence in sentences])]
    if len(predicted) != len(sentences):
        raise ValueError(f"{what}: predict() gave {len(predicted)} sentences for {len(sentences)}")
    for number, (tags, sentence) in enumerate(zip(predicted, sentences, strict=True), 1):
        if len(tags) != len(sentence.words):
            raise ValueError(
                f"{what}, sentence {number}: predict() gave {len(tags)} tags for {len(sentence.words)} words"
            )
    return predicted


def _without_types(tags: Tags, types: frozenset[str]) -> Tags:
    """Tags of entity types that the target does not have become O (label policy "map")."""
    return ["O" if tag is not None and tag[2:] in types else tag for tag in tags]


def _tags(sentences: "list[Sentence]") -> list[Tags]:
    return [list(sentence.tags) for sentence in sentences]


def _truncated(gold: Sides, tags: Sides) -> tuple[Sides, Sides]:
    """Gold and predicted tags of the words that were read: what systems that truncate are scored on."""

    def kept(side: str, which: Sides) -> list[Tags]:
        return [
            [tag for tag, read in zip(sentence, predicted, strict=True) if read is not None]
            for sentence, predicted in zip(which[side], tags[side], strict=True)
        ]

    return {side: kept(side, gold) for side in SIDES}, {side: kept(side, tags) for side in SIDES}
