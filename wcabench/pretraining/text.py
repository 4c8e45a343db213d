"""Reads the text of a pretraining: `mono.LANGUAGE.txt`, one sentence a line, and `parallel.LANGUAGE-en.tsv`."""

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
    """The text of all languages.

    Attributes:
        plain: language -> sentences.
        pairs: language -> (sentence, its translation in the first language), for training.
        held_out: language -> such pairs, for measuring.
    """

    plain: dict[str, list[str]]
    pairs: dict[str, Pairs]
    held_out: dict[str, Pairs]

    def sentences(self, language: str) -> Iterator[str]:
        """Iterate over all training sentences of a language, including those of pairs."""
        yield from self.plain[language]
        if language in self.pairs:
            yield from (sentence for sentence, _ in self.pairs[language])
        else:
            yield from (first for pairs in self.pairs.values() for _, first in pairs)


def read_texts(folder: Path, config: TextConfig) -> Texts:
    """Read the text of all languages.

    Held-out pairs are spread over each file and have sentences that no other pair has, on either side.

    Raises:
        UserError: a file is missing, malformed (the line is named), or too short to hold pairs out.
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
    """Split pairs into `number` for measuring and the rest for training."""
    count: dict[str, int] = {}
    for side in (side for pair in pairs for side in pair):
        count[side] = count.get(side, 0) + 1
    # Every k-th of the unique pairs, so that all parts of the file are measured.
    unique = [i for i, (sentence, first) in enumerate(pairs) if count[sentence] == count[first] == 1]
    chosen = set(unique[:: max(1, len(unique) // max(number, 1))][:number])
    return [pairs[i] for i in sorted(chosen)], [pair for i, pair in enumerate(pairs) if i not in chosen]
