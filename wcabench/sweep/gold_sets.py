"""Sentence pairs with word alignments made by hand: in the data folder, in the mini corpus, or the user's own."""

from collections.abc import Sequence
from pathlib import Path

from wcabench.contract import SentencePair
from wcabench.data.line_pairs import PairForm, read_line_pairs
from wcabench.data.resources import DataSource
from wcabench.data.suites import load_suite
from wcabench.data.text_files import read_lines
from wcabench.errors import UserError, suggest
from wcabench.sweep.gold_files import GoldSet, described, read_gold_files, sentence_pairs
from wcabench.words import GoldLinks
from wcabench.words.link_files import parse_link_file

MINI = "mini"


def gold_names() -> list[str]:
    """The gold sets that can be asked for."""
    return [*described(), *_mini_pairs()]


def chosen_names(names: Sequence[str]) -> list[str]:
    """The gold sets of these names, each once; `all` is all of them, `mini` those of the mini corpus.

    Raises:
        UserError: unknown name; the nearest is offered.
    """
    groups = {"all": gold_names(), MINI: list(_mini_pairs())}
    chosen: dict[str, None] = {}
    for name in names:
        if name not in groups and name not in gold_names():
            raise suggest(name, [*gold_names(), *groups], "gold set")
        chosen |= dict.fromkeys(groups.get(name, [name]))
    return list(chosen)


def load_gold_set(name: str, source: DataSource) -> GoldSet | str:
    """A gold set by name; where its files are not there, one line that says so.

    Raises:
        UserError: its files are malformed, or not what is pinned.
    """
    pairs = _mini_pairs()
    return _from_mini(pairs[name]) if name in pairs else read_gold_files(name, source)


def own_gold_set(
    links: Path, source: Path, target: Path, first_word: int | None, encoding: str | None = None
) -> GoldSet:
    """A gold set of the user's.

    Args:
        links: gold links, in a format of `parse_link_file`.
        source: a sentence a line.
        target: a sentence a line.
        first_word: number of the first word in `links`; None: as their format has it.
        encoding: of the files; see `read_lines`.

    Raises:
        UserError: a file cannot be read, lengths differ, an empty side, or a link beyond its sentence.
    """
    sides = read_line_pairs(source, target, PairForm(encoding=encoding))
    for number, (one, other) in enumerate(sides, start=1):
        if not (one and other):
            file = target if one else source
            raise UserError(f"{file}:{number}: empty; every sentence of a gold alignment needs its words")
    lengths = [(len(one), len(other)) for one, other in sides]
    gold = parse_link_file(links, read_lines(links, encoding), first=first_word, lengths=lengths)
    notes = (gold.doubt,) if gold.doubt else ()
    return GoldSet(links.stem, str(links), sentence_pairs(sides), tuple(gold.sentences), notes=notes)


def _mini_pairs() -> dict[str, str]:
    """Gold set -> language pair of the mini corpus."""
    return {f"{MINI}-{pair}": pair for pair in load_suite(MINI).pairs}


def _from_mini(pair: str) -> GoldSet:
    suite = load_suite(MINI)
    data = suite.load(pair, suite.data, DataSource(offline=True))
    dev = [(one.words, other.words) for one, other in zip(data.source_dev, data.target_dev, strict=True)]
    links = [frozenset(one.links or ()) for one in data.aligned]
    parallel = (*data.parallel, *sentence_pairs(dev))
    return GoldSet(
        name=f"{MINI}-{pair}",
        title=f"mini corpus, {pair}, test set, sure links only",
        pairs=tuple(SentencePair(one.source, one.target) for one in data.aligned),
        gold=tuple(GoldLinks(sure=own, possible=own) for own in links),
        parallel=parallel,
        learned_from=f"{len(parallel)} pairs of the mini corpus",
    )
