"""Lines of a column file that begin with #: comments of some formats, words of others."""

import pytest

from wcabench.contract import Sentence
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import read_columns, read_words
from wcabench.data.formats import Columns, Text
from wcabench.data.labels import without_types
from wcabench.errors import UserError

ANNA = Sentence(("Anna", "sings"), ("B-PER", "O"))
WORDS = [("Anna", "sings")]


def file(tmp_path, content: str):
    path = tmp_path / "some.conll"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "content",
    [
        "# sent_id = 1\n# text = Anna sings\nAnna\tB-PER\nsings\tO\n",
        "# id 51ab-77\tdomain=en\nAnna _ _ B-PER\nsings _ _ O\n",  # MultiCoNER
        "# id 51ab-77\tdomain=en\nAnna\tB-PER\nsings\tO\n",
        "#\thttp://example.org/a [2011-01-02]\nAnna\tB-PER\tO\nsings\tO\tO\n",
        "# This sentence is about O\nAnna B-PER\nsings O\n",
        "# a b c\n\n# d e f\nAnna B-PER\nsings O\n\n# the end of it\n",
        "# sent_id = 1\nAnna N I-NP B-PER\nsings V I-VP O\n",  # four words, as the rows have four columns
    ],
)
def test_comments_above_a_sentence_are_no_words_whether_or_not_its_tags_are_read(tmp_path, content):
    path = file(tmp_path, content)
    tag_column = 1 if "http" in content else -1
    assert read_columns(path, tag_column=tag_column) == [ANNA]
    assert read_words(path) == WORDS
    count = sum(line.startswith("#") for line in content.split("\n"))
    assert Columns(tag_column=tag_column).read([path]).skipped == {"comment": count}
    assert Text().read([path]).skipped == {"comment": count}


@pytest.mark.parametrize("gap", ["\t", " "])
@pytest.mark.parametrize("word", ["#", "#hashtag", "##"])
def test_a_word_that_begins_with_the_sign_stays_one_wherever_it_stands(tmp_path, gap, word):
    lines = [f"{word}{gap}O", f"Anna{gap}B-PER", f"{word}{gap}I-PER"]
    path = file(tmp_path, "\n".join(lines) + "\n")
    want = (word, "Anna", word)
    assert read_columns(path) == [Sentence(want, ("O", "B-PER", "I-PER"))]
    assert read_words(path) == read_words(path, ColumnForm(comments="none")) == [want]
    assert read_words(path, ColumnForm(comments="skip")) == [("Anna",)]
    assert read_words(file(tmp_path, f"{word}\nAnna\n")) == [(word, "Anna")]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Anna\tB-PER\n# a comment inside\nsings\tO\n", 2),  # does a sentence end here?
        ("#\nAnna\tB-PER\n", 1),  # a word without its tag, or an empty comment
        ("#hashtag\nAnna\tB-PER\n", 1),
        ("# PER\nAnna B-PER\n", 1),  # a word with a wrong tag
        ("#\tB-\nAnna\tB-PER\n", 1),
    ],
)
def test_what_may_be_either_is_refused_with_the_way_to_have_it_skipped(tmp_path, content, line):
    path = file(tmp_path, content)
    with pytest.raises(UserError, match=rf'some\.conll:{line}: the line begins with #.*comments = "skip"'):
        read_columns(path)
    skipped = read_columns(path, ColumnForm(comments="skip"))
    assert [word for sentence in skipped for word in sentence.words] in (["Anna"], ["Anna", "sings"])


@pytest.mark.parametrize(
    "content",
    [
        "# 1\nAnna PROPN\nsings VERB\n",  # the number of the sentence, or the word # with its part of speech
        "#\t1\nAnna\tPROPN\nsings\tVERB\n",
        "#1\nAnna\n\n#2\nsings\n",
        "#a\tx\nAnna\tPROPN\n\n#b\tx\nsings\tVERB\n",
    ],
)
def test_without_tags_a_line_that_may_be_a_comment_is_never_taken_for_a_word(tmp_path, content):
    path = file(tmp_path, content)
    with pytest.raises(UserError, match=r"some\.conll:1: the line begins with #"):
        read_words(path)
    skipped = read_words(path, ColumnForm(comments="skip"))
    assert [word for words in skipped for word in words] == ["Anna", "sings"]
    assert "#" in read_words(path, ColumnForm(comments="none"))[0][0]


def test_nothing_is_a_comment_where_none_is(tmp_path):
    path = file(tmp_path, "# sent_id = 1\nAnna B-PER\nsings O\n")
    with pytest.raises(UserError, match=r":1: 4 column\(s\), but 2"):
        read_words(path, ColumnForm(comments="none"))


CONLLU = (
    "# newdoc id = one\n# sent_id = 1\n1\tAnna\tB-PER\t_\n2-3\tdella\t_\t_\n2\tdi\tO\t_\n3\tla\tO\t_\n"
    "3.1\tgone\t_\t_\n\n# sent_id = 2\n1\tsings\tO\t_\n"
)


def test_conllu_is_read_by_its_words_and_its_ids_are_never_taken_for_them(tmp_path):
    path = file(tmp_path, CONLLU)
    for form in (ColumnForm(1), ColumnForm(-3)):
        sentences = read_columns(path, form, tag_column=2)
        assert (
            [one.words for one in sentences] == [("Anna", "di", "la"), ("sings",)] == read_words(path, form)
        )
    for read in (lambda: read_columns(path, tag_column=2), lambda: read_words(path)):
        with pytest.raises(UserError, match=r":3: the first column counts the words.*token_column = 1"):
            read()
    assert read_words(file(tmp_path, "1\tO\n2\tO\n")) == [("1", "2")], "two columns have no other words"
    numbers = file(tmp_path, "1 O O\n\n1 O O\n2 B-X O\n")
    assert read_words(numbers, ColumnForm(0)) == [("1",), ("1", "2")], "what is named is read"


@pytest.mark.parametrize(
    ("content", "documents"),
    [
        ("Anna B-PER\n\nsings O\n", [None, None]),
        ("-DOCSTART- O\n\nAnna B-PER\n\nsings O\n\n-DOCSTART- O\n\nAnna B-PER\n", [0, 0, 1]),
        ("Anna B-PER\n-DOCSTART- O\n\n\n-DOCSTART- O\nsings O\nAnna B-PER\n\nsings O\n", [0, 1, 1]),  # Dutch
        ("# newdoc\n# x y z\nAnna B-PER\n\nsings O\n\n# x = 2\n# newdoc id = a\nAnna B-PER\n", [0, 0, 1]),
        ("Anna B-PER\n\n-DOCSTART- O\n", [None]),
    ],
)
def test_documents_are_numbered_and_are_no_part_of_the_content(tmp_path, content, documents):
    sentences = read_columns(file(tmp_path, content))
    assert [one.document for one in sentences] == documents
    assert sentences == [Sentence(one.words, one.tags) for one in sentences]
    assert [hash(one) for one in sentences] == [hash(Sentence(one.words, one.tags)) for one in sentences]
    assert [one.document for one in without_types(sentences, ["PER"])] == documents


def test_a_suite_may_have_a_mark_of_its_own(tmp_path):
    path = file(tmp_path, "=== one\nAnna B-PER\n\n=== two\n\nsings O\n")
    read = Columns(document_marker="===").read([path]).content
    assert [(one.words, one.document) for one in read] == [(("Anna",), 0), (("sings",), 1)]
