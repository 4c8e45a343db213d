import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from stores_by_hand import TYPES, StoreOnDisk

from wcabench.contract import Sentence
from wcabench.data.columns import write_columns
from wcabench.errors import UserError
from wcabench.reports.side_by_side import PairExamples, errors, find_examples
from wcabench.reports.terminal_examples import bracketed, print_examples
from wcabench.runs.cells import COUNTS, PREDICTIONS, Cell, read_cell, write_record
from wcabench.runs.counts_file import write_counts
from wcabench.scoring.counts import count
from wcabench.scoring.spans import Span

GOLD = [
    Sentence(("Mira", "lives", "in", "Oldwick"), ("B-PER", "O", "O", "B-LOC")),
    Sentence(("Acme", "hired", "her"), ("B-ORG", "O", "O")),
    Sentence(("it", "rained"), ("O", "O")),
]
GOOD = [("B-PER", "O", "O", "B-LOC"), ("O", "O", "O"), ("O", "O")]
BAD = [("O", "B-ORG", "O", "I-LOC"), ("B-ORG", "O", "O"), ("O", "O")]
LABELS = ("good", "bad")


def write(store: StoreOnDisk, method: str, predicted: list[tuple[str, ...]]) -> Cell:
    """A cell of three sentences whose counts are those of its predictions."""
    key = store.cell(method=method)
    (folder,) = store.root.glob(f"*/*/*/*{key}")
    counts = count([one.tags for one in GOLD], predicted, TYPES)
    write_counts(
        folder / COUNTS,
        {(side, lenient): counts for side in ("target", "source") for lenient in (False, True)},
    )
    sentences = [Sentence(one.words, tags) for one, tags in zip(GOLD, predicted, strict=True)]
    write_columns(folder / PREDICTIONS, sentences, scheme="raw")
    import json

    record = json.loads((folder / "cell.json").read_text())
    write_record(folder / "cell.json", {**record, "f1": counts.f1})
    return read_cell(folder)


@pytest.fixture
def both(store: StoreOnDisk) -> tuple[list[Cell], list[Cell]]:
    return [write(store, "good", GOOD)], [write(store, "bad", BAD)]


def find(both: Any, wanted: int = 3, gold: Any = lambda cell: GOLD) -> PairExamples:
    return find_examples("en-nl", both, wanted, gold)


def printed(examples: PairExamples, **console: Any) -> str:
    stream = io.StringIO()
    print_examples(examples, LABELS, Console(file=stream, width=80, **console))
    return stream.getvalue()


def test_an_error_is_a_missed_or_a_wrong_entity(both: Any) -> None:
    assert errors(both[0][0].counts()).tolist() == [0, 1, 0]
    assert errors(both[1][0].counts()).tolist() == [3, 0, 0]


def test_the_largest_differences_come_first_and_better_and_worse_take_turns(both: Any) -> None:
    first, second = find(both).shown
    assert (first.number, first.errors) == (1, (0, 3))
    assert (second.number, second.errors) == (2, (1, 0))
    assert len(find(both, 1).shown) == 1


def test_sentences_show_gold_and_both_predictions_without_colour(both: Any) -> None:
    text = printed(find(both))
    assert "\x1b" not in text
    assert "sentence 1: errors good 0, bad 3" in text
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "gold [PER Mira] lives in [LOC Oldwick]" in lines
    assert "bad Mira [ORG lives]* in Oldwick" in lines
    assert "*: an entity that is not in the gold" in text


def test_colour_marks_right_and_wrong_and_changes_no_letter(both: Any) -> None:
    from rich.text import Text

    coloured = printed(find(both), force_terminal=True, color_system="standard")
    assert "\x1b[31m[ORG lives]*" in coloured and "\x1b[32m[PER Mira]" in coloured
    assert Text.from_ansi(coloured).plain.split() == printed(find(both)).split()


def test_without_predictions_one_line_says_so(both: Any) -> None:
    (both[1][0].path / PREDICTIONS).unlink()
    found = find(both)
    assert not found.shown
    assert " ".join(printed(found).split()) == (
        "en-nl: no examples: the predictions are not stored (no predictions.conll in the cells of both methods)."
    )


def test_none_asked_for_prints_nothing(both: Any) -> None:
    assert printed(find(both, 0)) == ""


def test_without_the_gold_the_predictions_are_shown_and_nothing_is_called_wrong(both: Any) -> None:
    def absent(cell: Cell) -> Any:
        raise UserError("test.nl.conll is missing")

    found = find(both, gold=absent)
    text = printed(found)
    assert found.shown[0].gold is None and "]*" not in text
    assert "the gold entities cannot be shown: test.nl.conll is missing" in text


@pytest.mark.parametrize("other", [GOLD[:2], [GOLD[1], GOLD[0], GOLD[2]]], ids=["fewer", "another order"])
def test_another_test_set_is_not_shown_as_gold(both: Any, other: list[Sentence]) -> None:
    found = find(both, gold=lambda cell: other)
    assert found.shown[0].gold is None and "is not what the cell was scored on" in found.notes[0]


def test_predictions_that_the_cell_was_not_scored_on_are_not_shown(both: Any) -> None:
    path = both[0][0].path / PREDICTIONS
    path.write_text(path.read_text().replace("Acme\tO", "Acme\tB-ORG"))
    found = find(both)
    assert not found.shown and "not the predictions that the cell was scored on" in found.notes[0]


def test_equal_errors_in_every_sentence_are_said(both: Any) -> None:
    found = find((both[0], both[0]))
    assert not found.shown and "the errors are equal" in found.notes[0]


def test_json_holds_words_and_spans(both: Any) -> None:
    first = find(both).plain()["sentences"][0]
    assert first["words"] == ["Mira", "lives", "in", "Oldwick"] and first["sentence"] == 1
    assert first["gold"][1] == {"start": 3, "end": 4, "type": "LOC"}
    assert first["b"] == [{"start": 1, "end": 2, "type": "ORG"}] and first["errors"] == {"a": 0, "b": 3}


def test_a_word_cannot_command_the_terminal_and_brackets_are_no_markup() -> None:
    text = bracketed(("\x1b[31m", "[bold]", "Oslo"), (Span(2, 3, "LOC"),), None)
    assert text.plain == "\ufffd[31m [bold] [LOC Oslo]"


def test_long_sentences_are_folded_under_their_first_word(both: Any, tmp_path: Path) -> None:
    stream = io.StringIO()
    print_examples(find(both), LABELS, Console(file=stream, width=30))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 30 and any(line.startswith(" " * 5) for line in lines)
