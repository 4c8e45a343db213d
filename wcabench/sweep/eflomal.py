"""The word aligner eflomal, where it is installed: `pip install eflomal` (GPL-3.0; needs Cython and a C compiler).

Source: Östling & Tiedemann 2016, "Efficient Word Alignment with Markov Chain Monte Carlo". Two runs differ, because it
samples and its generator is seeded by the operating system.
"""

import importlib.util
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from wcabench.contract import SentencePair
from wcabench.data.text_files import read_lines
from wcabench.errors import UserError
from wcabench.words import Links, parse_links


def installed() -> bool:
    """Whether eflomal is installed."""
    return importlib.util.find_spec("eflomal") is not None


def eflomal_links(pairs: Sequence[SentencePair]) -> tuple[list[Links], list[Links]]:
    """Link every pair forward and in reverse, both as (source, target) from 0; words are compared without case.

    Raises:
        UserError: eflomal is not installed.
    """
    try:
        from eflomal import Aligner
    except ImportError as error:
        raise UserError(
            "method 'eflomal' is not installed: pip install eflomal (it needs Cython and a C compiler)"
        ) from error
    source, target = ([line_of(side) for side in sides] for sides in _sides(pairs))
    with tempfile.TemporaryDirectory(prefix="wcabench-") as folder:
        forward, reverse = Path(folder, "forward"), Path(folder, "reverse")
        Aligner().align(source, target, links_filename_fwd=str(forward), links_filename_rev=str(reverse))
        return _read(forward), _read(reverse)


def line_of(words: Sequence[str]) -> str:
    """Return a sentence as a line for eflomal, which splits at any white space: white space in words is replaced."""
    return " ".join(re.sub(r"\s", "\u2581", word) for word in words) + "\n"


def _sides(pairs: Sequence[SentencePair]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    return [pair.source for pair in pairs], [pair.target for pair in pairs]


def _read(file: Path) -> list[Links]:
    return [
        parse_links(line, where=f"eflomal:{number}") for number, line in enumerate(read_lines(file), start=1)
    ]
