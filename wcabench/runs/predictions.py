"""What is counted in the predictions on both test sets of a cell."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from wcabench.runs.cells import SIDES

if TYPE_CHECKING:
    from wcabench.contract import Sentence
    from wcabench.data.sentences import PairData
    from wcabench.scoring.counts import Counts

Tags = list[str | None]
Sides = dict[str, list[Tags]]  # "target" and "source"


def hide_types(tags: list[Tags], types: Collection[str]) -> list[Tags]:
    """The tags with entities of these types turned into O: types that the target lacks (label policy "map")."""
    return [["O" if tag is not None and tag[2:] in types else tag for tag in sentence] for sentence in tags]


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
