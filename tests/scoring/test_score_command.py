import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from strict_repair import repaired

from wcabench.cli.score import score
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
    return CliRunner().invoke(score, arguments)


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
        ([GOLD[0], [("Das", "S-ORG"), *GOLD[1][1:]]], "sentence 2: malformed tag 'S-ORG'"),
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
