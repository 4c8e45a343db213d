import pytest

from wcabench.errors import UserError
from wcabench.runs.signature import cell_signature, environment_fields
from wcabench.runs.signature_fields import (
    covers,
    fields_of,
    merged_lines,
    merged_signature,
    read_fields,
    read_seeds,
    values_left_out,
)

LINE = "none|en-nl|mini|data:ab,labels:drop|enc:e@sha256:cd|recipe:default|seed:1|wcabench:0.1.0|torch:2.6.0"


def line(**changed: str) -> str:
    fields = {**fields_of(LINE), **changed}
    places = [fields.pop(name) for name in ("method", "pair", "suite")]
    return "|".join([*places, *(f"{name}:{value}" for name, value in fields.items())])


def test_a_field_that_differs_lists_its_values():
    merged = merged_lines([line(), line(method="wca-hard,epsilon:0.01", seed="2"), line(seed="10")])
    assert merged.startswith("none+wca-hard,epsilon:0.01|en-nl|mini|data:ab,labels:drop|")
    assert "|seed:1+2+10|" in merged


def test_more_than_eight_seeds_become_ranges_and_more_than_eight_other_values_a_number():
    seeds = [line(seed=str(seed)) for seed in (*range(1, 11), 42)]
    assert fields_of(merged_lines(seeds))["seed"] == "1-10+42"
    pairs = [line(pair=f"en-{letter}{letter}") for letter in "abcdefghi"]
    merged = fields_of(merged_lines(pairs))
    assert merged["pair"] == "9 values" and values_left_out(merged) == ["pair (9 values)"]


def test_a_field_that_some_cells_lack_has_a_question_mark():
    older = line().removesuffix("|torch:2.6.0")
    assert merged_lines([older, line()]).endswith("|torch:?+2.6.0")


def test_a_hash_of_digits_alone_is_no_number():
    assert merged_lines([f"{LINE}|code:00123456"]).endswith("|code:00123456")


def test_a_line_is_read_from_markdown_and_with_its_lines_broken():
    copied = "Signature: none\\|en-nl\\|mini\\|data:ab,labels:drop\n\\|enc:e@sha256:cd\\|recipe:batch\\_size:8\\|seed:1"
    fields = read_fields(copied)
    assert (fields["method"], fields["enc"], fields["recipe"]) == ("none", "e@sha256:cd", "batch_size:8")


@pytest.mark.parametrize("text", ["none", "none|en-nl", "none|en-nl|mini|seed:1", ""])
def test_what_is_no_whole_signature_is_refused(text):
    with pytest.raises(UserError, match="no whole signature; wanted METHOD"):
        read_fields(text)


def test_seeds_are_read_with_their_ranges():
    assert read_seeds("3+1+5-7+6") == [1, 3, 5, 6, 7]
    for wrong in ("1-", "a", "1+", "1-99999999"):
        with pytest.raises(UserError, match="seed"):
            read_seeds(wrong)


@pytest.mark.parametrize(
    ("merged", "cell", "covered"),
    [
        ({"seed": "1-10"}, {"seed": "7"}, True),
        ({"seed": "1-10"}, {"seed": "11"}, False),
        ({"method": "none+wca-hard,epsilon:0.01"}, {"method": "wca-hard,epsilon:0.01"}, True),
        ({"method": "none+wca-hard,epsilon:0.01"}, {"method": "wca-hard"}, False),
        ({"recipe": "train_on:train+dev"}, {"recipe": "train_on:train+dev"}, True),
        ({"torch": "?+2.6.0"}, {"torch": "2.7.0"}, True),
        ({"pair": "9 values"}, {"pair": "en-nl"}, True),
    ],
)
def test_a_merged_line_covers_the_cells_that_it_was_made_of(merged, cell, covered):
    assert covers(fields_of(line(**merged)), fields_of(line(**cell))) is covered


def test_the_environment_stands_in_the_signature_without_spaces_and_build_tags():
    record = {
        "environment": {"device": "cuda: NVIDIA H100 80GB", "packages": {"torch": "2.6.0+cu126"}},
        "training": {"precision": "bf16"},
        "code": {"harness": "0123456789abcdef", "method": "ff"},
    }
    assert environment_fields(record) == [
        "code:01234567",
        "torch:2.6.0",
        "precision:bf16",
        "device:cuda:NVIDIA-H100-80GB",
    ]
    assert environment_fields({}) == []


def test_a_signature_that_was_stored_without_its_environment_is_completed_once():
    record = {"signature": "a|b|c", "environment": {"device": "cpu"}}
    assert cell_signature(record) == "a|b|c|device:cpu"
    assert cell_signature({**record, "signature": "a|b|c|device:cpu"}) == "a|b|c|device:cpu"
    assert cell_signature({"environment": {"device": "cpu"}}) == ""


def test_signatures_of_nobodys_form_are_counted():
    records = [{"signature": "x"}, {"signature": "y"}]
    assert merged_signature(records) == "2 signatures" and merged_signature(records[:1]) == "x"
    assert merged_signature([{}]) == ""
