"""Dictionaries, entity lists, translations and word vectors."""

import gzip
import io
import zipfile

import numpy as np
import pytest

from wcabench.contract import Sentence, SentencePair
from wcabench.data.array_files import LARGEST_WIDTH
from wcabench.data.canonical import content_sha256
from wcabench.data.column_lines import ColumnForm
from wcabench.data.dictionaries import read_dictionary
from wcabench.data.embeddings import read_vectors
from wcabench.data.entity_lists import EntityColumns, read_entities
from wcabench.data.line_pairs import PairColumns
from wcabench.data.link_form import LinkForm
from wcabench.data.slot_formats import Translated
from wcabench.data.slot_items import (
    DictionaryEntry,
    Embeddings,
    ListedEntity,
    TranslatedSentence,
    WordVectors,
)
from wcabench.data.translations import Translation, joined, read_translated_columns, read_translated_tsv
from wcabench.errors import UserError


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "file"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


ENTRIES = [
    DictionaryEntry("the", "das"),
    DictionaryEntry("the", "die"),
    DictionaryEntry("New York", "Nueva York"),
]


def test_a_dictionary_is_read_with_tabs_or_spaces_packed_or_not(file):
    tabs = "the\tdas\n\nthe\tdie\nNew York\tNueva York\nthe\tdas\nfoo\t\n"
    for content in (tabs.encode(), gzip.compress(tabs.encode())):
        found = read_dictionary(file(content), PairColumns())
        assert found.entries == ENTRIES and found.skipped == {"empty": 1, "repeated": 1}
    spaces = read_dictionary(file("the @ das\nthe @ die\n"), PairColumns(0, 2))
    assert spaces.entries == ENTRIES[:2]


def test_weights_are_read_and_are_part_of_the_content(file):
    path = file("the\tdas\t.5\nthe\tdie\t1e-3\nred\trot\t1\n")
    entries = read_dictionary(path, PairColumns(), 2).entries
    assert [one.weight for one in entries] == [0.5, 0.001, 1.0]
    plain = [DictionaryEntry(one.source, one.target) for one in entries]
    assert content_sha256("dictionary", entries) != content_sha256("dictionary", plain)


@pytest.mark.parametrize(
    ("content", "columns", "weight", "message"),
    [
        ("city\tWien\tVienna\n", (None, None), None, r"file:1: 3 column\(s\)"),
        ("a\tb\nc\n", (None, None), None, "file:2: 1 column"),
        ("a b\nc\td\n", (None, None), None, "file:2: a tab"),
        ("a\tb\tx\n", (None, None), 2, "file:1: weight 'x'"),
        ("a\tb\t-1\n", (None, None), 2, "file:1: weight '-1'"),
        ("a\tb\tnan\n", (None, None), 2, "file:1: weight 'nan'"),
        ("a\tb\t1_0\n", (None, None), 2, "file:1: weight '1_0'"),
        ("a\tb\t٣\n", (None, None), 2, "file:1: weight '٣'"),
        ("a\tb\n", (None, None), 2, "no column 2"),
        ("a\tb\t1\n", (0, 2), 2, "column 2 is named for the weight and for a word"),
        ("a\tb\n", (0, 0), None, "for the source and for the target"),
        ("a\tb\t1\na\tb\t2\n", (None, None), 2, "file:2: 'a' - 'b' again, with the weight 2 instead of 1"),
        ("\t\n", (None, None), None, "no entry"),
        ("a b\t\nc d\t\n", (None, None), None, "file:1: the only tab is at the end of the line"),
    ],
)
def test_a_dictionary_that_may_be_read_wrongly_is_refused(file, content, columns, weight, message):
    with pytest.raises(UserError, match=message):
        read_dictionary(file(content), PairColumns(*columns), weight)


def test_an_entity_list_has_types_phrases_and_perhaps_languages(file):
    path = file("city\tNew York\ten\nPER\tAda\ten\nPER\tAda\tnl\nPER\tAda\tnl\nriver\tPo\tit\n")
    found, skipped = read_entities(
        path, EntityColumns(), types=("LOC", "PER"), renamed={"city": "LOC", "river": ""}
    )
    assert found == [ListedEntity("LOC", ("New", "York"), "en"), ListedEntity("PER", ("Ada",), "en"),
                     ListedEntity("PER", ("Ada",), "nl")]  # fmt: skip
    assert skipped == {"repeated": 1, "other type": 1}
    assert read_entities(file("PER\tAda Lovell\n"), EntityColumns())[0] == [
        ListedEntity("PER", ("Ada", "Lovell"))
    ]
    turned, _ = read_entities(file("x y\tAda\tPER\n"), EntityColumns(2, 1))
    assert turned == [ListedEntity("PER", ("Ada",))]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("PER Ada\n", {}, r"file:1: no column 1"),
        ("PER\tAda\tx\ty\n", {}, "file:1: 4 columns"),
        ("PER\tAda\nLOC\n", {}, "file:2: 1 column"),
        ("PER\tAda\nLOC\t\n", {}, "file:2: an empty phrase"),
        ("city\tWien\n", {"types": ("LOC",)}, "file:1: type 'city' is none of the suite's"),
        ("PER\tAda\n", {"columns": EntityColumns(phrase=0)}, "one column is named for two things"),
        ("PER\tAda\n", {"columns": EntityColumns(language=-7)}, "no column -7"),
        ("PER\tAda\tAda the First\n", {}, "file:1: 'Ada the First' is no language"),
        ("", {}, "no entity in it"),
    ],
)
def test_an_entity_list_that_may_be_read_wrongly_is_refused(file, content, options, message):
    with pytest.raises(UserError, match=message):
        read_entities(file(content), options.pop("columns", EntityColumns()), **options)


