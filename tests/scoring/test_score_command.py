import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from strict_repair import repaired

from wcabench.cli.score import score
from wcabench.data.schemes import from_iob2
from wcabench.errors import UserError

GOLD = [
    [("Lea", "B-PER"), ("Amsel", "I-PER"), ("wohnt", "O"), ("in", "O"), ("Ulm", "B-LOC")],
    [("Das", "O"), ("Werk", "B-ORG"), ("Nord", "I-ORG"), ("ruht", "O")],
]
PRED = [
    ["B-PER", "I-PER", "O", "O", "I-LOC"],
    ["O", "B-ORG", "O", "O"],
]  # I-LOC counts in the lenient score only


def write(path: Path, sentences: list[list[tuple[str, str]]]) -> str:
    path.write_text(
        "\n\n".join("\n".join("\t".join(row) for row in rows) for rows in sentences) + "\n", "utf-8"
    )
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    guessed = [
        [(word, tag) for (word, _), tag in zip(rows, tags, strict=True)]
        for rows, tags in zip(GOLD, PRED, strict=True)
    ]
    return write(tmp_path / "gold.conll", GOLD), write(tmp_path / "pred.conll", guessed)


def run(*arguments: str) -> Result:
    # As the group calls it: click keeps the names of the help option of the first call.
    return CliRunner().invoke(score, arguments, help_option_names=["-h", "--help"])


def test_json_has_exactly_the_promised_keys_and_seqevals_numbers(files: tuple[str, str]) -> None:
    result = run(*files, "--json")
    assert result.exit_code == 0, result.output
    got = json.loads(result.stdout)
    assert list(got) == ["micro", "per_type", "lenient"]
    assert list(got["micro"]) == ["precision", "recall", "f1", "tp", "predicted", "gold"]
    assert list(got["per_type"]) == ["LOC", "ORG", "PER"]
    assert list(got["lenient"]) == ["f1"]
    gold = [[tag for _, tag in rows] for rows in GOLD]
    strict = f1_score(gold, [repaired(tags) for tags in PRED], mode="strict", scheme=IOB2)
    assert got["micro"]["f1"] == pytest.approx(100 * strict)
    assert got["lenient"]["f1"] == pytest.approx(100 * f1_score(gold, PRED))
    assert got["per_type"]["LOC"] == {
        "precision": 0,
        "recall": 0,
        "f1": 0,
        "tp": 0,
        "predicted": 0,
        "gold": 1,
    }


def test_the_table_shows_types_the_micro_average_and_the_lenient_f1(files: tuple[str, str]) -> None:
    result = run(*files)
    assert result.exit_code == 0, result.output
    for text in ("LOC", "ORG", "PER", "micro", "50.00", "33.33", "40.00", "66.67"):
        assert text in result.stdout


def test_a_gold_file_in_iob1_scores_as_its_iob2_does(files: tuple[str, str], tmp_path: Path) -> None:
    iob1 = [[(word, tag.replace("B-", "I-")) for word, tag in rows] for rows in GOLD]
    again = run(write(tmp_path / "iob1.conll", iob1), files[1], "--json")
    assert json.loads(again.stdout) == json.loads(run(*files, "--json").stdout)


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        (
            [[("Lea", "O"), ("Meise", "O"), *GOLD[0][2:]], GOLD[1]],
            "sentence 1, word 2 is 'Meise' but 'Amsel'",
        ),
        ([GOLD[0], GOLD[1][:3]], "sentence 2 has 3 words but 4"),
        ([GOLD[0]], "1 sentences but 2"),
        ([GOLD[0], [("Das", "S-ORG"), *GOLD[1][1:]]], "S-ORG in line 7) and seems to mix schemes"),
    ],
)
def test_files_that_do_not_match_are_an_error_naming_file_and_sentence(
    files: tuple[str, str], tmp_path: Path, sentences: list[list[tuple[str, str]]], message: str
) -> None:
    result = run(files[0], write(tmp_path / "wrong.conll", sentences), "--json")
    assert isinstance(result.exception, UserError)
    assert message in str(result.exception)
    assert "wrong.conll" in str(result.exception)
    assert "\n" not in str(result.exception)
    assert result.stdout == ""


def test_a_missing_file_is_an_error_naming_it(files: tuple[str, str], tmp_path: Path) -> None:
    result = run(files[0], str(tmp_path / "nowhere.conll"))
    assert isinstance(result.exception, UserError)
    assert "nowhere.conll" in str(result.exception)


