"""The readers that the fuzzer tries, with valid files of each, and what each promises of what it reads."""

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from wcabench.config import DataConfig
from wcabench.contract import Sentence, SentencePair
from wcabench.data.column_lines import DOCSTART, ColumnForm
from wcabench.data.columns import is_token, read_columns, read_words, write_columns
from wcabench.data.data_source import DataSource
from wcabench.data.dictionaries import read_dictionary
from wcabench.data.embeddings import read_vectors
from wcabench.data.entity_lists import EntityColumns, read_entities
from wcabench.data.line_pairs import PairColumns, PairForm, read_line_pairs
from wcabench.data.link_form import LinkForm
from wcabench.data.parallel import read_tsv, read_two_column_files, read_two_files
from wcabench.data.scored_files import TaggedForm, read_scored_file, read_scored_files
from wcabench.data.suites import load_suite
from wcabench.data.text_files import read_lines, read_text
from wcabench.data.translations import joined, read_translated_columns, read_translated_tsv
from wcabench.pretraining.settings import TextConfig, read_settings
from wcabench.pretraining.text import read_texts
from wcabench.words.link_files import parse_link_file

COLUMNS = (None, None, None, 0, 1, 2, -1, -2, 7, -9, 10**12)
ENCODINGS = (
    None,
    None,
    None,
    None,
    "utf-8",
    "latin-1",
    "utf-16",
    "cp1252",
    "undefined",
    "hex",
    "utf-7",
    "a\0b",
)


@dataclass(frozen=True)
class Target:
    """A reader, and the files that it is tried with.

    Attributes:
        files: name -> valid content.
        read: reads the files in a folder, with options drawn at random, and checks what it got.
    """

    files: dict[str, bytes]
    read: Callable[[Path, random.Random], None]


TAGGED = (
    "# id 1\tdomain=en\nAda\tB-PER\nLovell\tI-PER\nlives\tO\nin\tO\nZoë\u2028x\tB-LOC\n\n10 000\tO\nred\tO\n#\tO\n\n"
    "-DOCSTART-\tO\n\nMin\tB-ORG\nCorp\tI-ORG\n"
).encode()
FOUR = (
    b"-DOCSTART- -X- O O\n\nAda N I-NP I-PER\nsings V I-VP O\n\n"
    b"# sent_id = 2\nKent N I-NP I-LOC\nKent N I-NP B-LOC\n"
)
CONLLU = (
    b"# newdoc id = a\n# sent_id = 1\n1\tAda\tB-PER\t-\n2-3\tdella\t_\t_\n2\tdi\tO\t-\n3\tla\tO\t-\n\n"
    b"# newdoc\n# sent_id = 2\n1\tKent\tB-LOC\t-\n"
)
PAIRS = (
    "the red house\tdas rote Haus\t0-0 1-1 2-2\tok\nthe house\tdas Haus\t0-0\trunaway\nKent\t\t\tok\n\n"
    "Zoë\tZoé\t0-0\tok\n"
).encode()
SOURCE, TARGET, LINKS = b"the red house\n\nKent\n", b"das rote Haus\nx\nKent\n", b"0-0 1-1 2-2\n\n0-0\n"
SUITE = b"""[suite]
name = "fuzz"
types = ["LOC", "ORG", "PER"]
[recipe]
epochs = 2
[source]
train = { path = "train.conll", token_column = 0 }
test = { path = "train.conll", comments = "auto" }
[pairs.en-nl]
notes = ["made up"]
dictionary = { path = "words.tsv", weight_column = 2 }
translated = { path = "moved.tsv", layout = "tsv", links_column = 2 }
entities = { path = "names.tsv", rename_types = ["city=LOC"] }
embeddings = { path = "en.vec", target_path = "en.vec", max_words = 3 }
[pairs.en-nl.target]
test = { path = "train.conll" }
[pairs.en-nl.parallel]
path = "pairs.tsv"
links_column = 2
flags_column = 3
"""
WORDS = b"the\tdas\t0.5\nthe\tdie\t.25\nred\trot\t1\n"
MOVED = b"0\tAda Lovell woont in Zo\xc3\xab\t0-0 1-1\n2\tMin Corp\t\n"
NAMES = b"city\tNew York\ten\nPER\tAda Lovell\ten\nPER\tAda Lovell\tnl\n"
VECTORS = b"3 4\nthe 0.1 0.2 -0.3 4e-2\nred 1 2 3 4\nNew York 0 0 0 1\n"
SETTINGS = (
    b'name = "small"\n[text]\nlanguages = ["en", "nl"]\nheld_out = 1\n'
    b"[model]\nwidth = 12\nheads = 3\n[training]\nsteps = 3\n"
)
NAACL = b"1 1 1 S\n1 2 2 P\n2 1 1 S 0.9\n"