LABELLED = [Sentence(("Ada", "sings"), ("B-PER", "O")), Sentence(("Kent",), ("B-LOC",))]
MOVED = [
    TranslatedSentence(LABELLED[0], ("Ada", "zingt", "10 000"), ((0, 0), (1, 1))),
    TranslatedSentence(LABELLED[1], ("Kent",), ()),
]


def test_translations_are_joined_with_the_labelled_sentences(file):
    columns = file("Ada\tO\nzingt\tO\n10 000\tO\n\nKent\tO\n")
    links = file("0-0 1-1\n\n", "links")
    found, _ = read_translated_columns(columns, links, ColumnForm())
    assert joined(found, LABELLED, LinkForm(), every=True) == MOVED
    tsv = file("1\tKent\t\n0\tAda zingt\t1-1 2-2\n", "tsv")
    found, skipped = read_translated_tsv(tsv, links_column=2)
    moved = joined(found, LABELLED, LinkForm(first_word=1), every=False)
    assert [one.words for one in moved] == [("Kent",), ("Ada", "zingt")] and skipped == {}
    assert moved[1].source is LABELLED[0] and moved[1].links == ((0, 0), (1, 1))
    found, skipped = read_translated_tsv(file("2\tKent\n1\t\n", "tsv"), first_number=1)
    assert [one.number for one in found] == [1] and skipped == {"empty": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("0\ta\n2\tb\n", "file:2: the translation of labelled sentence 2 .* but there are 2"),
        ("0\ta\n0\tb\n", "file:2: source sentence 0 again, as in .*file:1"),
        ("0\ta\nx\tb\n", "file:2: 'x' is no number"),
        ("0\ta\n-1\tb\n", "file:2: '-1' is no number"),
        ("0\ta\n" + "9" * 5000 + "\tb\n", "file:2: '999+' is no number"),
        ("0\ta\n1\n", "file:2: 1 column"),
        ("0\t\n", "no translation in it"),
    ],
)
def test_translations_that_belong_to_no_sentence_are_refused(file, content, message):
    with pytest.raises(UserError, match=message) as error:
        joined(read_translated_tsv(file(content))[0], LABELLED, LinkForm(), every=False)
    assert len(str(error.value)) < 300


def test_a_line_parallel_file_must_translate_every_sentence_and_its_links_must_fit(file):
    short = read_translated_columns(file("Ada\tO\n"), None, ColumnForm())[0]
    with pytest.raises(UserError, match=r"the last of 1 translations, but there are 2 labelled sentences"):
        joined(short, LABELLED, LinkForm(), every=True)
    with pytest.raises(UserError, match=r"links: 2 lines, but .*file has 1 sentences"):
        read_translated_columns(file("Ada\tO\n"), file("0-0\n\n", "links"), ColumnForm())
    beyond = read_translated_columns(file("Ada\tO\n"), file("0-1\n", "links"), ColumnForm())[0]
    with pytest.raises(UserError, match=r"links:1: link between source word 0 and target word 1"):
        joined(beyond, LABELLED, LinkForm(), every=False)


@pytest.mark.parametrize(
    ("content", "options", "doubt"),
    [
        ("0\ta b\n1\tc\n", {}, ""),
        ("1\ta b\n2\tc\n", {}, "first_number = 1"),
        ("1\ta b\n", {"first_number": 0}, ""),
        ("1\ta b\n", {"first_number": 1}, ""),
        ("0\ta b\t1-1\n", {"links_column": 2}, "first_word = 1"),
        ("0\ta b\t1-1\n1\tc\t0-0\n", {"links_column": 2}, ""),
        ("0\ta b\t1-1\n", {"links_column": 2, "first_word": 0}, ""),
    ],
)
def test_translations_that_may_count_from_1_are_doubted(file, content, options, doubt):
    found = Translated(layout="tsv", **options).read([file(content)]).doubt
    assert doubt in found and bool(found) == bool(doubt)


VEC = "3 2\nthe 0.5 -1e-1\nNew York 1 2\nthe 9 9\n"


