"""Gold and predicted tags of the same words: in two column files, or in two columns of one, as conlleval reads them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.contract import Sentence, Words
from wcabench.data.column_file import ColumnFile, read_column_file
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import sentences_of
from wcabench.data.schemes import Scheme, detect_prediction
from wcabench.data.tag_columns import read_tags
from wcabench.errors import UserError


@dataclass(frozen=True)
class TaggedForm:
    """How a file with tags is laid out.

    Attributes:
        columns: where the tokens are, what is a comment, the encoding.
        tag_column: where the tags are, from 0, or from the end where it is negative.
        scheme: of the tags; None finds it out.
    """

    columns: ColumnForm
    tag_column: int = -1
    scheme: Scheme | None = None


@dataclass(frozen=True)
class ScoredFiles:
    """Gold and predicted tags.

    Attributes:
        gold: in IOB2.
        predicted: the same words; tags in IOB2, but for a tagger's mistakes.
        notes: what must be said of how they were read.
    """

    gold: list[Sentence]
    predicted: list[Sentence]
    notes: tuple[str, ...] = ()


def read_scored_files(gold: Path, pred: Path, form: TaggedForm, pred_form: TaggedForm) -> ScoredFiles:
    """The tags of two column files that hold the same tokens.

    Args:
        gold: the file of the gold tags.
        pred: the file of the predicted tags.
        form: how `gold` is laid out.
        pred_form: how `pred` is; without a scheme, see `detect_prediction`.

    Raises:
        UserError: a file cannot be read or is malformed, the tokens are not the same, or both are one file that holds
            gold and predicted tags in two columns.
    """
    file = read_column_file(gold, form.columns, form.tag_column)
    gold_sentences = sentences_of(file, form.tag_column, form.scheme, None)
    notes = []
    if _same_file(gold, pred) and (form.columns, form.tag_column) == (
        pred_form.columns,
        pred_form.tag_column,
    ):
        _refuse_two_in_one(file, form.tag_column)
        notes.append(f"{pred}: GOLD and PRED are the same file and column: it is scored against itself")
    other = read_column_file(pred, pred_form.columns, pred_form.tag_column)
    predicted, scheme_notes = _predicted(other, pred_form)
    _check_same_tokens(file, other)
    if file.doubt:
        notes.append(f"{gold}: {file.doubt}")
    return ScoredFiles(gold_sentences, predicted, (*notes, *scheme_notes))


def read_scored_file(path: Path, form: TaggedForm, pred_form: TaggedForm) -> ScoredFiles:
    """The tags of one column file that holds the gold tags in one column and the predicted ones in another.

    Raises:
        UserError: the file cannot be read or is malformed, or has not both columns.
    """
    file = read_column_file(path, form.columns, form.tag_column)
    columns = [
        column % file.width for column in (form.tag_column, pred_form.tag_column) if column < file.width
    ]
    if file.width < 3 or len(set(columns)) < 2:
        raise UserError(
            f"{path}: {file.width} column(s); in one file, token, gold tag and predicted tag stand in columns of "
            "their own, the tags in the last two: give PRED, or name the columns (--tag-column, --pred-tag-column)"
        )
    predicted, notes = _predicted(file, pred_form)
    if file.doubt:
        notes = (*notes, f"{path}: {file.doubt}")
    return ScoredFiles(sentences_of(file, form.tag_column, form.scheme, None), predicted, notes)


def _predicted(file: ColumnFile, form: TaggedForm) -> tuple[list[Sentence], tuple[str, ...]]:
    scheme = form.scheme
    notes: tuple[str, ...] = ()
    if scheme is None:
        scheme = detect_prediction(read_tags(file, form.tag_column, "raw", None))
        if scheme == "iob1":
            notes = (
                f"{file.path}: the predicted tags are read as IOB1, for no entity begins with B- as in IOB2; "
                "--pred-scheme raw reads them as they stand",
            )
    return sentences_of(file, form.tag_column, scheme, None), notes


def _refuse_two_in_one(file: ColumnFile, tag_column: int) -> None:
    """Refuse conlleval's file given twice: predictions would be scored against themselves."""
    at = tag_column % file.width
    for other in (at - 1, at + 1):
        if not 0 < other < file.width:
            continue
        try:
            kinds = [_types(read_tags(file, column, "raw", None)) for column in (at, other)]
        except UserError:
            continue  # no tags
        if kinds[0] & kinds[1] or not kinds[0] or not kinds[1]:
            raise UserError(
                f"{file.path}: GOLD and PRED are this one file, and its columns {min(at, other)} and {max(at, other)} "
                "both hold tags, as conlleval reads gold and predicted ones: leave PRED out, or name the columns "
                "(--tag-column, --pred-tag-column)"
            )


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # the second is told of when it is read
        return False


def _types(tags: Sequence[Words]) -> set[str]:
    return {tag[2:] for own in tags for tag in own if tag != "O"}


def _check_same_tokens(gold: ColumnFile, pred: ColumnFile) -> None:
    """Refuse files that do not hold the same tokens in the same sentences."""
    for number, (ours, theirs) in enumerate(zip(gold.words, pred.words, strict=False)):
        if ours == theirs:
            continue
        for at, (word, found) in enumerate(zip(ours, theirs, strict=False)):
            if word != found:
                raise UserError(
                    f"{pred.path}:{pred.blocks[number].rows[at].number}: sentence {number + 1}, word {at + 1} is "
                    f"'{found}' but '{word}' in {gold.path}{_lookalike(word, found)}: both files must hold the same "
                    "tokens"
                )
        raise UserError(
            f"{pred.path}:{pred.blocks[number].rows[0].number}: sentence {number + 1} has {len(theirs)} words but "
            f"{len(ours)} in {gold.path}: both files must hold the same tokens"
        )
    if len(gold.blocks) != len(pred.blocks):
        raise UserError(
            f"{pred.path}: {len(pred.blocks)} sentences but {len(gold.blocks)} in {gold.path}: they must be the same"
        )


def _lookalike(word: str, found: str) -> str:
    """What tells two words apart that look alike in print; empty where they do not."""
    if _visible(word) != _visible(found):
        return ""
    signs = [" ".join(f"U+{ord(sign):04X}" for sign in text) for text in (found, word)]
    same = unicodedata.normalize("NFC", word) == unicodedata.normalize("NFC", found)
    why = "composed and decomposed (NFC, NFD): normalise both files alike" if same else "they look alike"
    return f" ({signs[0]} and {signs[1]}: {why})"


def _visible(word: str) -> str:
    """A word without what print does not show."""
    plain = unicodedata.normalize("NFKC", word)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Mn", "Zs"))
