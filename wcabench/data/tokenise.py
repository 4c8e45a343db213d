"""Splits a line of text into words: at spaces, or at punctuation too."""

import re
import unicodedata
from functools import cache
from typing import Literal

from wcabench.contract import Words

Tokenise = Literal["spaces", "punctuation"]

# Kept inside a word between two letters or digits: hyphens, apostrophes, full stops of abbreviations, and the Armenian
# marks of stress, exclamation and question, which are written inside the word.
_INSIDE = r"\-\u2010\u058a'\u2019\u055a.\u2024\u055b\u055c\u055e"
_INVISIBLE = "\u200b\ufeff"
_EMOJI = "\U0001f000-\U0001faff"


def tokenise(text: str, how: Tokenise = "spaces") -> Words:
    """Return the words of a line.

    Args:
        text: one line.
        how: "spaces" for tokenised text: words are separated by spaces and tabs (other Unicode spaces separate
            nothing). "punctuation" for raw text: every punctuation mark or symbol is a word, and a run of the same
            mark is one word. Hyphens, apostrophes, full stops and Armenian ՛ ՜ ՞ inside a word stay part of it, and so
            do commas and colons inside a number.
    """
    if how == "spaces":
        return tuple(word for word in text.replace("\t", " ").split(" ") if word)
    return tuple(match.group() for match in _pattern().finditer(text))


@cache
def _pattern() -> re.Pattern[str]:
    # Single characters are listed, because `re` looks them up in a table, which `\s` in the class would prevent.
    plane = [chr(code) for code in range(0x10000)]
    marks = "".join(re.escape(c) for c in plane if unicodedata.category(c)[0] in "PS") + _EMOJI
    spaces = "".join(c for c in plane if c.isspace()) + _INVISIBLE
    letter = f"[^{spaces}{marks}]"
    inside = rf"(?:[{_INSIDE}](?={letter})|(?<=\d)[,:](?=\d))"
    return re.compile(rf"{letter}+(?:{inside}{letter}+)*|(?P<mark>[{marks}])(?P=mark)*")
