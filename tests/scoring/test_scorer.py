"""Scorers: what is common to all of them, and that a new one is one entry."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.scoring.counts import Counts, changed_sentences
from wcabench.scoring.scorer import LENIENT, OTHER_SCORERS, SCORERS, STRICT, all_scores

TAGS = st.lists(st.lists(st.sampled_from(["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]), max_size=6), max_size=4)
ADDED = """
import wcabench.scoring.scorer as scorers
from wcabench.scoring.entities import drop_stray

# Entities of two words and more.
LONG = scorers.Scorer("long", "long-IOB2", lambda runs: drop_stray(runs) & (runs.length > 1), "as strict, if long")
scorers.SCORERS += (LONG,)
scorers.OTHER_SCORERS += (LONG,)

import io, json, sys
from pathlib import Path
from wcabench.reports.csv_table import COLUMNS
from wcabench.reports.html.cells import COLUMNS as OF_CELLS
from wcabench.runs.counts_file import read_counts, write_counts
from wcabench.runs.predictions import count_tags, record_scores

tags = {"target": [["B-PER", "I-PER", "B-LOC"]], "source": [["B-PER"]]}
predicted = {"target": [["B-PER", "I-PER", "O"]], "source": [["O"]]}
counts = count_tags(tags, predicted, ("LOC", "PER"), read_only=False)
write_counts(Path(sys.argv[1]), counts)
again = read_counts(Path(sys.argv[1]))
print(json.dumps({
    "scores": record_scores(again)["target-test"],
    "columns": [name for name in [*COLUMNS, *OF_CELLS] if "long" in name],
    "signature": LONG.signature,
}))
"""


@given(TAGS, st.sampled_from(SCORERS))
def test_a_text_scored_against_itself_has_no_error(tags, scorer):
    counts = scorer.count(tags, tags)
    assert np.array_equal(counts.tp, counts.gold) and np.array_equal(counts.tp, counts.predicted)
    assert counts.f1 in (0, 100)


@given(TAGS)
def test_the_lenient_scorer_finds_every_entity_that_the_strict_one_finds(tags):
    strict, lenient = STRICT.count(tags, tags, ("LOC", "PER")), LENIENT.count(tags, tags, ("LOC", "PER"))
    assert (lenient.gold >= strict.gold).all()


def test_all_scores_are_the_strict_ones_and_the_f1_of_each_other():
    gold, predicted = [["B-PER", "O", "B-LOC"]], [["I-PER", "O", "B-LOC"]]
    counts = {scorer: scorer.count(gold, predicted) for scorer in SCORERS}
    scores = all_scores(counts)
    assert list(scores) == ["micro", "per_type", "lenient"]
    assert {name: scores[name] for name in ("micro", "per_type")} == STRICT.score(counts[STRICT])
    assert scores["lenient"] == {"f1": 100.0} and scores["micro"]["f1"] == pytest.approx(200 / 3)


def test_names_and_signatures_tell_scorers_apart():
    assert len({scorer.name for scorer in SCORERS}) == len({one.signature for one in SCORERS}) == len(SCORERS)
    assert STRICT.signature == "micro,strict-IOB2" and STRICT not in OTHER_SCORERS


def test_a_new_scorer_is_one_entry(tmp_path):
    process = subprocess.run(
        [sys.executable, "-c", ADDED, str(tmp_path / "counts.npz")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,  # where no folder is taken for the installed package
    )
    assert process.returncode == 0, process.stderr
    found = json.loads(process.stdout)
    assert found["scores"]["long"] == {"f1": 100.0} and found["scores"]["micro"]["f1"] < 100
    assert found["columns"] == ["long_value", "long_std", "long F1"]
    assert found["signature"] == "micro,long-IOB2"


def test_changed_sentences_are_those_with_other_counts():
    one = Counts(("LOC", "PER"), np.eye(2), np.ones((2, 2)), np.ones((2, 2)))
    other = Counts(("LOC", "PER"), np.eye(2), np.array([[1, 1], [1, 2]]), np.ones((2, 2)))
    assert changed_sentences(one, one) == 0 and changed_sentences(one, other) == 1
    assert changed_sentences(one, Counts(("LOC", "ORG"), one.tp, one.predicted, one.gold)) == 2
    shorter = Counts(("LOC", "PER"), one.tp[:1], one.predicted[:1], one.gold[:1])
    assert changed_sentences(one, shorter) == changed_sentences(shorter, one) == 2
