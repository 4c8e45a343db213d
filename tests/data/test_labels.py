from wcabench.contract import Sentence
from wcabench.data.labels import label_policy, observed_types, without_types

SENTENCE = Sentence(("a", "b", "c", "d"), ("B-MISC", "I-MISC", "B-PER", "O"))
SOURCE, TARGET = ("PER", "MISC", "LOC"), ("LOC", "PER")


def test_drop_takes_absent_types_out_of_labels_and_sentences():
    policy = label_policy("drop", SOURCE, TARGET)
    assert policy.types == ("LOC", "PER") and policy.mapped == ()
    assert policy.apply([SENTENCE]) == [Sentence(SENTENCE.words, ("O", "O", "B-PER", "O"))]
    assert "MISC" in policy.note


def test_map_trains_with_absent_types_and_names_them():
    policy = label_policy("map", SOURCE, TARGET)
    assert policy.types == ("LOC", "MISC", "PER") and policy.mapped == ("MISC",)
    assert policy.apply([SENTENCE]) == [SENTENCE]


def test_keep_changes_nothing():
    policy = label_policy("keep", SOURCE, TARGET)
    assert (policy.types, policy.mapped, policy.apply([SENTENCE])) == (("LOC", "MISC", "PER"), (), [SENTENCE])


def test_equal_types_need_no_note():
    assert label_policy("drop", TARGET, SOURCE).note == ""


def test_types_are_observed_and_removed():
    assert observed_types([SENTENCE]) == ("MISC", "PER")
    assert observed_types(without_types([SENTENCE], ("MISC",))) == ("PER",)