def npz(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def test_word_vectors_are_read_from_text_packed_or_not_and_from_arrays(file):
    words, vectors = ("the", "New York"), np.array([[0.5, -0.1], [1, 2]], np.float32)
    arrays = npz(words=np.array([*words, "the"]), vectors=np.array([[0.5, -0.1], [1, 2], [9, 9]], np.float64))
    for content in (VEC, VEC.partition("\n")[2], gzip.compress(VEC.encode()), arrays):
        found = read_vectors(file(content))
        assert found.words == words and found.vectors.dtype == np.float32
        assert np.array_equal(found.vectors, vectors) and not found.vectors.flags.writeable
        assert read_vectors(file(content), max_words=1).words == ("the",)


def test_what_lies_beyond_the_last_word_is_not_read(file):
    assert read_vectors(file("a 1 2\nb 1 2\nc broken\n"), max_words=2).words == ("a", "b")
    many = npz(words=np.array(["a", "b", "c"]), vectors=np.array([[1.0], [2.0], [np.nan]]))
    assert read_vectors(file(many), max_words=2).vectors.tolist() == [[1], [2]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a 1 2\nb 1\n", "file:2: 1 numbers after the word; wanted 2"),
        ("a 1 2\nb 1 x\n", "file:2: could not convert string to float: 'x'"),
        ("a 1 2\nb 1 1_0\n", "file:2: could not convert string to float: '1_0'"),
        ("a 1 2\nb 1 ٣\n", "file:2: could not convert string to float: '٣'"),
        ("3 2\na 1 2\nb 1 2\n", "file: 2 words, but its first line says 3; the file is cut short"),
        ("1 2\na 1 2\nb 1 2\n", "file: 2 words, but its first line says 1"),
        ("a 1 2\nb 1 nan\n", "the vector of word 2, 'b', is not finite"),
        ("a 1 2\nb 1 1e39\n", "the vector of word 2, 'b', is not finite"),
        ("a\n", "file:1: 0 numbers"),
        ("5 0\na 1\n", "file:1: vectors of 0 numbers"),
        ("2 99999999999\na 1\n", "file:1: vectors of 99999999999 numbers"),
        ("a " + "1 " * (LARGEST_WIDTH + 1) + "\n", "10,000 at most"),
        ("2 2\n", "no word vector in it"),
        ("", "no word vector in it"),
    ],
)
def test_text_that_is_no_vector_is_refused(file, content, message):
    with pytest.raises(UserError, match=message):
        read_vectors(file(content))


def lying_npz(shape: str, kind: str = "<f8") -> bytes:
    """An archive whose array says to be larger than it is."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 8
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        words = io.BytesIO()
        np.save(words, np.array(["a"]))
        archive.writestr("words.npy", words.getvalue())
        archive.writestr("vectors.npy", array)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npz(words=np.array(["a"])), "no arrays of NumPy: .*vectors"),
        (npz(words=np.array(["a"]), vectors=np.ones(1)), r"`vectors` is an array \[1\]"),
        (npz(words=np.array(["a", "b"]), vectors=np.ones((1, 2))), r"words \[2\] and vectors \[1, 2\]"),
        (npz(words=np.array([1]), vectors=np.ones((1, 2))), "`words` is an array"),
        (npz(words=np.array([{}], object), vectors=np.ones((1, 2))), "`words` is an array .* object"),
        (
            npz(words=np.array(["a\n"]), vectors=np.ones((1, 2))),
            "word 1 is empty or holds a tab or a line end",
        ),
        (npz(words=np.array(["a"]), vectors=np.full((1, 2), np.inf)), "is not finite"),
        (npz(words=np.array(["a"]), vectors=np.ones((1, 2)))[:-40], "no arrays of NumPy"),
        (lying_npz("(1000000000000, 300)"), "the file holds less"),
        (lying_npz("(1, 300000)"), "wanted 1 to 10,000"),
        (lying_npz("(-1, 2)"), "`vectors` is an array"),
        (lying_npz("(" * 500), "no arrays of NumPy"),
    ],
)
def test_arrays_that_are_no_vectors_are_refused_before_they_are_read(file, content, message):
    with pytest.raises(UserError, match=message) as error:
        read_vectors(file(content))
    assert "\n" not in str(error.value)


def test_the_canonical_forms_of_the_further_kinds_are_injective():
    def sha256(kind, *items):
        return content_sha256(kind, list(items))

    two, one = SentencePair(("10", "000"), ("x",)), SentencePair(("10 000",), ("x",))
    assert sha256("parallel", two) != sha256("parallel", one)
    assert sha256("translated", Translation(0, ("a", "b"))) != sha256("translated", Translation(0, ("a b",)))
    assert sha256("translated", Translation(0, ("a",))) != sha256("translated", Translation(1, ("a",)))
    assert sha256("entities", ListedEntity("PER", ("a",))) != sha256(
        "entities", ListedEntity("PER", ("a",), "en")
    )
    vectors = WordVectors(("a",), np.ones((1, 2), np.float32))
    others = WordVectors(("a",), np.array([[1, 2]], np.float32)), WordVectors(("b",), vectors.vectors)
    made = {content_sha256("embeddings", Embeddings(vectors, one)) for one in (vectors, *others)}
    made |= {content_sha256("embeddings", Embeddings(one, vectors)) for one in others}
    assert len(made) == 5
