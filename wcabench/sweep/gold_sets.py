"""Gold alignments by name: those of the data folder and of the mini corpus, and the user's own."""

from collections.abc import Sequence
from pathlib import Path

from wcabench.contract import SentencePair
from wcabench.data.data_source import DataSource
from wcabench.data.line_pairs import PairForm, read_line_pairs
from wcabench.data.suites import load_suite
from wcabench.data.text_files import read_lines
from wcabench.errors import UserError, suggest
from wcabench.sweep.gold_files import GoldSet, described, read_gold_files, sentence_pairs
from wcabench.words import GoldLinks
from wcabench.words.link_files import parse_link_file, refuse_no_link

MINI = "mini"


def gold_names() -> list[str]:
    """Return the names of all gold sets."""
    return [*described(), *_mini_pairs()]


def chosen_names(names: Sequence[str]) -> list[str]:
    """Expand names of gold sets: `all` stands for all of them, `mini` for those of the mini corpus; each occurs once.

    Raises:
        UserError: a name is unknown; the nearest is offered.
    """
    groups = {"all": gold_names(), MINI: list(_mini_pairs())}
    chosen: dict[str, None] = {}
    for name in names:
        if name not in groups and name not in gold_names():
            raise suggest(name, [*gold_names(), *groups], "gold set")
        chosen |= dict.fromkeys(groups.get(name, [name]))
    return list(chosen)


def load_gold_set(name: str, source: DataSource) -> GoldSet | str:
    """Read a gold set by name; if its files are missing, return one line that says so.

    Raises:
        UserError: its files are malformed, or do not hold the pinned content.
    """
    pairs = _mini_pairs()
    return _from_mini(pairs[name]) if name in pairs else read_gold_files(name, source)


def own_gold_set(
    links: Path, source: Path, target: Path, first_word: int | None, encoding: str | None = None
) -> GoldSet:
    """Read a user's own gold set.

    Args:
        links: file of the gold links, in a format of `parse_link_file`.
        source: file of the source side, one sentence a line.
        target: file of the target side, one sentence a line.
        first_word: number of the first word in `links`; None: by the file's format.
        encoding: encoding of the files; see `read_lines`.

    Raises:
        UserError: a file cannot be read, lengths differ, a side is empty, or a link lies beyond its sentence.
    """
    sides = read_line_pairs(source, target, PairForm(encoding=encoding))
    for number, (source_words, target_words) in enumerate(sides, start=1):
        if not (source_words and target_words):
            file = target if source_words else source
            raise UserError(f"{file}:{number}: empty; every sentence of a gold alignment needs its words")
    lengths = [(len(source_words), len(target_words)) for source_words, target_words in sides]
    gold = parse_link_file(links, read_lines(links, encoding), first=first_word, lengths=lengths)
    refuse_no_link(links, gold)
    notes = (gold.doubt,) if gold.doubt else ()
    return GoldSet(links.stem, str(links), sentence_pairs(sides), tuple(gold.sentences), notes=notes)


def _mini_pairs() -> dict[str, str]:
    """Return the language pair of each gold set of the mini corpus."""
    return {f"{MINI}-{pair}": pair for pair in load_suite(MINI).pairs}


def _from_mini(pair: str) -> GoldSet:
    suite = load_suite(MINI)
    data = suite.load(pair, suite.data, DataSource(offline=True))
    dev = [(s.words, t.words) for s, t in zip(data.source_dev, data.target_dev, strict=True)]
    links = [frozenset(aligned.links or ()) for aligned in data.aligned]
    parallel = (*data.parallel, *sentence_pairs(dev))
    return GoldSet(
        name=f"{MINI}-{pair}",
        title=f"mini corpus, {pair}, test set, sure links only",
        pairs=tuple(SentencePair(aligned.source, aligned.target) for aligned in data.aligned),
        gold=tuple(GoldLinks(sure=own, possible=own) for own in links),
        parallel=parallel,
        learned_from=f"{len(parallel)} pairs of the mini corpus",
    )
