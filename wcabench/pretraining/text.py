"""The text of a pretraining: `mono.LANGUAGE.txt`, a sentence a line, and `parallel.LANGUAGE-en.tsv`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wcabench.data.text_files import read_lines
from wcabench.errors import UserError
from wcabench.pretraining.settings import TextConfig


@dataclass(frozen=True)
class Texts:
    """Text by language.

    Attributes:
        plain: language -> sentences.
        pairs: language -> (its sentence, the same in the first language), for training.
        held_out: language -> such pairs, to measure on.
    """

    plain: dict[str, list[str]]
    pairs: dict[str, list[tuple[str, str]]]
    held_out: dict[str, list[tuple[str, str]]]

    def sentences(self, language: str) -> Iterator[str]:
        """Every sentence of a language that is trained on, those of pairs included."""
        yield from self.plain[language]
        if language in self.pairs:
            yield from (sentence for sentence, _ in self.pairs[language])
        else:
            yield from (first for pairs in self.pairs.values() for _, first in pairs)


def read_texts(folder: Path, config: TextConfig) -> Texts:
    """Read the text of all languages.

    The held-out pairs are the first of each file whose sentences, on either side, no other pair has.

    Raises:
        UserError: a file is missing, or too short to hold pairs out.
    """
    first, *others = config.languages
    plain = {language: _lines(folder / f"mono.{language}.txt") for language in config.languages}
    pairs, held_out = {}, {}
    for language in others:
        file = folder / f"parallel.{language}-{first}.tsv"
        every = [_pair(file, number, line) for number, line in enumerate(_lines(file), start=1)]
        held_out[language], pairs[language] = _hold_out(every, config.held_out)
        if len(held_out[language]) < config.held_out or not pairs[language]:
            raise UserError(f"{file}: {len(every)} pairs do not leave {config.held_out} to measure on")
    return Texts(plain, pairs, held_out)


def _lines(file: Path) -> list[str]:
    return [line for line in read_lines(file) if line.strip()]


def _pair(file: Path, number: int, line: str) -> tuple[str, str]:
    sides = line.split("\t")
    if len(sides) != 2:
        raise UserError(f"{file}:{number}: wanted a sentence, a tab and its translation")
    return sides[0], sides[1]


def _hold_out(
    pairs: list[tuple[str, str]], number: int
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs to measure on, and those to train on."""
    count: dict[str, int] = {}
    for side in (side for pair in pairs for side in pair):
        count[side] = count.get(side, 0) + 1
    # Every k-th of those that qualify, so that all sources of the file are measured.
    single = [i for i, (one, other) in enumerate(pairs) if count[one] == count[other] == 1]
    chosen = set(single[:: max(1, len(single) // max(number, 1))][:number])
    return [pairs[i] for i in sorted(chosen)], [pair for i, pair in enumerate(pairs) if i not in chosen]
