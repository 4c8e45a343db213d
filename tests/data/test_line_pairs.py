"""The text of `wcabench align`: one file or two, nothing left out, no column read for another."""

import pytest

from wcabench.data.column_lines import ColumnForm
from wcabench.data.formats import Text
from wcabench.data.line_pairs import PairColumns, PairForm, iter_line_pairs, read_line_pairs
from wcabench.data.parallel import read_two_files
from wcabench.errors import UserError

HOUSE = (("the", "house"), ("das", "Haus"))


def file(tmp_path, content: str, name: str = "text"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "pairs"),
    [
        ("the house\tdas Haus\n\nKent\t\n", [HOUSE, ((), ()), (("Kent",), ())]),
        ("the house\tdas Haus\t\nthe house\tdas Haus\n", [HOUSE, HOUSE]),
        ("the house ||| das Haus\n \nKent |||\n", [HOUSE, ((), ()), (("Kent",), ())]),
        ("the house\tdas Haus\nthe ||| x\ty\n", [HOUSE, (("the", "|||", "x"), ("y",))]),
        (
            "the house ||| das Haus\t\nKent ||| \t\n",
            [HOUSE, (("Kent",), ())],
        ),  # tabs at the line ends part nothing
        ("", []),
    ],
)
def test_one_file_of_both_sides(tmp_path, content, pairs):
    assert read_line_pairs(file(tmp_path, content)) == pairs


def test_columns_are_named_where_there_are_more_than_two(tmp_path):
    path = file(tmp_path, "0.93\tthe house\tdas Haus\n0.2\t\tx\n")
    with pytest.raises(UserError, match=r"text:1: 3 column\(s\).*--source-column"):
        read_line_pairs(path)
    for columns in (PairColumns(1, 2), PairColumns(-2, -1)):
        assert read_line_pairs(path, form=PairForm(columns=columns)) == [HOUSE, ((), ("x",))]
    for columns, message in (
        (PairColumns(1, 1), "for the source and for the target"),
        (PairColumns(1, -2), "for the source and for the target"),
        (PairColumns(1, 3), "no column 3"),
        (PairColumns(-(10**12), 1), "no column -1000"),
    ):
        with pytest.raises(UserError, match=message):
            read_line_pairs(path, form=PairForm(columns=columns))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a\tb\nc\n", 2),
        ("a\tb\nc\td\te\n", 2),
        ("alone\n", 1),
        ("a ||| b\nc ||| d ||| e\n", 2),
        ("a ||| b\nc\td\n", 2),
    ],
)
def test_a_line_with_other_columns_than_the_first_is_refused(tmp_path, content, line):
    with pytest.raises(UserError, match=f"text:{line}: "):
        read_line_pairs(file(tmp_path, content))


def test_two_files_of_a_sentence_a_line_hold_no_columns(tmp_path):
    source, target = file(tmp_path, "the house\n\n", "s"), file(tmp_path, "das Haus\nx\n", "t")
    assert read_line_pairs(source, target) == [HOUSE, ((), ("x",))]
    with pytest.raises(UserError, match="t:1: a tab in a file of one sentence a line"):
        read_line_pairs(source, file(tmp_path, "das\tHaus\nx\n", "t"))
    with pytest.raises(UserError, match=r"s has 2 lines, .*t has 1"):
        read_line_pairs(source, file(tmp_path, "das Haus\n", "t"))


def test_two_column_files_keep_their_tokens(tmp_path):
    source = file(tmp_path, "# sent_id = 1\n1\t10 000\tO\n2\tcats\tO\n", "s")
    target = file(tmp_path, "1\t10 000\tO\n2\tKatzen\tO\n", "t")
    form = PairForm("columns", tokens=ColumnForm(1))
    assert read_line_pairs(source, target, form) == [(("10 000", "cats"), ("10 000", "Katzen"))]
    with pytest.raises(UserError, match="column files are two"):
        read_line_pairs(source, None, form)


def test_an_encoding_is_that_of_both_files(tmp_path):
    for name in "st":
        (tmp_path / name).write_bytes("Zoë\n".encode("utf-16"))
    form = PairForm(encoding="utf-16")
    assert list(iter_line_pairs(tmp_path / "s", tmp_path / "t", form)) == [(("Zoë",), ("Zoë",))]


def test_column_files_that_are_given_as_lines_are_named_for_what_they_are(tmp_path):
    columns = file(tmp_path, "Ada B-PER\nsings O\n\nKent B-LOC\n", "s")
    for read in (read_line_pairs, read_two_files):
        with pytest.raises(UserError, match=r"s: every line ends in a tag: it is a column file.*columns"):
            read(columns, columns)
    with pytest.raises(UserError, match="every line ends in a tag"):
        Text(layout="lines").read([columns])
    assert len(read_line_pairs(file(tmp_path, "\n\n", "s"), tmp_path / "s")) == 2
    grade = file(tmp_path, "a grade of O\nno grade\n", "s")
    assert len(read_line_pairs(grade, grade)) == len(read_two_files(grade, grade).pairs) == 2
