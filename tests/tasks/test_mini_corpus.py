"""The embedded corpus is what its README says: its sizes, tags and links, and how little training and test share."""

import importlib.resources
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from wcabench.contract import Sentence
from wcabench.data.columns import read_columns
from wcabench.data.parallel import read_two_column_files
from wcabench.scoring.projection import projection_errors
from wcabench.scoring.spans import read_spans
from wcabench.words.pharaoh import parse_gold

CORPUS = Path(str(importlib.resources.files("wcabench.tasks"))) / "mini" / "corpus"
TYPES = ("LOC", "MISC", "ORG", "PER")
TARGETS = ("de", "es", "nl", "hy")
SIZES = {"train": 1500, "parallel": 400, "dev": 60, "test": 140}
Entity = tuple[int, int, str]  # first word, word after the last, type


def sentences(language: str, split: str) -> list[Sentence]:
    return read_columns(CORPUS / language / f"{split}.conll", scheme="iob2", types=TYPES)


def entities(sentence: Sentence) -> list[Entity]:
    starts = [i for i, tag in enumerate(sentence.tags) if tag.startswith("B-")]
    found = []
    for start in starts:
        stop = start + 1
        while stop < len(sentence.tags) and sentence.tags[stop].startswith("I-"):
            stop += 1
        found.append((start, stop, sentence.tags[start][2:]))
    return found


def names(parts: list[Sentence]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {kind: set() for kind in TYPES}
    for sentence in parts:
        for start, stop, kind in entities(sentence):
            found[kind].add(" ".join(sentence.words[start:stop]))
    return found


FILES = [("en", split) for split in SIZES] + [
    (language, split) for language in TARGETS for split in SIZES if split != "train"
]


@pytest.mark.parametrize(("language", "split"), FILES)
def test_every_part_has_its_sentences_of_5_to_30_words(language, split):
    part = sentences(language, split)
    assert len(part) == SIZES[split]
    assert all(5 <= len(sentence.words) <= 30 for sentence in part)
    assert len({sentence.words for sentence in part}) == len(part)
    share = sum(not entities(sentence) for sentence in part) / len(part)
    assert 0.1 <= share <= 0.25  # some hold no entity


@pytest.mark.parametrize("language", ["en", *TARGETS])
def test_no_sentence_stands_in_two_parts(language):
    parts = [split for one, split in FILES if one == language]
    for one, other in combinations(parts, 2):
        shared = {s.words for s in sentences(language, one)} & {s.words for s in sentences(language, other)}
        assert not shared


def test_training_and_test_share_few_names():
    trained, tested = names(sentences("en", "train")), names(sentences("en", "test"))
    shared = {kind: trained[kind] & tested[kind] for kind in TYPES}
    assert sum(map(len, shared.values())) <= 0.1 * sum(map(len, tested.values()))
    assert len(shared["PER"]) <= 0.05 * len(tested["PER"])


def test_each_type_has_200_distinct_names_and_more():
    every = names([s for split in SIZES for s in sentences("en", split)])
    assert all(len(every[kind]) >= 200 for kind in TYPES)


def test_some_names_are_of_several_types():
    every = names([s for split in SIZES for s in sentences("en", split)])
    assert all("Washington" in every[kind] for kind in ("PER", "LOC", "ORG"))
    several = [a & b for a, b in combinations(every.values(), 2)]
    assert len(set.union(*several)) >= 40


@pytest.mark.parametrize("language", TARGETS)
@pytest.mark.parametrize("split", ["parallel", "dev", "test"])
def test_both_sides_of_a_pair_have_the_same_entities(language, split):
    for english, other in zip(sentences("en", split), sentences(language, split), strict=True):
        kinds = [Counter(kind for _, _, kind in entities(side)) for side in (english, other)]
        assert kinds[0] == kinds[1], (english.words, other.words)


@pytest.mark.parametrize("language", TARGETS)
@pytest.mark.parametrize("split", ["dev", "test"])
def test_links_join_every_entity_to_one_of_its_type_and_leave_no_word_of_it_out(language, split):
    lines = (CORPUS / language / f"{split}.links").read_text(encoding="utf-8").splitlines()
    pairs = zip(lines, sentences("en", split), sentences(language, split), strict=True)
    for number, (line, english, other) in enumerate(pairs, start=1):
        where = f"{language} {split} {number}"
        gold = parse_gold(line, where=where, lengths=(len(english.words), len(other.words)))
        assert gold.sure == gold.possible  # sure links only
        sources, targets = {i for i, _ in gold.sure}, {j for _, j in gold.sure}
        for side, linked in ((english, sources), (other, targets)):
            for start, stop, _ in entities(side):
                assert set(range(start, stop)) <= linked, where
        for start, stop, kind in entities(english):
            assert any(
                kind == other_kind and any(start <= i < stop and first <= j < after for i, j in gold.sure)
                for first, after, other_kind in entities(other)
            ), where


@pytest.mark.parametrize("language", TARGETS)
def test_most_words_are_linked_and_some_are_split_merged_or_moved(language):
    text = read_two_column_files(
        CORPUS / "en" / "test.conll", CORPUS / language / "test.conll", CORPUS / language / "test.links"
    )
    links = [pair.links or () for pair in text.pairs]
    linked = sum(len({j for _, j in one}) for one in links)
    assert linked / sum(len(pair.target) for pair in text.pairs) > 0.85
    several = sum(max(Counter(i for i, _ in one).values()) > 1 for one in links)
    merged = sum(max(Counter(j for _, j in one).values()) > 1 for one in links)
    moved = sum(any(a < c and b > d for a, b in one for c, d in one) for one in links)
    assert min(several, merged, moved) >= 40


def test_names_change_with_the_language():
    tested = {
        language: {name for kind in names(sentences(language, "test")).values() for name in kind}
        for language in ("en", *TARGETS)
    }
    same = {language: len(tested["en"] & tested[language]) / len(tested["en"]) for language in TARGETS}
    assert same["hy"] < 0.05  # another script
    assert all(0.3 < same[language] < 0.8 for language in ("de", "es", "nl"))


@pytest.mark.parametrize(("language", "exact"), [("de", 78), ("es", 78), ("nl", 78), ("hy", 76)])
def test_gold_links_carry_the_entities_over_as_the_docs_say(language: str, exact: int) -> None:
    """docs/diagnostics.md: all 78 of the first 48 sentences, and 97% of them in Armenian."""
    sides = zip(sentences("en", "test")[:48], sentences(language, "test")[:48], strict=True)
    lines = (CORPUS / language / "test.links").read_text().splitlines()[:48]
    found = projection_errors(
        (read_spans(one.tags), read_spans(other.tags), parse_gold(line, where="test.links").sure)
        for (one, other), line in zip(sides, lines, strict=True)
    )
    assert (found.entities, found.exact, found.lost, found.merged) == (78, exact, 0, 0)
