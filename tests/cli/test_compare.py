import json
from typing import Any

import pytest

RUN = ("run", "--suite", "toy", "--method", "lookup", "--seeds", "2")


@pytest.fixture
def two(invoke: Any) -> Any:
    """Two stores of the toy suite, of one method with two recipes."""
    for folder, epochs in (("one", "3"), ("other", "2")):
        invoke(*RUN, "--pair", "en-xx", "--results", folder, "--set", f"recipe.epochs={epochs}")
    return invoke


def test_two_stores_are_compared_and_what_they_differ_in_is_said(two: Any) -> None:
    result = two("compare", "lookup", "lookup", "--results", "one", "--results-b", "other")
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert "lookup [one] against lookup [other]" in text
    assert "the two also differ in recipe.epochs (3 | 2): the difference" in text
    assert "no difference found" in text and "F1 by entity type on en-xx" in text
    assert "in 0 and more in 0; as many in 3." in text and "no examples: with seed 1" in text


def test_json_holds_tables_and_examples(two: Any) -> None:
    result = two("compare", "LOOKUP", "lookup", "--results", "one", "--results-b", "other", "--json")
    (section,) = json.loads(result.stdout)["sections"]
    assert [table["name"] for table in section["tables"]] == ["comparison", "types en-xx"]
    entry = section["tables"][0]["rows"][0]["entries"]["en-xx"]
    assert entry["value"] == 0 and {"low", "high", "p_holm", "verdict"} <= entry.keys()
    assert section["unlike"] == ["recipe.epochs (3 | 2)"]
    assert section["examples"]["en-xx"]["sentences"] == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("lookup", "lookup"), "named twice"),
        (("lookup", "lokup"), "did you mean 'lookup'"),
        (("lookup", "lookup", "--pair", "en-zz"), "unknown pair"),
        (("lookup", "lookup", "--suite", "teapot"), "unknown suite"),
        (("lookup", "lookup", "--results-b", "nowhere"), "nowhere: no finished cell"),
    ],
)
def test_what_cannot_be_compared_gets_one_line_and_exit_2(two: Any, arguments: Any, line: str) -> None:
    result = two("compare", *arguments, "--results", "one")
    assert result.exit_code == 2 and line in result.stderr and result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