def f1(*arguments: str) -> tuple[float, float]:
    """Strict and lenient F1."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    scores = json.loads(result.stdout)
    return scores["micro"]["f1"], scores["lenient"]["f1"]


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, UserError), result.output
    assert "\n" not in str(result.exception) and result.stdout == ""
    return str(result.exception)


def plain(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("scheme", ["iob1", "iob2", "iobes", "bilou"])
def test_a_file_scores_100_against_itself_in_every_scheme(tmp_path: Path, scheme: Any) -> None:
    tags = [from_iob2([tag for _, tag in rows], scheme) for rows in GOLD]
    sentences = [
        [(w, t) for (w, _), t in zip(rows, own, strict=True)] for rows, own in zip(GOLD, tags, strict=True)
    ]
    path = write(tmp_path / "file", sentences)
    assert f1(path, path) == (100, 100)
    assert "it is scored against itself" in run(path, path).stderr
    assert f1(write(tmp_path / "gold", GOLD), path) == f1(path, write(tmp_path / "gold", GOLD)) == (100, 100)


def test_a_prediction_in_iob1_is_read_as_such_and_said_to_be(tmp_path: Path) -> None:
    gold = plain(tmp_path / "gold", "Ada B-PER\nLovell I-PER\nand O\nBo B-PER\nin O\nKent B-LOC\n")
    iob1 = plain(tmp_path / "pred", "Ada I-PER\nLovell I-PER\nand O\nBo I-PER\nin O\nKent O\n")
    assert f1(gold, iob1) == pytest.approx((80, 80))
    assert "read as IOB1" in run(gold, iob1).stderr
    assert f1(gold, iob1, "--pred-scheme", "raw") == pytest.approx((0, 80)), "as it stands, no entity begins"


def test_a_stray_i_of_a_tagger_in_iob2_stays_its_mistake(tmp_path: Path, files: tuple[str, str]) -> None:
    result = run(*files, "--json")
    assert json.loads(result.stdout)["micro"]["f1"] < json.loads(result.stdout)["lenient"]["f1"]
    assert result.stderr == ""


ONE_FILE = "Ada NNP B-PER B-PER\nLovell NNP I-PER O\nin IN O O\nKent NNP B-LOC B-LOC\n"


def test_conllevals_own_file_is_read_by_its_last_two_columns_or_those_that_are_named(tmp_path: Path) -> None:
    path = plain(tmp_path / "out.txt", ONE_FILE)
    assert f1(path) == pytest.approx((50, 50))
    named = ("--tag-column", "2", "--pred-tag-column", "3")
    assert f1(path, path, *named) == f1(path, *named) == pytest.approx((50, 50))
    turned = plain(tmp_path / "turned", "Ada B-PER B-PER x\nLovell O I-PER x\nKent O B-LOC x\n")
    assert f1(turned, "--tag-column", "2", "--pred-tag-column", "1") == pytest.approx((0, 0))
    assert "columns 2 and 3 both hold tags" in refused(path, path)
    assert "2 column(s); in one file, token, gold tag" in refused(plain(tmp_path / "two", "Ada B-PER\n"))
    assert "column(s); in one file" in refused(path, "--tag-column", "3")


def test_predictions_are_never_scored_as_gold_without_a_word(tmp_path: Path) -> None:
    path, copy = (plain(tmp_path / name, ONE_FILE) for name in ("out.txt", "copy.txt"))
    only = plain(tmp_path / "only", "Ada B-PER\nLovell O\nin O\nKent B-LOC\n")
    assert all("columns 2 and 3 both hold tags" in refused(path, other) for other in (copy, only))
    other = plain(tmp_path / "other", "Ada B-PER\nLovell I-PER\nin O\nKent O\n")
    assert "column 3 is taken for gold" in run(path, other).stderr
    named = run(path, other, "--tag-column", "2")
    assert named.exit_code == 0 and named.stderr == ""
    for columns in (["2"] * 2, ["3"] * 2):  # the user named them
        itself = run(path, path, "--tag-column", columns[0], "--pred-tag-column", columns[1])
        assert "it is scored against itself" in itself.stderr
    assert "it is scored against itself" in run(path, path, "--tag-column", "3").stderr
    empty = plain(tmp_path / "empty", "Ada NNP B-PER O\nLovell NNP I-PER O\n")
    assert "columns 2 and 3" in refused(empty, empty), "predictions without an entity"


def test_a_chunk_column_beside_the_tags_does_not_make_a_file_conllevals(tmp_path: Path) -> None:
    path = plain(tmp_path / "eng", "EU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\n")
    assert f1(path, path) == (100, 100)


def test_columns_comments_and_encodings_are_options(tmp_path: Path) -> None:
    conllu = "# sent_id = 1\n1\tZoë\tB-PER\t_\n2\tsings\tO\t_\n"
    gold, pred = plain(tmp_path / "gold", conllu), plain(tmp_path / "pred", "Zoë O\nsings O\n")
    columns = ("--token-column", "1", "--tag-column", "2")
    assert f1(gold, pred, *columns, "--pred-token-column", "0") == (0, 0)
    assert f1(gold, gold, *columns, "--pred-tag-column", "2") == (100, 100)
    assert "name the column of the words" in refused(gold, pred)
    assert "column 2 holds tags" in refused(gold, gold, "--token-column", "1")
    (tmp_path / "u16").write_bytes("Zoë B-PER\n# no tag\nsings O\n".encode("utf-16"))
    wide = str(tmp_path / "u16")
    assert "is in UTF-16" in refused(wide, wide)
    assert "--comments skip" in refused(wide, wide, "--encoding", "utf-16")
    assert f1(wide, wide, "--encoding", "utf-16", "--comments", "skip") == (100, 100)
    assert "unknown encoding 'undefined'" in refused(gold, pred, "--encoding", "undefined")


def test_words_that_look_alike_are_told_apart_by_their_signs(tmp_path: Path) -> None:
    forms = [plain(tmp_path / form, unicodedata.normalize(form, "Zoë B-PER\n")) for form in ("NFC", "NFD")]
    message = refused(*forms)
    assert "U+00EB" in message and "U+0065 U+0308" in message and "NFC" in message
    hidden = plain(tmp_path / "hidden", "Zoë\u200b B-PER\n")
    assert "U+200B" in refused(forms[0], hidden)
    for word, other, sign in (("Zo\u00eb", "Z\u043e\u00eb", "U+043E"), ("a-b", "a\u2010b", "U+2010")):
        files = [plain(tmp_path / str(n), f"{text} B-PER\n") for n, text in enumerate((word, other))]
        assert sign in refused(*files)
    for other in ("Zoa", "Zo1", "Zo"):
        assert "U+" not in refused(forms[0], plain(tmp_path / "other", f"{other} B-PER\n"))


def test_types_of_which_no_prediction_can_be_right_are_said(tmp_path: Path) -> None:
    gold = plain(tmp_path / "gold", "Ada B-LIÉU\nand O\n")
    for tag in ("B-LIE\u0301U", "B-Liéu"):
        assert "in another spelling" in run(gold, plain(tmp_path / "pred", f"Ada {tag}\nand O\n")).stderr
    assert "no predicted type (ORG)" in run(gold, plain(tmp_path / "pred", "Ada B-ORG\nand O\n")).stderr
    for tags in ("B-LIÉU", "O"), ("O", "O"), ("B-ORG", "B-LIÉU"):
        assert run(gold, plain(tmp_path / "pred", "Ada {}\nand {}\n".format(*tags))).stderr == ""
    empty = plain(tmp_path / "empty", "Ada O\nand O\n")
    assert "every tag is O" in run(empty, gold).stderr and run(gold, empty).stderr == ""
    assert "every tag is O" in run(plain(tmp_path / "one", "Ada O B-PER\n")).stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Ada B-PER|B-ORG\nand O|O\n", ":1: 'B-PER.B-ORG' is no tag.*nested entities"),
        ("Ada B-PER|SpaceAfter=No\nand O\n", ":1: 'B-PER.SpaceAfter=No' is no tag.*several values"),
        ("Ada B\nand O\n", ":1: 'B' is no tag.*its entity type is missing"),
        ("Ada B-per\nand o\n", ":2: 'o' is no tag.*capital"),
        ("Ada b-PER\nand O\n", ":1: 'b-PER' is no tag.*capital"),
        ("Ada\tB-PER\rand\tO\r", "line ends are carriage returns alone"),
        ("Ada\tB-PER\r\r\nand\tO\r\r\n", ":1: .*two carriage returns"),
        ("Ada B-PER x\nand O x\n", ":1: 'x' is no tag.*column 1 holds tags"),
    ],
)
def test_what_is_no_tag_is_refused_at_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(text.encode())
    assert re.search(message, refused(str(path), str(path)))


def test_a_tab_at_the_end_of_the_lines_is_passed_over(tmp_path: Path) -> None:
    path = plain(tmp_path / "file", "Ada\tB-PER\t\nLovell\tI-PER\t\nand\tO\t\n")
    assert f1(path, plain(tmp_path / "other", "Ada B-PER\nLovell I-PER\nand O\n")) == (100, 100)
