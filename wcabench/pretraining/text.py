"""The text of a pretraining: `mono.LANGUAGE.txt`, a sentence a line, and `parallel.LANGUAGE-en.tsv`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wcabench.data.line_pairs import refuse_columns
from wcabench.data.rows import rows_of
from wcabench.data.text_files import read_lines
from wcabench.errors import UserError
from wcabench.pretraining.settings import TextConfig

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Texts:
    """Text by language.

    Attributes:
        plain: language -> sentences.
        pairs: language -> (its sentence, the same in the first language), for training.
        held_out: language -> such pairs, to measure on.
    """

    plain: dict[str, list[str]]
    pairs: dict[str, Pairs]
    held_out: dict[str, Pairs]

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
        UserError: a file is missing or malformed, or too short to hold pairs out; the line of the file is named.
    """
    first, *others = config.languages
    plain = {language: _sentences(folder / f"mono.{language}.txt") for language in config.languages}
    pairs, held_out = {}, {}
    for language in others:
        file = folder / f"parallel.{language}-{first}.tsv"
        every = _pairs(file)
        held_out[language], pairs[language] = _hold_out(every, config.held_out)
        if len(held_out[language]) < config.held_out or not pairs[language]:
            raise UserError(f"{file}: {len(every)} pairs do not leave {config.held_out} to measure on")
    return Texts(plain, pairs, held_out)


def _sentences(file: Path) -> list[str]:
    lines = read_lines(file)
    refuse_columns(file, lines)
    return [line for line in lines if line.strip()]


def _pairs(file: Path) -> Pairs:
    rows = rows_of(file, read_lines(file), tabs=True, least=2)
    for row in rows:
        if len(row.cells) != 2 or not all(row.cells):
            raise UserError(f"{file}:{row.number}: wanted a sentence, a tab and its translation, and no more")
    return [(row.cells[0], row.cells[1]) for row in rows]


def _hold_out(pairs: Pairs, number: int) -> tuple[Pairs, Pairs]:
    """Pairs to measure on, and those to train on."""
    count: dict[str, int] = {}
    for side in (side for pair in pairs for side in pair):
        count[side] = count.get(side, 0) + 1
    # Every k-th of those that qualify, so that all sources of the file are measured.
    single = [i for i, (one, other) in enumerate(pairs) if count[one] == count[other] == 1]
    chosen = set(single[:: max(1, len(single) // max(number, 1))][:number])
    return [pairs[i] for i in sorted(chosen)], [pair for i, pair in enumerate(pairs) if i not in chosen]
