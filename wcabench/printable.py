"""Text of others as it may be printed: names, notes, labels, words, messages of libraries, metadata of plugins.

Such text may hold what a terminal obeys (escape sequences), what changes the order of the letters on the screen
(bidirectional controls), what cannot be seen, line breaks, and letters that the output's encoding lacks. Every command
and every format of a report takes it through `printable`, then escapes what its own syntax gives a meaning to. JSON is
the exception: it stays exact, by escapes of its own (`json_text`).
"""

import codecs
import json
import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

# Joiners that the spelling of a word in Persian, Hindi and other languages needs, and Arabic signs before numbers.
KEPT_FORMATS = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2")
ESCAPED_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
# What stands for our own signs where an encoding lacks them; any other letter becomes an escape.
REPLACEMENTS = {
    "±": "+-",
    "−": "-",
    "–": "-",
    "—": "-",
    "‑": "-",
    "×": "x",
    "·": ".",
    "…": "...",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "→": "->",
    "▲": "^",
    "▼": "v",
    "•": "*",
    "─": "-",
    "━": "-",
    "│": "|",
    "┃": "|",
    "\u2581": "_",
    **{
        raised: f"^{letter}"
        for raised, letter in zip("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "abcdefghijklmnoprstuvwxyz", strict=True)
    },
}
ERRORS = "wcabench"  # the name of `replace_unencodable` among the error handlers of codecs


def printable(text: object, encoding: str = "utf-8") -> str:
    r"""Text as one line that a terminal, a file or a page can show without obeying it.

    Line breaks and tabs become spaces, other control characters and those that cannot be seen an escape like "\x1b" or
    "\u202e". Everything else stays as it is, so the text is as long as before unless it held such characters.

    Args:
        text: anything; `str` is taken of it.
        encoding: of the output; what it lacks is replaced ("−" by "-") or escaped.
    """
    line = str(text).translate(_VISIBLE)
    if encoding.lower().startswith("utf"):
        return line
    return line.encode(encoding, ERRORS).decode(encoding)


def lines(text: str) -> list[str]:
    """A text of several lines, such as a traceback, as its printable lines."""
    return [printable(line.expandtabs()) for line in text.splitlines()]


def json_text(value: Any, *, indent: int | None = 1) -> str:
    r"""A value as JSON that a terminal can show: what `printable` escapes is written as JSON's own escape.

    Whoever reads the JSON gets exactly the value, but null for NaN and infinity, which JSON does not have.
    """
    text = json.dumps(_finite(value), indent=indent, ensure_ascii=False, allow_nan=False)
    return text.translate(_IN_JSON)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Replaced(dict[int, str]):
    """A table for `str.translate` that works out what stands for a letter when it first meets it."""

    def __init__(self, replace: Callable[[str], str]) -> None:
        self.replace = replace

    def __missing__(self, number: int) -> str:
        self[number] = self.replace(chr(number))
        return self[number]


def _visible(letter: str) -> str:
    if letter in "\t\n\v\f\r\x85\u2028\u2029":
        return " "
    return _escape(letter) if _is_hidden(letter) else letter


def _in_json(letter: str) -> str:
    """The letter, or JSON's escape for it; a line break is one between JSON's own lines."""
    if letter == "\x7f":  # which JSON allows, and a terminal takes for a key
        return r"\u007f"
    return json.dumps(letter)[1:-1] if _is_hidden(letter) and letter != "\n" else letter


def _is_hidden(letter: str) -> bool:
    """Whether a terminal would obey the letter or show nothing for it."""
    return unicodedata.category(letter) in ESCAPED_CATEGORIES and letter not in KEPT_FORMATS


def _escape(letter: str) -> str:
    number = ord(letter)
    return (
        f"\\x{number:02x}"
        if number < 0x100
        else f"\\u{number:04x}"
        if number < 0x10000
        else f"\\U{number:08x}"
    )


def replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    """An error handler of codecs: what an encoding cannot say is replaced or escaped.

    Raises:
        UnicodeError: the error is one of decoding.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(REPLACEMENTS.get(letter) or _escape(letter) for letter in letters), error.end


_VISIBLE, _IN_JSON = _Replaced(_visible), _Replaced(_in_json)
codecs.register_error(ERRORS, replace_unencodable)
