"""Gold alignments in the data folder; `tasks/gold_alignments.toml` gives their files and their pinned content."""

import hashlib
import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.config import build
from wcabench.contract import SentencePair, Words
from wcabench.data.data_source import ENVIRONMENT, DataSource
from wcabench.data.files import is_file
from wcabench.data.line_pairs import read_line_pairs
from wcabench.data.parallel import read_tsv
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
        title: description for tables.
        pairs: the sentence pairs; no side is empty.
        gold: the gold links of each pair.
        parallel: further sentence pairs, on which the statistical aligners are trained too.
        learned_from: description of these pairs.
        notes: links that were left out.
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
    """The files of a gold set, relative to the data folder; see `tasks/gold_alignments.toml`.

    Attributes:
        title: description for tables.
        links: file of the gold links.
        sentences: number of sentence pairs.
        sha256: sha256 of the content, as lines "source TAB target TAB links", words from 0, possible links as i?j.
        text: file of both sides, separated by |||; empty if there are two files.
        source: file of the source side.
        target: file of the target side.
        first_word: number of the first word in the links; None: by the file's format.
        parallel: file of further text, "source TAB target" in each line, not tokenised.
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
        """The files that must exist."""
        return [file for file in (self.text, self.source, self.target, self.links) if file]


def described() -> dict[str, GoldFiles]:
    """Return the files of all gold sets of the data folder, by name."""
    text = importlib.resources.files(PACKAGE).joinpath(FILE).read_text(encoding="utf-8")
    return {
        name: build(GoldFiles, table, f"{FILE}: {name}") for name, table in parse_toml(text, FILE).items()
    }


def read_gold_files(name: str, source: DataSource) -> GoldSet | str:
    """Read a gold set of the data folder; if its files are missing, return one line that says so.

    Raises:
        UserError: its files are malformed, or do not hold the pinned content.
    """
    files, folder = described()[name], source.folder
    missing = [file for file in files.needed if folder is None or not is_file(folder / file)]
    if folder is None or missing:
        where = f"in {folder}" if folder else f"(no data folder: give --data-dir or set {ENVIRONMENT})"
        return f"{name}: left out, {missing[0]} is not there {where}"
    return _read(name, files, folder)


def sentence_pairs(sides: Sequence[tuple[Words, Words]]) -> tuple[SentencePair, ...]:
    """Return the two sides of each sentence as a pair."""
    return tuple(SentencePair(source, target) for source, target in sides)


def _read(name: str, files: GoldFiles, folder: Path) -> GoldSet:
    sides = _read_sides(files, folder)
    links_file = folder / files.links
    links = parse_link_file(links_file, read_lines(links_file), first=files.first_word).sentences
    if len(links) != len(sides):
        raise UserError(f"{links_file}: {len(links)} sentences, but {len(sides)} in its text; wanted as many")
    gold, beyond = _within(links, sides)
    _check(files, links_file, sides, gold)
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
    """Return the links within their sentences, and a note on each link beyond (an annotator's mistake)."""
    kept, beyond = [], []
    for number, (own, (source, target)) in enumerate(zip(links, sides, strict=True), start=1):
        inside = {(i, j) for i, j in own.possible if i < len(source) and j < len(target)}
        outside = sorted(own.possible - inside)
        beyond += [f"gold link {i}-{j} of sentence {number} lies beyond it: left out" for i, j in outside]
        kept.append(GoldLinks(own.sure & inside, frozenset(inside)))
    return tuple(kept), tuple(beyond)


def _check(files: GoldFiles, links_file: Path, sides: Sides, gold: tuple[GoldLinks, ...]) -> None:
    """Refuse another version of the set: its numbers would not be comparable."""
    digest = hashlib.sha256()
    for (source, target), links in zip(sides, gold, strict=True):
        digest.update(f"{' '.join(source)}\t{' '.join(target)}\t{format_gold(links)}\n".encode())
    if len(sides) != files.sentences or digest.hexdigest() != files.sha256:
        raise UserError(
            f"{links_file}: not the pinned content of {files.title}: wanted {files.sentences} sentences with sha256 "
            f"{files.sha256}, got {len(sides)} with {digest.hexdigest()}; to measure on another version, give it as "
            "GOLD with --text"
        )
