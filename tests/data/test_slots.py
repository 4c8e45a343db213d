"""The slots of a suite: what feeds each, what each holds, and that test labels are not in reach of any."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

from wcabench.config import DataConfig
from wcabench.contract import SLOTS, Sentence, SentencePair
from wcabench.data.data_source import DataSource
from wcabench.data.slot_items import DictionaryEntry, ListedEntity
from wcabench.data.suites import Suite, load_suite
from wcabench.errors import UserError
from wcabench.runs.schema import Name

OFFLINE = DataSource(offline=True)
PAIR = "en-nl"
FILES = {
    "dev.conll": "Kim B-PER\n",
    "raw.txt": "Any text , in lines .\n\nMore\n",
    "words.tsv": "she\tzij\t.5\n",
    "moved.conll": "Mira O\nwoont O\nin O\nOudwijk O\n. O\n\nAcme O\nhuurde O\n\nDe O\nOudwijk O\nCup O\n",
    "moved.links": "0-0 1-1 2-2 3-3 4-4\n0-0\n\n",
    "en.vec": "she 1 2\nhe 3 4\n",
    "names.tsv": "PER\tMira\ten\nMISC\tOldwick Cup\ten\n",
}
TABLES = """
[source.monolingual]
path = "raw.txt"
layout = "lines"
[source.dev]
path = "dev.conll"
[pairs.en-nl.dictionary]
path = "words.tsv"
weight_column = 2
[pairs.en-nl.translated]
path = "moved.conll"
links_path = "moved.links"
[pairs.en-nl.embeddings]
path = "en.vec"
target_path = "en.vec"
max_words = 1
[pairs.en-nl.entities]
path = "names.tsv"
"""


@pytest.fixture
def suite(tiny: Path) -> Suite:
    for name, text in FILES.items():
        (tiny.parent / name).write_text(text)
    tiny.write_text(tiny.read_text() + TABLES)
    return load_suite(str(tiny))


def test_every_slot_holds_what_its_table_says_after_the_label_policy(suite):
    data = suite.load(PAIR, suite.data, OFFLINE)
    given = suite.load_slots(PAIR, suite.data, OFFLINE, SLOTS)
    assert set(given.slots) == set(SLOTS)
    for name in SLOTS:
        if name != "embeddings":
            assert given.slots[name] == data.slot(name) and data.slot(name)
    slots = given.slots
    assert slots["source-dev"] == [Sentence(("Kim",), ("B-PER",))]
    assert slots["monolingual"] == [("Any", "text", ",", "in", "lines", "."), ("More",)]
    assert slots["dictionary"] == [DictionaryEntry("she", "zij", 0.5)]
    assert slots["entities"] == [ListedEntity("PER", ("Mira",), "en")], (
        "MISC is dropped, as the target has none"
    )
    moved = slots["translated"]
    assert [one.source for one in moved] == slots["labelled"] == data.train
    assert moved[1].words == ("Acme", "huurde") and moved[0].links == tuple((i, i) for i in range(5))
    assert moved[2].source.tags == ("O", "O", "O") and moved[2].links == ()
    for side in (slots["embeddings"].source, data.embeddings.target):
        assert side.words == ("she",) and np.array_equal(side.vectors, [[1, 2]])
    assert slots["parallel"] == [SentencePair(pair.source, pair.target) for pair in data.parallel]
    assert slots["links"] == [pair.links for pair in data.parallel] and data.parallel[0].links
    assert slots["target-text"] == [pair.target for pair in data.parallel]
    assert given.policy.dropped == ("MISC",) and given.policy.types == data.types
    with pytest.raises(UserError, match="unknown slot 'labeled': did you mean 'labelled'"):
        data.slot("labeled")


def test_a_planner_knows_which_resources_feed_a_slot_without_reading_any(suite):
    roles = suite.slot_roles(PAIR, suite.data)
    assert set(roles) == set(SLOTS) and roles["labelled"] == ("train",)
    assert roles["translated"] == ("train", "translated") and roles["links"] == roles["parallel"] == (
        "parallel",
    )
    assert roles["target-text"] == ("parallel",), "there is no text of its own"
    by_role = suite.fingerprints(PAIR, suite.data, OFFLINE)
    by_name = suite.fingerprint(PAIR, suite.data, OFFLINE)
    assert {suite.roles(PAIR, suite.data)[role].name: sha256 for role, sha256 in by_role.items()} == by_name
    assert {role for own in roles.values() for role in own} | {"source_test", "target_test"} == set(by_role)
    assert by_name == suite.load(PAIR, suite.data, OFFLINE).sha256
    mini = load_suite("mini").slot_roles(PAIR, DataConfig())
    assert set(mini) == {"labelled", "source-dev", "parallel", "target-text"}, (
        "its parallel text has no links"
    )
    paper = load_suite("paper").slot_roles(PAIR, DataConfig())
    assert set(paper) == {"labelled", "source-dev", "parallel", "links", "target-text"}
    assert paper["target-text"] == ("target_text",)


def test_a_change_of_one_resource_changes_its_roles_alone(suite, tiny):
    before = suite.fingerprints(PAIR, suite.data, OFFLINE)
    assert suite.fingerprints(PAIR, suite.data, OFFLINE) == before
    (tiny.parent / "words.tsv").write_text("she\tzij\t.75\n")
    after = suite.fingerprints(PAIR, suite.data, OFFLINE)
    assert {role for role in before if before[role] != after[role]} == {"dictionary"}


def test_a_file_that_did_not_change_is_read_once_for_its_checksum(suite, tiny, monkeypatch):
    source = DataSource(offline=True)
    before = suite.fingerprints(PAIR, suite.data, source)
    monkeypatch.setattr("wcabench.data.resources.content_sha256", lambda *_: "other")
    assert suite.fingerprints(PAIR, suite.data, source) == before
    os.utime(tiny.parent / "words.tsv", (1, 1))
    assert suite.fingerprints(PAIR, suite.data, source)["dictionary"] == "other"


def test_training_slots_are_loaded_without_a_test_label(suite, tiny):
    for name in ("test.nl.conll", "test.en.conll"):
        (tiny.parent / name).write_text("secret B-NOTATYPE\n")
    given = suite.load_slots(PAIR, suite.data, OFFLINE, ["labelled", "parallel"])
    assert set(given.slots) == {"labelled", "parallel"} and set(given.sha256) == {
        "en-train",
        "en-nl-parallel",
    }
    for load in (suite.load_test, suite.load_test_words, suite.load):
        with pytest.raises(UserError, match="B-NOTATYPE"):
            load(PAIR, suite.data, OFFLINE)


def test_no_label_of_a_test_set_is_alive_before_it_is_asked_for(suite):
    def alive() -> list[Sentence]:
        gc.collect()
        return [one for one in gc.get_objects() if type(one) is Sentence and "Oudwijk" in one.words]

    policy = suite.label_policy(PAIR, suite.data, OFFLINE)
    words = suite.load_test_words(PAIR, suite.data, OFFLINE)
    given = suite.load_slots(PAIR, suite.data, OFFLINE, ["labelled"])
    assert policy == given.policy and not alive()
    assert words.target == [("Jon", "verliet", "Oudwijk"), ("Acme", "sluit")] and words.source == [
        ("Jon", "left", "Acme")
    ]
    sets = suite.load_test(PAIR, suite.data, OFFLINE)
    assert [one.words for one in sets.target] == words.target and alive()
    assert suite.load_target_dev(PAIR, suite.data, OFFLINE) == [] and suite.load_aligned(PAIR, OFFLINE) == ()


def test_the_policy_of_types_that_are_not_declared_is_that_of_the_labels(suite, tiny):
    text = (
        tiny.read_text()
        .replace('types = ["LOC", "MISC", "ORG", "PER"]', "")
        .replace('types = ["LOC", "ORG", "PER"]', "")
    )
    tiny.write_text(text)
    suite = load_suite(str(tiny))
    assert suite.label_policy(PAIR, suite.data, OFFLINE).dropped == ("MISC",)
    assert suite.load_slots(PAIR, suite.data, OFFLINE, ["labelled"]).slots["labelled"][2].tags == (
        "O",
        "O",
        "O",
    )


def test_a_slot_that_the_suite_does_not_give_is_named_with_the_table_that_would(tiny):
    suite = load_suite(str(tiny))
    for name, table in (("embeddings", "[pairs.X.embeddings]"), ("monolingual", "[source] monolingual")):
        with pytest.raises(UserError, match=f"suite 'tiny' has no {name} data for en-nl") as error:
            suite.load_slots(PAIR, suite.data, OFFLINE, [name])
        assert table in str(error.value)
        assert not suite.load(PAIR, suite.data, OFFLINE).slot(name)
    with pytest.raises(UserError, match="unknown slot 'label'"):
        suite.load_slots(PAIR, suite.data, OFFLINE, ["label"])


def test_lines_of_parallel_text_that_are_left_out_and_doubtful_links_are_said(tiny):
    (tiny.parent / "pairs.tsv").write_text("She left\tZij vertrok\t1-1\n\nHe\t\t\n")
    data = load_suite(str(tiny)).load(PAIR, DataConfig(), OFFLINE)
    left_out = [note for note in data.notes if "left out" in note]
    assert left_out == ["en-nl-parallel: 2 of 3 lines left out (empty: 2)"]
    (doubt,) = [note for note in data.notes if "counted from 0" in note]
    assert doubt.startswith("en-nl-parallel: ") and str(tiny.parent) not in doubt
    tiny.write_text(tiny.read_text() + "first_word = 1\n")
    data = load_suite(str(tiny)).load(PAIR, DataConfig(), OFFLINE)
    assert data.parallel[0].links == ((0, 0),) and not [note for note in data.notes if "counted" in note]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            '[pairs.en-nl.dictionary]\npath = "words.tsv"\nencoding = "undefined"\n',
            "dictionary.encoding: unknown encoding",
        ),
        ('[pairs.en-nl.embeddings]\npath = "en.vec"\n', "embeddings: target_path is missing"),
        (
            '[pairs.en-nl.embeddings]\npath = "en.vec"\ntarget_path = "en.vec"\nmax_words = 0\n',
            "max_words: 0 is not at",
        ),
        (
            '[pairs.en-nl.entities]\npath = "n"\nrename_types = ["city"]\n',
            "rename_types: 'city' is not OLD=NEW",
        ),
        ('[pairs.en-nl.translated]\npath = "n"\nfirst_number = 2\n', "first_number: 2 is not 0 or 1"),
        ('[pairs.en-nl.translated]\npath = "n"\nnumber_column = 1\n', "number_column is not read with these"),
        (
            '[pairs.en-nl.translated]\npath = "n"\nlayout = "tsv"\nlinks_path = "x"\n',
            "links_path is not read with these",
        ),
        (
            '[source.monolingual]\npath = "n"\nlayout = "lines"\ntoken_column = 1\n',
            "token_column is not read with these",
        ),
        (
            '[pairs.en-nl.parallel.b]\npath = "n"\ntarget_path = "m"\nsource_column = 1\n',
            "source_column is not read with",
        ),
        ('[pairs.en-nl.parallel.b]\npath = "n"\ncomments = "skip"\n', "comments is not read with these"),
        ('[pairs.en-nl.parallel.b]\npath = "n"\nfirst_word = 2\n', "first_word: 2 is not 0 or 1"),
        ('[pairs.en-nl.parallel."a/b"]\npath = "n"\n', "translation name 'a/b'"),
        (f'[pairs.en-nl.parallel.{"x" * 201}]\npath = "n"\n', "has 201 bytes; wanted 200 at most"),
        (f'[pairs.en-{"x" * 198}.target.test]\npath = "n"\n', "has 201 bytes; wanted 200 at most"),
        (f'caption = "{"x" * 10_001}"\n', "suite.caption: 10,001 letters"),
    ],
)
def test_keys_that_would_be_passed_over_are_refused(tiny, table, message):
    own = tiny.parent / "own.toml"
    own.write_text('[suite]\nname = "own"\nextends = "tiny.toml"\n' + table)
    with pytest.raises(UserError, match=message):
        load_suite(str(own))


def test_a_name_that_no_cell_could_be_kept_under_is_refused(tiny):
    own = tiny.parent / "own.toml"
    for letters in (200, 201):
        name = "x" * letters
        own.write_text(f'[suite]\nname = "{name}"\nextends = "tiny.toml"\n')
        if not Name().problem(name, "suite"):
            assert load_suite(str(own)).name == name
        else:
            with pytest.raises(UserError, match="has 201 bytes"):
                load_suite(str(own))
