"""What becomes of entities that are projected, against an independent reading of the definitions, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from wcabench.scoring.projection import ProjectionErrors, projection_errors
from wcabench.scoring.spans import Span, read_spans

N_S, N_T = 7, 8
tags = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
links = st.frozensets(st.tuples(st.integers(0, N_S - 1), st.integers(0, N_T - 1)), max_size=14)
pairs = st.tuples(
    st.lists(tags, min_size=N_S, max_size=N_S), st.lists(tags, min_size=N_T, max_size=N_T), links
)


def by_marking_words(source: list[Span], target: list[Span], linked: frozenset) -> dict[str, int]:
    """Each entity marks the target words that it is linked to, in a row of its own; then the rows are looked at."""
    rows = [
        [any((i, j) in linked for i in range(entity.start, entity.end)) for j in range(N_T)]
        for entity in source
    ]
    counts = dict.fromkeys(("entities", "lost", "split", "merged", "exact"), 0)
    for number, (entity, row) in enumerate(zip(source, rows, strict=True)):
        runs = sum(row[j] and (j == 0 or not row[j - 1]) for j in range(N_T))
        counts["entities"] += 1
        counts["lost"] += runs == 0
        counts["split"] += runs > 1
        counts["merged"] += any(
            row[j] and other[j] for place, other in enumerate(rows) if place != number for j in range(N_T)
        )
        counts["exact"] += any(
            gold.type == entity.type and [gold.start <= j < gold.end for j in range(N_T)] == row
            for gold in target
        )
    return counts


@given(st.lists(pairs, max_size=4))
def test_the_counts_are_those_of_marking_words(text):
    sentences = [(read_spans(one), read_spans(other), linked) for one, other, linked in text]
    expected = dict.fromkeys(("entities", "lost", "split", "merged", "exact"), 0)
    for sentence in sentences:
        for name, count in by_marking_words(*sentence).items():
            expected[name] += count
    assert vars(projection_errors(sentences)) == expected


@given(pairs)
def test_an_exact_entity_is_neither_lost_nor_split(pair):
    source, target, linked = pair
    found = projection_errors([(read_spans(source), read_spans(target), linked)])
    assert found.exact + found.lost <= found.entities
    assert found.exact + found.split <= found.entities


@given(st.lists(tags, min_size=N_T, max_size=N_T))
def test_links_of_a_sentence_with_itself_lose_split_and_merge_nothing(tagged):
    spans = read_spans(tagged)
    found = projection_errors([(spans, spans, [(i, i) for i in range(N_T)])])
    assert found == ProjectionErrors(entities=len(spans), exact=len(spans))


def test_one_of_each_by_hand():
    # "Ann" is linked to nothing; "Bank of Oslo" to words 0 and 2 alone; "Rome" and "Paris" share word 4.
    source = [Span(0, 1, "PER"), Span(1, 4, "ORG"), Span(4, 5, "LOC"), Span(5, 6, "LOC")]
    target = [Span(0, 3, "ORG"), Span(4, 5, "LOC"), Span(5, 6, "LOC")]
    found = projection_errors([(source, target, [(1, 0), (3, 2), (4, 4), (5, 4), (5, 5)])])
    assert found == ProjectionErrors(entities=4, lost=1, split=1, merged=2, exact=1)
    assert found.share(found.merged) == 0.5


def test_the_right_words_with_the_wrong_type_are_not_exact():
    assert projection_errors([([Span(0, 1, "PER")], [Span(0, 1, "LOC")], [(0, 0)])]).exact == 0
