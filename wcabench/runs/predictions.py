"""Counts of the predicted tags of both test sets of a cell by every scorer, and the scores that its record holds."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wcabench.runs.counts_file import CountsKey
from wcabench.runs.tags_file import Tags, TagsBySide
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import SCORERS, SIDES, all_scores

if TYPE_CHECKING:
    from wcabench.data.sentences import PairData


def hide_types(tags: list[Tags], types: Collection[str]) -> list[Tags]:
    """The tags with entities of these types turned into O: types that the target lacks (label policy "map")."""
    return [["O" if tag is not None and tag[2:] in types else tag for tag in sentence] for sentence in tags]


def count_entities(data: "PairData", tags: TagsBySide, *, read_only: bool) -> dict[CountsKey, Counts]:
    """The entities of both test sets by every scorer.

    Args:
        data: with the gold tags.
        tags: as predicted.
        read_only: see `count_tags`.

    Returns:
        (side, scorer) -> counts.
    """
    gold: TagsBySide = {
        "target": [list(sentence.tags) for sentence in data.target_test],
        "source": [list(sentence.tags) for sentence in data.source_test],
    }
    return count_tags(gold, tags, data.types, read_only=read_only)


def count_tags(
    gold: TagsBySide, predicted: TagsBySide, types: Sequence[str], *, read_only: bool
) -> dict[CountsKey, Counts]:
    """The entities of both test sets by every scorer.

    Args:
        gold: one tag a word, by sentence.
        predicted: as many; None for a word without a prediction.
        types: the entity types.
        read_only: leave out the words without a prediction, which the tagger did not read, from both, as systems
            that truncate long sentences do.

    Returns:
        (side, scorer) -> counts.

    Raises:
        UserError: unequal numbers of sentences or words, or a tag whose type is not in `types`.
    """
    counts = {}
    for side in SIDES:
        own_gold, own_predicted = gold[side], predicted[side]
        if read_only:
            own_gold, own_predicted = read_words(own_gold, own_predicted)
        for scorer in SCORERS:
            counts[side, scorer] = scorer.count(own_gold, own_predicted, types)
    return counts


def record_scores(counts: Mapping[CountsKey, Counts]) -> dict[str, Any]:
    """Scores by test set, as a cell's record holds them."""
    return {
        f"{side}-test": all_scores({scorer: counts[side, scorer] for scorer in SCORERS}) for side in SIDES
    }


def read_words(gold: list[Tags], predicted: list[Tags]) -> tuple[list[Tags], list[Tags]]:
    """The tags of the words that have a prediction, gold and predicted."""
    pairs = [
        [(of_gold, tag) for of_gold, tag in zip(*sentence, strict=True) if tag is not None]
        for sentence in zip(gold, predicted, strict=True)
    ]
    gold_tags = [[of_gold for of_gold, _ in sentence] for sentence in pairs]
    return gold_tags, [[tag for _, tag in sentence] for sentence in pairs]
