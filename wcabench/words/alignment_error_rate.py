"""Precision, recall and alignment error rate against gold links that are sure or only possible.

Source: Och & Ney 2003, "A Systematic Comparison of Various Statistical Alignment Models", section 5.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wcabench.errors import UserError
from wcabench.words.symmetrise import Link


@dataclass(frozen=True, slots=True)
class AlignmentScore:
    """How well links match the gold, over a whole corpus; all rates from 0 to 1.

    Attributes:
        precision: share of the predicted links that are possible; 1 if none is predicted.
        recall: share of the sure links that are predicted; 1 if none is sure.
        error_rate: 1 - (hits among the sure + hits among the possible) / (predicted + sure); 0 if both are
        none. predicted: number of predicted links. sure: number of sure links.
    """

    precision: float
    recall: float
    error_rate: float
    predicted: int
    sure: int


def score_alignment(
    predicted: Sequence[Iterable[Link]],
    sure: Sequence[Iterable[Link]],
    possible: Sequence[Iterable[Link]] | None = None,
) -> AlignmentScore:
    """Score predicted links; the counts are summed over the sentences.

    Args:
        predicted: links of each sentence, (source index, target index).
        sure: sure gold links of each sentence.
        possible: possible gold links of each sentence; the sure ones count as possible, listed or not.
            None: there are only sure ones.

    Raises:
        UserError: the numbers of sentences differ.
    """
    possible = sure if possible is None else possible
    if not len(predicted) == len(sure) == len(possible):
        raise UserError(
            f"alignment error rate: {len(predicted)} sentences predicted, {len(sure)} with sure and "
            f"{len(possible)} with possible links; wanted as many of each"
        )
    made = wanted = hit_sure = hit_possible = 0
    for links, must, may in zip(map(set, predicted), map(set, sure), map(set, possible), strict=True):
        made += len(links)
        wanted += len(must)
        hit_sure += len(links & must)
        hit_possible += len(links & (must | may))
    return AlignmentScore(
        precision=hit_possible / made if made else 1.0,
        recall=hit_sure / wanted if wanted else 1.0,
        error_rate=1.0 - (hit_sure + hit_possible) / (made + wanted) if made + wanted else 0.0,
        predicted=made,
        sure=wanted,
    )
