"""The real corpora have the sentences and entities that their descriptions state."""

from collections import Counter
from pathlib import Path

import pytest

from wcabench.config import DataConfig
from wcabench.data.columns import read_columns
from wcabench.data.data_source import DataSource
from wcabench.data.parallel import read_tsv
from wcabench.data.suites import load_suite

# file: sentences, then entities of LOC, MISC, ORG, PER
CONLL = {
    "en/train": (14041, 7140, 3438, 6321, 6600),
    "en/dev": (3250, 1837, 922, 1341, 1842),
    "en/test": (3453, 1668, 702, 1661, 1617),
    "de/train": (12152, 4363, 2288, 2427, 2773),
    "de/dev": (2867, 1181, 1010, 1241, 1401),
    "de/test": (3005, 1035, 670, 773, 1195),
    "es/train": (8323, 4914, 2173, 7390, 4321),
    "es/dev": (1915, 985, 445, 1700, 1222),
    "es/test": (1517, 1084, 340, 1400, 735),
    "nl/train": (15806, 3208, 3338, 2082, 4716),
    "nl/dev": (2895, 479, 748, 686, 703),
    "nl/test": (5195, 774, 1187, 882, 1098),
    "hy/gold-test": (2529, 1314, 0, 1341, 1275),
}
SENTENCES = {
    "paper/conll/hy/silver-train": 5964,
    "paper/conll/hy/silver-dev": 1491,
    "open/en/wikigold": 1696,
    "open/en/europarl-ner": 799,
    "open/de/europarl-ner": 799,
    "open/es/europarl-ner": 799,
    "open/en/uner-pud": 1000,
    "open/de/uner-pud": 1000,
    "open/nl/europeana-kb": 202,
    "open/nl/multiconer1-dev": 800,
    "open/hy/armtdp-ner": 1200,
}
PAIRS = {
    **{f"open/parallel/ntrex.{language}-en.tsv": 1000 for language in ("de", "es", "nl", "hy")},
    "text/parallel.de-en.tsv": 21571,
    "text/parallel.es-en.tsv": 20588,
    "text/parallel.nl-en.tsv": 16702,
    "text/parallel.hy-en.tsv": 5124,
}
TRANSLATED = {
    ("en-de", "deepl"): 12152,
    ("en-de", "m2m100"): 12152,
    ("en-es", "deepl"): 8318,
    ("en-es", "m2m100"): 8322,
    ("en-nl", "deepl"): 15804,
    ("en-nl", "m2m100"): 15776,
    ("en-hy", "open"): 5124,
}
TEXT = {"en-de": 12152, "en-es": 8323, "en-nl": 15806, "en-hy": 5964}
TARGET_TEST = {"en-de": 3005, "en-es": 1517, "en-nl": 5195, "en-hy": 2529}


@pytest.mark.parametrize("name", CONLL)
def test_conll_files_have_their_sentences_and_entities(real_data: Path, name: str):
    sentences = read_columns(real_data / "paper" / "conll" / f"{name}.conll")
    entities = Counter(tag[2:] for sentence in sentences for tag in sentence.tags if tag.startswith("B-"))
    assert (len(sentences), *(entities[kind] for kind in ("LOC", "MISC", "ORG", "PER"))) == CONLL[name]
    assert set(entities) <= {"LOC", "MISC", "ORG", "PER"}


@pytest.mark.parametrize("name", SENTENCES)
def test_other_column_files_have_their_sentences(real_data: Path, name: str):
    assert len(read_columns(real_data / f"{name}.conll")) == SENTENCES[name]


def test_pioner_has_no_misc(real_data: Path):
    for name in ("silver-train", "silver-dev", "gold-test"):
        sentences = read_columns(real_data / "paper" / "conll" / "hy" / f"{name}.conll")
        assert {tag[2:] for sentence in sentences for tag in sentence.tags} == {"", "LOC", "ORG", "PER"}


@pytest.mark.parametrize("name", PAIRS)
def test_parallel_files_have_their_pairs(real_data: Path, name: str):
    assert len(read_tsv(real_data / name, source_column=1, target_column=0).pairs) == PAIRS[name]


@pytest.mark.parametrize(
    ("pair", "translation"),
    [pytest.param(*each, marks=[] if each == ("en-hy", "open") else pytest.mark.slow) for each in TRANSLATED],
)
def test_every_pair_of_the_paper_suite_loads_and_meets_its_pins(real_data: Path, pair: str, translation: str):
    suite = load_suite("paper")
    options = DataConfig(translation=translation)
    source = DataSource(real_data, offline=True)
    data = suite.load(pair, options, source)
    assert data.sha256 == suite.fingerprint(pair, options, source)
    assert len(data.parallel) == TRANSLATED[pair, translation]
    assert (len(data.train), len(data.source_dev), len(data.source_test)) == (14041, 3250, 3453)
    assert (len(data.target_text), len(data.target_test)) == (TEXT[pair], TARGET_TEST[pair])
    if pair == "en-hy":
        assert data.types == ("LOC", "ORG", "PER")
        assert any("not the paper's" in note for note in data.notes)
        assert not any(tag.endswith("MISC") for sentence in data.train for tag in sentence.tags)
    else:
        assert data.types == ("LOC", "MISC", "ORG", "PER")
        assert all(pair.links for pair in data.parallel)
        # most capitalised words that are spelt alike on both sides are linked: the links' direction is right
        alike = [(p, i, p.target.index(w)) for p in data.parallel[:2000] for i, w in enumerate(p.source)
                 if w.istitle() and p.source.count(w) == 1 == p.target.count(w)]  # fmt: skip
        assert sum((i, j) in (p.links or ()) for p, i, j in alike) > 0.9 * len(alike) > 100


def test_a_label_is_never_read_from_the_target_text(real_data: Path):
    resources = load_suite("paper").resources("en-nl", DataConfig())
    assert {one.name: one.kind for one in resources}["nl-text"] == "text"
