"""The gold sets of the data folder: `tasks/gold_alignments.toml` says which, where, and what must be in them."""

import hashlib
import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.config import build
from wcabench.contract import SentencePair, Words
from wcabench.data.files import is_file
from wcabench.data.line_pairs import read_line_pairs
from wcabench.data.parallel import read_tsv
from wcabench.data.resources import ENVIRONMENT, DataSource
from wcabench.data.text_files import read_lines
from wcabench.data.toml_files import parse_toml
from wcabench.errors import UserError
from wcabench.words import GoldLinks, format_gold
from wcabench.words.link_files import parse_link_file

PACKAGE = "wcabench.tasks"
FILE = "gold_alignments.toml"
Sides = list[tuple[Words, Words]]


@dataclass(frozen=True)
class GoldSet:
    """Sentence pairs and their gold links.

    Attributes:
        name: "de-en", "mini-en-nl".
        title: what it is, for people.
        pairs: the sentences; neither side is empty.
        gold: the links of each.
        parallel: further sentence pairs, which the statistical aligners learn from too.
        learned_from: what those are, for people.
        notes: what was left out.
    """

    name: str
    title: str
    pairs: tuple[SentencePair, ...]
    gold: tuple[GoldLinks, ...]
    parallel: tuple[SentencePair, ...] = ()
    learned_from: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoldFiles:
    """Where a gold set lies below the data folder; see `tasks/gold_alignments.toml`.

    Attributes:
        title: what it is, for people.
        links: its gold links.
        sentences: how many pairs there are.
        sha256: of the content: source TAB target TAB links a line, words from 0, possible links as i?j.
        text: one file of both sides, parted by |||; or
        source, target: a file each.
        first_word: number of the first word in the links; None: as their format has it.
        parallel: further text, source TAB target a line, not tokenised.
    """

    title: str
    links: str
    sentences: int
    sha256: str
    text: str = ""
    source: str = ""
    target: str = ""
    first_word: int | None = None
    parallel: str = ""

    @property
    def needed(self) -> list[str]:
        """The files without which there is no gold set."""
        return [file for file in (self.text, self.source, self.target, self.links) if file]


def described() -> dict[str, GoldFiles]:
    """The gold sets of the data folder by name."""
    text = importlib.resources.files(PACKAGE).joinpath(FILE).read_text(encoding="utf-8")
    return {
        name: build(GoldFiles, table, f"{FILE}: {name}") for name, table in parse_toml(text, FILE).items()
    }


def read_gold_files(name: str, source: DataSource) -> GoldSet | str:
    """A gold set of the data folder; where its files are not there, one line that says so.

    Raises:
        UserError: its files are malformed, or not what is pinned.
    """
    files, folder = described()[name], source.folder
    missing = [file for file in files.needed if folder is None or not is_file(folder / file)]
    if folder is None or missing:
        where = f"in {folder}" if folder else f"(no data folder: give --data-dir or set {ENVIRONMENT})"
        return f"{name}: left out, {missing[0]} is not there {where}"
    return _read(name, files, folder)


def sentence_pairs(sides: Sequence[tuple[Words, Words]]) -> tuple[SentencePair, ...]:
    """The two sides of each sentence as a pair."""
    return tuple(SentencePair(source, target) for source, target in sides)


def _read(name: str, files: GoldFiles, folder: Path) -> GoldSet:
    sides = _read_sides(files, folder)
    place = folder / files.links
    links = parse_link_file(place, read_lines(place), first=files.first_word).sentences
    if len(links) != len(sides):
        raise UserError(f"{place}: {len(links)} sentences, but {len(sides)} in its text; wanted as many")
    gold, beyond = _within(links, sides)
    _check(files, place, sides, gold)
    parallel = folder / files.parallel
    more: list[SentencePair] = []
    if files.parallel and is_file(parallel):
        more = read_tsv(parallel, how="punctuation").pairs
    learned = f"{len(more):,} pairs of {files.parallel}" if more else ""
    return GoldSet(name, files.title, sentence_pairs(sides), gold, tuple(more), learned, beyond)


def _read_sides(files: GoldFiles, folder: Path) -> Sides:
    if files.text:
        return read_line_pairs(folder / files.text)
    return read_line_pairs(folder / files.source, folder / files.target)


def _within(links: list[GoldLinks], sides: Sides) -> tuple[tuple[GoldLinks, ...], tuple[str, ...]]:
    """The links that lie within their sentences, and a line on each that does not: an annotator's slip."""
    kept, beyond = [], []
    for number, (one, (source, target)) in enumerate(zip(links, sides, strict=True), start=1):
        inside = {(i, j) for i, j in one.possible if i < len(source) and j < len(target)}
        outside = sorted(one.possible - inside)
        beyond += [f"gold link {i}-{j} of sentence {number} lies beyond it: left out" for i, j in outside]
        kept.append(GoldLinks(one.sure & inside, frozenset(inside)))
    return tuple(kept), tuple(beyond)


def _check(files: GoldFiles, place: Path, sides: Sides, gold: tuple[GoldLinks, ...]) -> None:
    """Refuse another version of the set: its numbers would not be comparable."""
    digest = hashlib.sha256()
    for (source, target), links in zip(sides, gold, strict=True):
        digest.update(f"{' '.join(source)}\t{' '.join(target)}\t{format_gold(links)}\n".encode())
    if len(sides) != files.sentences or digest.hexdigest() != files.sha256:
        raise UserError(
            f"{place}: not the pinned content of {files.title}: wanted {files.sentences} sentences with sha256 "
            f"{files.sha256}, got {len(sides)} with {digest.hexdigest()}; to measure on another version, give it as "
            "GOLD with --text"
        )
