import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import classification_report, f1_score
from seqeval.scheme import IOB2
from strict_repair import repaired

from wcabench.errors import UserError
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import LENIENT, SCORERS, STRICT, Scorer
from wcabench.scoring.spans import Span

LABELS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER", "B-ORG", "I-ORG"]


def random_corpus(n: int, seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Tag sequences, most of them illegal, and predictions that often agree with them."""
    rng = random.Random(seed)
    gold = [rng.choices(LABELS, [6, 2, 3, 2, 3, 1, 1], k=rng.randint(1, 15)) for _ in range(n)]
    predicted = [[tag if rng.random() < 0.8 else rng.choice(LABELS) for tag in tags] for tags in gold]
    return gold, predicted


def word_by_word(tags: list[str], lenient: bool) -> set[Span]:
    """The entities of a sentence by the definition, one word after the other: independent of `find_runs`."""
    spans: list[Span] = []
    current = ""  # type of the entity that the word before belongs to
    for index, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if prefix == "I" and kind == current:
            spans[-1] = spans[-1]._replace(end=index + 1)
        elif prefix == "B" or (prefix == "I" and lenient):
            spans.append(Span(index, index + 1, kind))
            current = kind
        else:
            current = ""
    return set(spans)


def plain_count(
    gold: list[list[str]], predicted: list[list[str]], types: tuple[str, ...], scorer: Scorer
) -> np.ndarray:
    """tp, predicted and gold by sets of spans, [3, n_sentences, n_types]."""
    table = np.zeros((3, len(gold), len(types)), int)
    for i, (one, other) in enumerate(zip(gold, predicted, strict=True)):
        of_gold, of_pred = (word_by_word(tags, scorer is LENIENT) for tags in (one, other))
        for part, spans in zip(table, (of_gold & of_pred, of_pred, of_gold), strict=True):
            found = Counter(span.type for span in spans)
            part[i] = [found[kind] for kind in types]
    return table


@pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.name)
def test_counts_equal_seqeval_on_2000_random_sequences_illegal_ones_included(scorer: Scorer) -> None:
    gold, predicted = random_corpus(2000, seed=1)
    scores = scorer.score(scorer.count(gold, predicted))
    if scorer is LENIENT:
        options, truth, guess = {}, gold, predicted
    else:
        options = {"mode": "strict", "scheme": IOB2}
        truth, guess = ([repaired(tags) for tags in side] for side in (gold, predicted))
        assert truth != gold
    report = classification_report(truth, guess, output_dict=True, zero_division=0, **options)
    for kind, ours in {**scores["per_type"], "micro avg": scores["micro"]}.items():
        theirs = report[kind]
        assert ours["precision"] == pytest.approx(100 * theirs["precision"], abs=1e-9)
        assert ours["recall"] == pytest.approx(100 * theirs["recall"], abs=1e-9)
        assert ours["f1"] == pytest.approx(100 * theirs["f1-score"], abs=1e-9)
        assert ours["gold"] == theirs["support"]


def test_counts_of_each_sentence_equal_seqeval_on_that_sentence_alone() -> None:
    gold, predicted = random_corpus(300, seed=2)
    counts = STRICT.count(gold, predicted)
    for i, (one, other) in enumerate(zip(gold, predicted, strict=True)):
        truth, guess = [repaired(one)], [repaired(other)]
        f1 = f1_score(truth, guess, mode="strict", scheme=IOB2, zero_division=0)
        row = Counts(counts.types, counts.tp[i : i + 1], counts.predicted[i : i + 1], counts.gold[i : i + 1])
        assert row.f1 == pytest.approx(100 * f1)


TAGS = st.sampled_from(["O", "B-LOC", "I-LOC", "B-PER", "I-PER"])
PAIRS = st.lists(st.lists(st.tuples(TAGS, TAGS), max_size=6), max_size=5)


@settings(max_examples=200)
@given(PAIRS, st.sampled_from(SCORERS))
def test_counts_equal_sets_of_spans_sentence_by_sentence(
    pairs: list[list[tuple[str, str]]], scorer: Scorer
) -> None:
    gold = [[one for one, _ in sentence] for sentence in pairs]
    predicted = [[other for _, other in sentence] for sentence in pairs]
    counts = scorer.count(gold, predicted, ("PER", "LOC"))
    assert counts.types == ("PER", "LOC")
    expected = plain_count(gold, predicted, counts.types, scorer)
    assert np.array_equal(np.stack([counts.tp, counts.predicted, counts.gold]), expected)


def test_an_entity_never_reaches_over_a_sentence_end() -> None:
    counts = LENIENT.count([["O", "B-PER"], ["I-PER"]], [["O", "B-PER"], ["I-PER"]])
    assert counts.gold.tolist() == [[1], [1]]
    with_an_empty_sentence = [["B-PER"], [], ["I-PER"]]
    counts = STRICT.count(with_an_empty_sentence, with_an_empty_sentence)
    assert counts.gold.tolist() == [[1], [0], [0]]


def test_label_ids_count_as_their_tags_do() -> None:
    gold, predicted = random_corpus(200, seed=3)
    table = {tag: i for i, tag in enumerate(LABELS)}
    ids = [np.array([table[tag] for tags in side for tag in tags], np.int16) for side in (gold, predicted)]
    ours = LENIENT.count_ids(*ids, np.array([len(tags) for tags in gold]), ("LOC", "PER", "ORG"))
    theirs = LENIENT.count(gold, predicted, ("LOC", "PER", "ORG"))
    for name in ("tp", "predicted", "gold"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name))
        assert getattr(ours, name).dtype == np.int32


def test_types_that_occur_are_sorted_and_given_ones_keep_their_order() -> None:
    gold, predicted = [["B-PER", "B-LOC"]], [["B-MISC", "B-LOC"]]
    assert STRICT.count(gold, predicted).types == ("LOC", "MISC", "PER")
    given_types = STRICT.count(gold, predicted, ("PER", "ORG", "MISC", "LOC"))
    assert given_types.gold.tolist() == [[1, 0, 0, 1]]
    assert given_types.predicted.tolist() == [[0, 0, 1, 1]]


def test_none_counts_as_o() -> None:
    counts = STRICT.count([["B-PER", "I-PER"]], [["B-PER", None]])
    assert (counts.tp.sum(), counts.predicted.sum(), counts.gold.sum()) == (0, 1, 1)


def test_scores_are_percent_with_zero_where_undefined() -> None:
    types = ("LOC", "ORG", "PER")
    counts = STRICT.count([["B-PER", "O", "B-LOC", "O"]], [["B-PER", "B-PER", "O", "O"]], types)
    scores = STRICT.score(counts)
    assert scores["micro"] == {
        "precision": 50.0,
        "recall": 50.0,
        "f1": 50.0,
        "tp": 1,
        "predicted": 2,
        "gold": 2,
    }
    nothing = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "tp": 0, "predicted": 0, "gold": 0}
    assert scores["per_type"]["ORG"] == nothing
    assert STRICT.score(STRICT.count([], [])) == {"micro": nothing, "per_type": {}}


def test_stored_small_unsigned_counts_do_not_overflow() -> None:
    big = np.full((2, 1), 200, np.uint8)
    counts = Counts(("PER",), big, big, big)
    assert STRICT.score(counts)["micro"]["gold"] == 400
    assert counts.f1 == 100


def test_arrays_of_unlike_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="predicted has shape"):
        Counts(("PER",), np.zeros((2, 1)), np.zeros((3, 1)), np.zeros((2, 1)))


@pytest.mark.parametrize(
    ("gold", "predicted", "types", "message"),
    [
        ([["O"], ["O", "O"]], [["O"], ["O"]], None, "sentence 2 has 2 gold tags but 1 predicted"),
        ([["O"]], [["O"], ["O"]], None, "1 gold sentences but 2 predicted"),
        ([["O"], ["O"]], [["O"], ["S-PER"]], None, "predicted sentence 2: malformed tag 'S-PER'"),
        ([["O"], ["O"], ["B-"]], [["O"]] * 3, None, "gold sentence 3: malformed tag 'B-'"),
        ([["B-PER"]], [["B-DATE"]], ("LOC", "PER"), "predicted sentence 1: tag 'B-DATE'.*LOC, PER"),
    ],
)
def test_wrong_input_is_an_error_naming_the_sentence(
    gold: list[list[str]], predicted: list[list[str]], types: tuple[str, ...] | None, message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        STRICT.count(gold, predicted, types)
    assert "\n" not in str(caught.value)
