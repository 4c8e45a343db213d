"""Numbers that explain why a method helped or did not, measured on a few sentences after prediction.

The harness measures them, never the method: gold word alignments and the target's tags are read after training and
prediction, and do not influence either. All numbers are computed in float32, whatever the training precision.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from wcabench.contract import Sentence, SentencePair, Words
from wcabench.data.sentences import PairData
from wcabench.measuring.diagnostic_names import ABSENT, NO_COUPLING, NO_GOLD, NO_TAGS
from wcabench.measuring.sentence_states import SentenceStates
from wcabench.measuring.word_links import Links, coupled_words
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.network import TaggingNetwork
from wcabench.scoring.projection import projection_errors
from wcabench.scoring.spans import Span, read_spans
from wcabench.transport import Costs, cosine_costs
from wcabench.transport.plan_measures import measure_plans
from wcabench.words import align, score_alignment
from wcabench.words.agreement import link_agreement

# Few enough that measuring takes less than 2% of the shortest run, a cell of the mini suite.
PARALLEL_PAIRS = 16
GOLD_PAIRS = 48
# On a longer text, the statistical aligner is trained on the first pairs only.
ALIGNER_PAIRS = 20_000
DIGITS = 6

Measured = dict[str, Any]


@dataclass(frozen=True)
class GoldPair:
    """A sentence pair with its gold word alignment, and its entities where both sides are tagged.

    Attributes:
        pair: the words and the gold links.
        entities: entities of the source and of the target side; None where a side is not tagged.
    """

    pair: SentencePair
    entities: tuple[list[Span], list[Span]] | None


def gold_pairs(data: PairData) -> list[GoldPair]:
    """Return the first gold-aligned pairs, with entities where the test or development sets hold both sentences."""
    source, target = _tags(data.source_test, data.source_dev), _tags(data.target_test, data.target_dev)
    pairs = []
    for pair in data.aligned[:GOLD_PAIRS]:
        tags = source.get(pair.source), target.get(pair.target)
        spans = None if tags[0] is None or tags[1] is None else (read_spans(tags[0]), read_spans(tags[1]))
        pairs.append(GoldPair(pair, spans))
    return pairs


def _tags(*parts: Iterable[Sentence]) -> dict[Words, tuple[str, ...]]:
    return {sentence.words: sentence.tags for part in parts for sentence in part}


def measure(method: Any, model: TaggingNetwork, parallel: Sequence[SentencePair], data: PairData) -> Measured:
    """Measure all diagnostics of one trained method.

    Args:
        method: the fitted method; one that is not a `JointAlignment` has no coupling.
        model: the network that it trained.
        parallel: the method's parallel text; its first pairs are coupled.
        data: gives the test sentences, their tags and the gold word alignments.

    Returns:
        Names of `diagnostic_names` -> numbers, and under "absent" the groups that could not be measured, with reasons.
    """
    sample, gold = list(parallel[:PARALLEL_PAIRS]), gold_pairs(data)
    tested = [s.words for part in (data.source_test, data.target_test) for s in part[:GOLD_PAIRS] if s.words]
    couples = isinstance(method, JointAlignment) and bool(sample)
    pairs = [*sample, *(gold_pair.pair for gold_pair in gold)] if couples else []
    states = SentenceStates(model, [*tested, *(words for p in pairs for words in (p.source, p.target))])
    measured = _rounded({"cosine_within_sentence": _mean(map(states.mean_cosine, tested))})
    if not couples:
        return {**measured, ABSENT: {"coupling": NO_COUPLING}}
    measured |= _rounded(_of_the_parallel_text(method, states, parallel))
    of_gold, absent = _of_the_gold_pairs(method, states, parallel, gold)
    return {**measured, **_rounded(of_gold), **({ABSENT: absent} if absent else {})}


def _of_the_parallel_text(
    method: JointAlignment, states: SentenceStates, parallel: Sequence[SentencePair]
) -> dict[str, float | None]:
    """Measure the coupling of the parallel text, and its agreement with fast_align's intersection."""
    sample = parallel[:PARALLEL_PAIRS]
    plans = couple(method, states, sample, range(len(sample)))
    measures = measure_plans(plans)
    text = [(pair.source, pair.target) for pair in parallel[:ALIGNER_PAIRS]]
    statistical = align(text, symmetrisation="intersect")[: len(sample)]
    return {
        "source_reached": measures.source_reached,
        "largest_fan_in": measures.largest_fan_in,
        "plan_entropy": measures.entropy,
        "plan_entropy_relative": measures.relative_entropy,
        "source_marginal_error": measures.source_error,
        "target_marginal_error": measures.target_error,
        "fast_align_agreement": link_agreement(_links(method, states, sample, plans), statistical),
    }


def _of_the_gold_pairs(
    method: JointAlignment,
    states: SentenceStates,
    parallel: Sequence[SentencePair],
    gold: Sequence[GoldPair],
) -> tuple[dict[str, float | None], dict[str, str]]:
    """Measure alignment error rate and entity projection; return the numbers, and absent groups with reasons."""
    if not gold:
        return {}, {"gold": NO_GOLD}
    pairs = [gold_pair.pair for gold_pair in gold]
    if type(method).prepare is not JointAlignment.prepare:
        # The method was prepared with the parallel text only, so prepare a copy with these pairs too.
        method = dataclasses.replace(method)
        method.prepare([SentencePair(pair.source, pair.target) for pair in (*parallel, *pairs)])
    numbers = range(len(parallel), len(parallel) + len(pairs))
    links = _links(method, states, pairs, couple(method, states, pairs, numbers))
    score = score_alignment(links, [pair.links or () for pair in pairs])
    measured: dict[str, float | None] = {"alignment_error_rate": score.error_rate}
    tagged = [(*pair.entities, own) for pair, own in zip(gold, links, strict=True) if pair.entities]
    errors = projection_errors(tagged)
    if not errors.entities:
        return measured, {"entities": NO_TAGS}
    for name in ("lost", "split", "merged", "exact"):
        measured[f"entities_{name}"] = errors.share(getattr(errors, name))
    return measured, {}


@torch.inference_mode()
def couple(
    method: JointAlignment, states: SentenceStates, pairs: Sequence[SentencePair], numbers: Sequence[int]
) -> list[torch.Tensor]:
    """Return the method's plan of each pair, [n_s, n_t]; plans for each layer are averaged.

    Args:
        method: a fitted or prepared method.
        states: the states of all sentences of the pairs.
        pairs: the sentence pairs; no side is empty.
        numbers: indices of the pairs in the text that the method was prepared with.
    """
    sides = [[states.units(words, method) for words in side] for side in _sides(pairs)]
    plans = method.couple(Costs(cosine_costs(*sides), list(numbers))).plans
    return [plan if plan.dim() == 2 else plan.mean(0) for plan in plans]


def _sides(pairs: Sequence[SentencePair]) -> tuple[list[Words], list[Words]]:
    return [pair.source for pair in pairs], [pair.target for pair in pairs]


def _links(
    method: JointAlignment,
    states: SentenceStates,
    pairs: Sequence[SentencePair],
    plans: Sequence[torch.Tensor],
) -> list[Links]:
    """Return the word links of each plan."""
    windows = [[states.windows[words] for words in side] for side in _sides(pairs)]
    return [coupled_words(method, plan, *both) for plan, *both in zip(plans, *windows, strict=True)]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _rounded(numbers: dict[str, float | None]) -> Measured:
    """Return the numbers that are not None, rounded."""
    return {name: round(value, DIGITS) for name, value in numbers.items() if value is not None}
