"""Text of others is shown and never obeyed; JSON stays exact; an encoding that lacks a sign gets another."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.printable import ERRORS, json_text, lines, printable

TEXTS = st.text(alphabet=st.characters(codec=None, exclude_categories=()))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
)
BIDIRECTIONAL = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred", r"a\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\u202egnp", r"a\u202egnp"),
        ("line\nbreak\r\n\tand\u2028more", "line break   and more"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("half \ud800", r"half \ud800"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a word's own spelling
        ("ß é ж 日 😀 ±", "ß é ж 日 😀 ±"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(TEXTS)
def test_any_text_is_one_line_without_controls(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in shown)
    assert not any(unicodedata.bidirectional(letter) in BIDIRECTIONAL for letter in shown)
    assert printable(shown) == shown


@given(
    TEXTS,
    st.sampled_from(["ascii", "latin-1", "cp1252", "cp850"]),
)
def test_any_text_can_be_said_in_any_encoding(text: str, encoding: str) -> None:
    assert printable(text, encoding).encode(encoding).decode(encoding) == printable(text, encoding)
    text.encode(encoding, ERRORS)


def test_our_own_signs_have_others_in_their_place() -> None:
    assert printable("58.31 ± 0.42, −1.20 – …", "ascii") == "58.31 +- 0.42, -1.20 - ..."
    assert printable("58.31 ± 0.42, −1.20", "cp1252") == "58.31 ± 0.42, -1.20"


@given(VALUES)
def test_json_is_exact_and_holds_no_control(value: object) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text if letter != "\n")


def test_what_json_does_not_have_is_null() -> None:
    assert json.loads(json_text({"a": float("nan"), "b": [float("inf"), (1,)]})) == {
        "a": None,
        "b": [None, [1]],
    }


def test_a_text_of_several_lines_keeps_them() -> None:
    assert lines("Traceback\n\tat\x1b[0m\nError") == ["Traceback", r"        at\x1b[0m", "Error"]
