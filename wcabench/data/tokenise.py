"""Words of a line of text: already tokenised text, or raw text cut at its punctuation."""

import re
import unicodedata
from functools import cache
from typing import Literal

from wcabench.contract import Words

Tokenise = Literal["spaces", "punctuation"]

# Kept where they stand between two letters or digits: hyphens, apostrophes, full stops of abbreviations, and
# the Armenian marks of stress, exclamation and question, which are written inside the word.
_INSIDE = r"\-\u2010\u058a'\u2019\u055a.\u2024\u055b\u055c\u055e"
_INVISIBLE = "\u200b\ufeff"
_EMOJI = "\U0001f000-\U0001faff"


def tokenise(text: str, how: Tokenise = "spaces") -> Words:
    """The words of a line.

    Args:
        text: one line.
        how: "spaces" for text that is tokenised already: words are what stands between spaces (no other
            Unicode space parts words). "punctuation" for raw text: every mark of punctuation and every symbol
            is a word of its own, a run of one and the same mark a single one, but for hyphens, apostrophes,
            full stops and Armenian ՛ ՜ ՞ inside a word, and commas and colons inside a number.
    """
    if how == "spaces":
        return tuple(word for word in text.replace("\t", " ").split(" ") if word)
    return tuple(match.group() for match in _pattern().finditer(text))


@cache
def _pattern() -> re.Pattern[str]:
    # Explicit classes of single characters: `re` looks those up in a table, which `\s` in the class prevents.
    plane = [chr(code) for code in range(0x10000)]
    marks = "".join(re.escape(c) for c in plane if unicodedata.category(c)[0] in "PS") + _EMOJI
    spaces = "".join(c for c in plane if c.isspace()) + _INVISIBLE
    letter = f"[^{spaces}{marks}]"
    inside = rf"(?:[{_INSIDE}](?={letter})|(?<=\d)[,:](?=\d))"
    return re.compile(rf"{letter}+(?:{inside}{letter}+)*|(?P<mark>[{marks}])(?P=mark)*")
