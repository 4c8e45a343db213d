import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from stores_by_hand import TYPES, StoreOnDisk, rewrite

from wcabench.contract import Sentence
from wcabench.errors import UserError
from wcabench.reports.side_by_side import PairExamples, errors, find_examples
from wcabench.reports.terminal_examples import bracketed, print_examples
from wcabench.runs.cells import COUNTS, PREDICTIONS, TAGS, Cell, read_cell
from wcabench.runs.counts_file import write_counts
from wcabench.runs.predictions import count_tags
from wcabench.runs.tags_file import write_tags
from wcabench.scoring.spans import Span

GOLD = [
    Sentence(("Mira", "lives", "in", "Oldwick"), ("B-PER", "O", "O", "B-LOC")),
    Sentence(("Acme", "hired", "her"), ("B-ORG", "O", "O")),
    Sentence(("it", "rained"), ("O", "O")),
]
GOOD = [("B-PER", "O", "O", "B-LOC"), ("O", "O", "O"), ("O", "O")]
BAD = [("O", "B-ORG", "O", "I-LOC"), ("B-ORG", "O", "O"), ("O", "O")]
LABELS = ("good", "bad")


def write(store: StoreOnDisk, method: str, predicted: list[tuple[str | None, ...]], **more: Any) -> Cell:
    """A cell of three sentences whose counts are those of its predictions."""
    key = store.cell(method=method, **more)
    (folder,) = store.root.glob(f"*/*/*/*{key}")
    gold, tags = ([list(one) for one in side] for side in ([one.tags for one in GOLD], predicted))
    truncated = "recipe" in more
    counts = count_tags(
        {"target": gold, "source": gold}, {"target": tags, "source": tags}, TYPES, read_only=truncated
    )
    write_counts(folder / COUNTS, counts)
    if more.get("schema") == 1:
        lines = zip((word for one in GOLD for word in (*one.words, "")), joined(tags), strict=True)
        (folder / PREDICTIONS).write_text("".join(f"{word}\t{tag}".strip() + "\n" for word, tag in lines))
    else:
        write_tags(folder / TAGS, {"target": tags, "source": tags})
    rewrite(folder, lambda *_: None)
    return read_cell(folder)


def joined(tags: list[list[str | None]]) -> list[str]:
    """The tags of all sentences, with an empty one after each."""
    return [tag or "" for one in tags for tag in (*one, None)]


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


def test_the_predictions_of_older_cells_are_shown_too(store: StoreOnDisk) -> None:
    old = [write(store, "good", GOOD, schema=1)], [write(store, "bad", BAD, schema=1)]
    new = [write(store, "good", GOOD)], [write(store, "bad", BAD)]
    assert find(old).shown == find(new).shown != ()


def test_words_that_were_not_read_are_left_out_of_the_check_where_they_are_left_out_of_the_score(
    store: StoreOnDisk,
) -> None:
    recipe = {"long_sentences": "truncate"}
    short = write(store, "short", [("B-PER", "O", None, None), *GOOD[1:]], recipe=recipe)
    good = write(store, "good", [("B-PER", "O", None, None), ("B-ORG", "O", "O"), ("O", "O")], recipe=recipe)
    (example,) = find(([good], [short])).shown
    assert example.number == 2 and example.gold == (Span(0, 1, "ORG"),)


def test_without_predictions_one_line_says_so(both: Any) -> None:
    (both[1][0].path / TAGS).unlink()
    found = find(both)
    assert not found.shown
    assert " ".join(printed(found).split()) == (
        "en-nl: no examples: the predictions are not stored (no tags.npz in the cells of both methods)."
    )


def test_none_asked_for_prints_nothing(both: Any) -> None:
    assert printed(find(both, 0)) == ""


def test_without_the_test_set_nothing_is_shown_and_the_reason_is_said(both: Any) -> None:
    def absent(cell: Cell) -> Any:
        raise UserError("test.nl.conll is missing")

    found = find(both, gold=absent)
    assert not found.shown and "no examples: test.nl.conll is missing." in printed(found)


@pytest.mark.parametrize("other", [GOLD[:2], [GOLD[1], GOLD[0], GOLD[2]]], ids=["fewer", "another order"])
def test_another_test_set_is_not_shown(both: Any, other: list[Sentence]) -> None:
    found = find(both, gold=lambda cell: other)
    assert not found.shown and "is not what the cell was scored on" in found.notes[0]


def test_predictions_that_the_cell_was_not_scored_on_are_not_shown(both: Any) -> None:
    other = {"target": [list(one) for one in BAD], "source": []}
    write_tags(both[0][0].path / TAGS, other)
    found = find(both)
    assert not found.shown and "not what its counts are of" in found.notes[0]


def test_equal_errors_in_every_sentence_are_said(both: Any) -> None:
    found = find((both[0], both[0]))
    assert not found.shown and "the errors are equal" in found.notes[0]


def test_json_holds_words_and_spans(both: Any) -> None:
    first = find(both).plain()["sentences"][0]
    assert first["words"] == ["Mira", "lives", "in", "Oldwick"] and first["sentence"] == 1
    assert first["gold"][1] == {"start": 3, "end": 4, "type": "LOC"}
    assert first["b"] == [{"start": 1, "end": 2, "type": "ORG"}] and first["errors"] == {"a": 0, "b": 3}


def test_a_word_cannot_command_the_terminal_and_brackets_are_no_markup() -> None:
    text = bracketed(("\x1b[31m", "[bold]", "Oslo"), (Span(2, 3, "LOC"),), (Span(2, 3, "LOC"),))
    assert text.plain == r"\x1b[31m [bold] [LOC Oslo]"


def test_long_sentences_are_folded_under_their_first_word(both: Any, tmp_path: Path) -> None:
    stream = io.StringIO()
    print_examples(find(both), LABELS, Console(file=stream, width=30))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 30 and any(line.startswith(" " * 5) for line in lines)
