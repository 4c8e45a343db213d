"""Numbers that explain why a method helped or did not, measured on a few sentences once everything else is done.

The harness measures, never the method: gold word alignments and the target's tags are read here, after the training and
after the predictions, and nothing of it goes back. All is computed in float32, whatever the training was.
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
from wcabench.nn.network import Network
from wcabench.scoring.projection import projection_errors
from wcabench.scoring.spans import Span, read_spans
from wcabench.transport import Costs, cosine_costs
from wcabench.transport.plan_measures import measure_plans
from wcabench.words import align, score_alignment
from wcabench.words.agreement import link_agreement

# Few enough that all of it stays below 2% of the shortest run, a cell of the mini suite.
PARALLEL_PAIRS = 16
GOLD_PAIRS = 48
# The statistical aligner of a very long text learns from its beginning.
ALIGNER_PAIRS = 20_000
DIGITS = 6

Measured = dict[str, Any]


@dataclass(frozen=True)
class GoldPair:
    """A sentence pair with its gold word alignment, and its entities where both sides are tagged.

    Attributes:
        pair: the words, and the links.
        entities: of the source and of the target side; None where a side is not tagged.
    """

    pair: SentencePair
    entities: tuple[list[Span], list[Span]] | None


def gold_pairs(data: PairData) -> list[GoldPair]:
    """The first gold-aligned pairs; a side is tagged where the test or development sets hold the very sentence."""
    source, target = _tags(data.source_test, data.source_dev), _tags(data.target_test, data.target_dev)
    found = []
    for pair in data.aligned[:GOLD_PAIRS]:
        tags = source.get(pair.source), target.get(pair.target)
        spans = None if tags[0] is None or tags[1] is None else (read_spans(tags[0]), read_spans(tags[1]))
        found.append(GoldPair(pair, spans))
    return found


def _tags(*parts: Iterable[Sentence]) -> dict[Words, tuple[str, ...]]:
    return {sentence.words: sentence.tags for part in parts for sentence in part}


def measure(method: Any, model: Network, parallel: Sequence[SentencePair], data: PairData) -> Measured:
    """All diagnostics of one trained method.

    Args:
        method: as it was fitted; one that is no `JointAlignment` has no coupling.
        model: the network it trained.
        parallel: the parallel text that the method was given; its first pairs are coupled.
        data: for the test sentences, their tags and the gold word alignments.

    Returns:
        Names of `diagnostic_names` -> numbers, and under "absent" what could not be measured, with the reason.
    """
    sample, gold = list(parallel[:PARALLEL_PAIRS]), gold_pairs(data)
    tested = [s.words for part in (data.source_test, data.target_test) for s in part[:GOLD_PAIRS] if s.words]
    couples = isinstance(method, JointAlignment) and bool(sample)
    pairs = [*sample, *(one.pair for one in gold)] if couples else []
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
    """The coupling that the method trained with, and how far it agrees with fast_align's intersection."""
    sample = parallel[:PARALLEL_PAIRS]
    plans = couple(method, states, sample, range(len(sample)))
    found = measure_plans(plans)
    text = [(pair.source, pair.target) for pair in parallel[:ALIGNER_PAIRS]]
    statistical = align(text, symmetrisation="intersect")[: len(sample)]
    return {
        "source_reached": found.source_reached,
        "largest_fan_in": found.largest_fan_in,
        "plan_entropy": found.entropy,
        "plan_entropy_relative": found.relative_entropy,
        "source_marginal_error": found.source_error,
        "target_marginal_error": found.target_error,
        "fast_align_agreement": link_agreement(_links(method, states, sample, plans), statistical),
    }


def _of_the_gold_pairs(
    method: JointAlignment,
    states: SentenceStates,
    parallel: Sequence[SentencePair],
    gold: Sequence[GoldPair],
) -> tuple[dict[str, float | None], dict[str, str]]:
    """Alignment error rate, and what becomes of the entities; what is absent, and why."""
    if not gold:
        return {}, {"gold": NO_GOLD}
    pairs = [one.pair for one in gold]
    if type(method).prepare is not JointAlignment.prepare:
        # What was prepared knows the parallel text alone: prepare another one for these pairs' words, too.
        method = dataclasses.replace(method)
        method.prepare([SentencePair(pair.source, pair.target) for pair in (*parallel, *pairs)])
    numbers = range(len(parallel), len(parallel) + len(pairs))
    links = _links(method, states, pairs, couple(method, states, pairs, numbers))
    score = score_alignment(links, [pair.links or () for pair in pairs])
    measured: dict[str, float | None] = {"alignment_error_rate": score.error_rate}
    tagged = [(*one.entities, own) for one, own in zip(gold, links, strict=True) if one.entities]
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
    """The method's plan of each pair, [n_s, n_t]; per-layer ones averaged.

    Args:
        method: fitted or prepared.
        states: of all sentences of the pairs.
        pairs: neither side empty.
        numbers: of the pairs in the text that the method was prepared with.
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
    """The word links of each plan."""
    windows = [[states.windows[words] for words in side] for side in _sides(pairs)]
    return [coupled_words(method, plan, *both) for plan, *both in zip(plans, *windows, strict=True)]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _rounded(numbers: dict[str, float | None]) -> Measured:
    """What there is of them."""
    return {name: round(value, DIGITS) for name, value in numbers.items() if value is not None}