def _npz() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "v.npz"
        np.savez(path, words=np.array(["the", "red"]), vectors=np.eye(2, 3, dtype=np.float32))
        return path.read_bytes()


def _promise(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _form(chance: random.Random, token_column: int | None = None) -> ColumnForm:
    """Return the file's layout, or in a quarter of the inputs a random one."""
    if chance.random() < 0.75:
        return ColumnForm(token_column)
    return ColumnForm(
        chance.choice(COLUMNS),
        chance.choice(("auto", "auto", "auto", "skip", "none")),
        chance.choice(("", "", "", "Kent", "#")),
        chance.choice(ENCODINGS),
    )


def _check_words(path: Path, sentences: list[tuple[str, ...]], form: ColumnForm) -> None:
    """Check that every line is a token or a known exception, and that every token can be written."""
    _promise(
        all(sentence and all(map(is_token, sentence)) for sentence in sentences),
        "a word that cannot be written",
    )
    lines = [line for line in read_lines(path, form.encoding) if line.strip(" \t")]
    marker = form.document_marker
    maybe = [
        line
        for line in lines
        if line[0] == "#"
        or DOCSTART in line
        or (marker and line.startswith(marker))
        or "-" in line[:9]
        or "." in line[:9]
    ]
    count = sum(map(len, sentences))
    _promise(len(lines) - len(maybe) <= count <= len(lines), f"{count} tokens of {len(lines)} lines")


def _columns(
    folder: Path, chance: random.Random, token_column: int | None = None, tag_column: int = -1
) -> None:
    path, form = folder / "file", _form(chance, token_column)
    if chance.random() < 0.2:
        tag_column = chance.choice((-1, 1, 2, -2, 10**12))
    scheme = chance.choice((*[None] * 9, "iob1", "iob2", "iobes", "bilou", "raw"))
    sentences = read_columns(path, form, scheme=scheme, tag_column=tag_column)
    _check_words(path, [sentence.words for sentence in sentences], form)
    documents = [sentence.document for sentence in sentences]
    _promise(documents == sorted(documents, key=lambda n: -1 if n is None else n), "documents out of order")
    if scheme != "raw":
        written = folder / "written"
        write_columns(written, sentences)
        _promise(
            read_columns(written, ColumnForm(0), scheme="iob2") == sentences,
            "what is read is not what is written",
        )


def _words(folder: Path, chance: random.Random, token_column: int | None = None) -> None:
    form = _form(chance, token_column)
    _check_words(folder / "file", read_words(folder / "file", form), form)


def _check_pairs(pairs: list[SentencePair]) -> None:
    for pair in pairs:
        _promise(bool(pair.source and pair.target), "an empty side")
        inside = all(0 <= i < len(pair.source) and 0 <= j < len(pair.target) for i, j in pair.links or ())
        _promise(inside, "a link beyond its sentences")


def _tsv(folder: Path, chance: random.Random) -> None:
    as_it_is = chance.random() < 0.75
    encoding = None if as_it_is else chance.choice(ENCODINGS)
    text = read_tsv(
        folder / "file",
        source_column=None if as_it_is else chance.choice(COLUMNS),
        target_column=None if as_it_is else chance.choice(COLUMNS),
        links_column=2 if as_it_is else chance.choice((None, 2, -2)),
        links=LinkForm(chance.choice(("source-target", "target-source")), chance.choice((None, 0, 0, 1))),
        flags_column=3 if as_it_is else chance.choice((None, 3, -1)),
        how=chance.choice(("spaces", "punctuation")),
        encoding=encoding,
    )
    _check_pairs(text.pairs)
    count = len(read_lines(folder / "file", encoding))
    _promise(len(text.pairs) + sum(text.skipped.values()) == count, "lines were lost")


def _two_files(folder: Path, chance: random.Random) -> None:
    text = read_two_files(folder / "s", folder / "t", chance.choice((None, folder / "links")))
    _check_pairs(text.pairs)
    _promise(len(text.pairs) + sum(text.skipped.values()) == len(read_lines(folder / "s")), "lines were lost")


def _two_column_files(folder: Path, chance: random.Random) -> None:
    text = read_two_column_files(folder / "s", folder / "t", folder / "links", form=_form(chance))
    _check_pairs(text.pairs)


def _line_pairs(folder: Path, chance: random.Random) -> None:
    form, target = PairForm(), chance.choice((None, None, folder / "t"))
    if chance.random() < 0.25:
        columns = PairColumns(chance.choice(COLUMNS), chance.choice(COLUMNS))
        form = PairForm(
            chance.choice(("lines", "lines", "columns")), columns, encoding=chance.choice(ENCODINGS)
        )
    pairs = read_line_pairs(folder / "file", target, form)
    if form.layout == "lines":
        _promise(len(pairs) == len(list(read_lines(folder / "file", form.encoding))), "lines were lost")


def _link_file(folder: Path, chance: random.Random) -> None:
    lines = read_lines(folder / "file")
    lengths = chance.choice((None, None, [(2, 2), (3, 3)]))
    link_file = parse_link_file(folder / "file", lines, first=chance.choice((None, 0, 1)), lengths=lengths)
    for own in link_file.sentences:
        _promise(
            own.sure <= own.possible and all(min(link) >= 0 for link in own.possible), "links that are none"
        )


def _dictionary(
    folder: Path, chance: random.Random, target: int | None = None, weight_column: int | None = 2
) -> None:
    columns, encoding = PairColumns(None if target is None else 0, target), None
    if chance.random() < 0.25:
        columns = PairColumns(chance.choice(COLUMNS), chance.choice(COLUMNS))
        weight_column, encoding = chance.choice((None, 2, -1)), chance.choice(ENCODINGS)
    word_list = read_dictionary(folder / "file", columns, weight_column, encoding)
    _promise(
        all(entry.source and entry.target and 0 <= entry.weight < 1e300 for entry in word_list.entries),
        "an entry that is none",
    )
    _promise(len(set(word_list.entries)) == len(word_list.entries), "an entry twice")


def _entities(folder: Path, chance: random.Random) -> None:
    entities, _ = read_entities(
        folder / "file",
        EntityColumns(*(chance.choice((None,) * 9 + (0, 1, 2, -1, 9)) for _ in range(3))),
        types=chance.choice((None, ("LOC", "PER"))),
        renamed={"city": chance.choice(("LOC", ""))},
    )
    _promise(all(entity.type and entity.words for entity in entities), "an entity that is none")


def _translations(folder: Path, chance: random.Random) -> None:
    labelled = [Sentence(("Ada", "sings"), ("B-PER", "O")), Sentence(("Kent",), ("B-LOC",))] * 2
    if chance.random() < 0.5:
        translations, _ = read_translated_tsv(
            folder / "file", links_column=chance.choice((None, 2)), first_number=chance.choice((0, 1))
        )
    else:
        translations, _ = read_translated_columns(
            folder / "t", chance.choice((None, folder / "links")), _form(chance)
        )
    for sentence in joined(translations, labelled, LinkForm(), every=False):
        _check_pairs([SentencePair(sentence.source.words, sentence.words, sentence.links)])


def _vectors(folder: Path, chance: random.Random) -> None:
    embeddings = read_vectors(folder / "file", chance.choice((None, None, 1, 2, 10**9)))
    _promise(
        len(embeddings.words) == len(embeddings.vectors) == len(set(embeddings.words)) > 0,
        "words and vectors differ in number",
    )
    _promise(
        embeddings.vectors.dtype == np.float32 and bool(np.isfinite(embeddings.vectors).all()),
        "a vector that is none",
    )


def _scored(folder: Path, chance: random.Random) -> None:
    scheme = chance.choice((None, None, None, "iob2"))
    if chance.random() < 0.3:
        gold, pred = TaggedForm(_form(chance), -2, scheme), TaggedForm(_form(chance))
        scored = read_scored_file(folder / "four", gold, pred)
    else:
        gold, pred = (
            TaggedForm(_form(chance), chance.choice((-1, -1, -1, 1)), scheme),
            TaggedForm(_form(chance)),
        )
        scored = read_scored_files(folder / "gold", folder / chance.choice(("pred", "gold")), gold, pred)
    _promise(
        [sentence.words for sentence in scored.gold] == [sentence.words for sentence in scored.predicted],
        "other words",
    )


def _suite(folder: Path, chance: random.Random) -> None:
    del chance
    suite = load_suite(str(folder / "suite.toml"))
    for pair in suite.pairs:
        data = suite.load(pair, DataConfig(), DataSource(offline=True, cache=folder / "cache"))
        _check_pairs(data.parallel)


def _pretraining(folder: Path, chance: random.Random) -> None:
    del chance
    settings = read_settings(folder / "settings.toml")
    read_texts(folder, settings.text)


def _texts(folder: Path, chance: random.Random) -> None:
    texts = read_texts(folder, TextConfig(("en", "nl"), chance.choice((1, 2))))
    _promise(
        all(
            side.strip(" ") and "\t" not in side
            for pairs in texts.pairs.values()
            for pair in pairs
            for side in pair
        ),
        "a side",
    )


def _report(folder: Path, chance: random.Random) -> None:
    del chance
    read_text(folder / "file", 2**20)


TARGETS: dict[str, Target] = {
    "columns": Target({"file": TAGGED}, _columns),
    "four columns": Target({"file": FOUR}, _columns),
    "CoNLL-U": Target({"file": CONLLU}, partial(_columns, token_column=1, tag_column=2)),
    "words": Target({"file": TAGGED}, _words),
    "words of CoNLL-U": Target({"file": CONLLU}, partial(_words, token_column=1)),
    "parallel TSV": Target({"file": PAIRS}, _tsv),
    "two files": Target({"s": SOURCE, "t": TARGET, "links": LINKS}, _two_files),
    "two column files": Target({"s": TAGGED, "t": TAGGED, "links": b"0-0\n\n0-1\n"}, _two_column_files),
    "line pairs": Target({"file": b"the house\tdas Haus\n\nKent\tKent\n", "t": b"a\nb\nc\n"}, _line_pairs),
    "line pairs with |||": Target(
        {"file": b"the house ||| das Haus\n\nKent |||\n", "t": TAGGED}, _line_pairs
    ),
    "Pharaoh": Target({"file": b"0-0 1-1\n0-1 1?0\n"}, _link_file),
    "shared task": Target({"file": NAACL}, _link_file),
    "dictionary": Target({"file": WORDS}, _dictionary),
    "dictionary with spaces": Target(
        {"file": b"the @ der\nthe @ die\n"}, partial(_dictionary, target=2, weight_column=None)
    ),
    "entities": Target({"file": NAMES}, _entities),
    "translations": Target({"file": MOVED, "t": FOUR, "links": LINKS}, _translations),
    "vectors": Target({"file": VECTORS}, _vectors),
    "vectors in npz": Target({"file": _npz()}, _vectors),
    "score": Target({"gold": TAGGED, "pred": TAGGED, "four": FOUR}, _scored),
    "suite": Target(
        {
            "suite.toml": SUITE,
            "train.conll": TAGGED,
            "pairs.tsv": PAIRS,
            "words.tsv": WORDS,
            "moved.tsv": MOVED,
            "names.tsv": NAMES,
            "en.vec": VECTORS,
        },
        _suite,
    ),
    "pretraining settings": Target(
        {
            "settings.toml": SETTINGS,
            "mono.en.txt": SOURCE,
            "mono.nl.txt": TARGET,
            "parallel.nl-en.tsv": b"a\tb\nc\td\n",
        },
        _pretraining,
    ),
    "pretraining text": Target(
        {"mono.en.txt": SOURCE, "mono.nl.txt": TARGET, "parallel.nl-en.tsv": b"a b\tc d\nc\td\ne\tf\n"},
        _texts,
    ),
    "report": Target({"file": b'{"schema": 1}\n'}, _report),
}
