"""Reads gold and predicted tags of the same words, from two column files or from two columns of one (conlleval)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.contract import Sentence, Words
from wcabench.data.column_file import ColumnFile, read_column_file
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import sentences_of
from wcabench.data.schemes import Scheme, detect_prediction
from wcabench.data.tag_columns import read_tags, without_entity
from wcabench.errors import UserError


@dataclass(frozen=True)
class TaggedForm:
    """The layout of a file with tags.

    Attributes:
        columns: layout of the column file.
        tag_column: number of the column of the tags, from 0; negative numbers count from the end.
        scheme: the tags' scheme; None: it is detected.
    """

    columns: ColumnForm
    tag_column: int = -1
    scheme: Scheme | None = None


@dataclass(frozen=True)
class ScoredFiles:
    """Gold and predicted tags.

    Attributes:
        gold: the sentences with gold tags in IOB2.
        predicted: the same sentences with predicted tags in IOB2; a tagger's illegal tags are kept.
        notes: notes for the user on how the files were read.
    """

    gold: list[Sentence]
    predicted: list[Sentence]
    notes: tuple[str, ...] = ()


def read_scored_files(gold: Path, pred: Path, form: TaggedForm, pred_form: TaggedForm) -> ScoredFiles:
    """Read the tags of two column files with the same tokens.

    Args:
        gold: the file of the gold tags.
        pred: the file of the predicted tags.
        form: layout of `gold`.
        pred_form: layout of `pred`; for a missing scheme see `detect_prediction`.

    Raises:
        UserError: a file cannot be read or is malformed, the tokens differ, or the predicted tags of `gold` would be
            scored as gold tags.
    """
    file = read_column_file(gold, form.columns, form.tag_column)
    gold_sentences = sentences_of(file, form.tag_column, form.scheme, None)
    pred_file = read_column_file(pred, pred_form.columns, pred_form.tag_column)
    predicted, scheme_notes = _predicted(pred_file, pred_form)
    _check_same_tokens(file, pred_file)
    notes = []
    same_column = form.tag_column % file.width == pred_form.tag_column % pred_file.width
    if same_column and _same_file(gold, pred):
        notes.append(f"{pred}: GOLD and PRED are the same file and column: it is scored against itself")
    if form.tag_column == TaggedForm.tag_column:  # the user named none
        tags = file.column(form.tag_column, "tag"), pred_file.column(pred_form.tag_column, "tag")
        notes += _two_tag_columns(file, form.tag_column, same_tags=tags[0] == tags[1])
    notes += _doubts(file, gold_sentences, predicted)
    return ScoredFiles(gold_sentences, predicted, (*notes, *scheme_notes))


def read_scored_file(path: Path, form: TaggedForm, pred_form: TaggedForm) -> ScoredFiles:
    """Read the tags of one column file with the gold tags in one column and the predicted tags in another.

    Raises:
        UserError: the file cannot be read, is malformed, or lacks one of the columns.
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
    gold = sentences_of(file, form.tag_column, form.scheme, None)
    return ScoredFiles(gold, predicted, (*notes, *_doubts(file, gold, predicted)))


def _doubts(file: ColumnFile, gold: Sequence[Sentence], predicted: Sequence[Sentence]) -> list[str]:
    """Return notes on gold tags and types of which no prediction can be right."""
    tags, guesses = ([sentence.tags for sentence in side] for side in (gold, predicted))
    notes = [f"{file.path}: {doubt}" for doubt in (file.doubt, without_entity(tags)) if doubt]
    wanted, given = _types(tags), _types(guesses)
    strange = ", ".join(sorted(given - wanted)[:5])
    alike = {_folded(kind) for kind in given - wanted} & {_folded(kind) for kind in wanted}
    if alike:
        notes.append(
            f"predicted types that the gold tags have in another spelling ({strange}) count as others: capital letters "
            "and composed characters (NFC, NFD) must be the same"
        )
    elif wanted and given and not wanted & given:
        notes.append(f"no predicted type ({strange}) is one of the gold tags, so F1 is 0: rename them alike")
    return notes


def _folded(kind: str) -> str:
    return unicodedata.normalize("NFKC", kind).casefold()


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


def _two_tag_columns(file: ColumnFile, tag_column: int, *, same_tags: bool) -> list[str]:
    """Return a note if GOLD has two columns of tags, as conlleval's file of gold and predicted tags has.

    Args:
        file: the gold file.
        tag_column: its column that is read, which the user did not name.
        same_tags: whether PRED has the same tags in its column, as a copy of the file has.

    Raises:
        UserError: there are two such columns, and PRED has the same tags: predictions would be scored against
            themselves.
    """
    at = tag_column % file.width
    if at < 2:
        return []
    try:
        kinds = [_types(read_tags(file, column, "raw", None)) for column in (at - 1, at)]
    except UserError:
        return []  # the column beside it holds no tags
    if kinds[0] and kinds[1] and not kinds[0] & kinds[1]:
        return []  # other tags, such as those of chunks
    both = f"columns {at - 1} and {at} both hold tags, as conlleval reads gold and predicted ones"
    if same_tags:
        raise UserError(
            f"{file.path}: its {both}, and PRED has the tags of column {at}: leave PRED out, or name the columns "
            "(--tag-column, --pred-tag-column)"
        )
    return [f"{file.path}: its {both}; column {at} is taken for gold: --tag-column names another"]


def _same_file(gold: Path, pred: Path) -> bool:
    try:
        return gold.samefile(pred)
    except (OSError, ValueError):  # `pred` is missing; reading it will raise the error
        return False


def _types(tags: Sequence[Words]) -> set[str]:
    return {tag[2:] for own in tags for tag in own if tag != "O"}


def _check_same_tokens(gold: ColumnFile, pred: ColumnFile) -> None:
    """Refuse files that do not hold the same tokens in the same sentences."""
    for number, (ours, theirs) in enumerate(zip(gold.words, pred.words, strict=False)):
        if ours == theirs:
            continue
        for at, (word, predicted) in enumerate(zip(ours, theirs, strict=False)):
            if word != predicted:
                raise UserError(
                    f"{pred.path}:{pred.blocks[number].rows[at].number}: sentence {number + 1}, word {at + 1} is "
                    f"'{predicted}' but '{word}' in {gold.path}{_lookalike(word, predicted)}: both files must "
                    "hold the same tokens"
                )
        raise UserError(
            f"{pred.path}:{pred.blocks[number].rows[0].number}: sentence {number + 1} has {len(theirs)} words but "
            f"{len(ours)} in {gold.path}: both files must hold the same tokens"
        )
    if len(gold.blocks) != len(pred.blocks):
        raise UserError(
            f"{pred.path}: {len(pred.blocks)} sentences but {len(gold.blocks)} in {gold.path}: they must be the same"
        )


def _lookalike(word: str, predicted: str) -> str:
    """Return how two words differ that look the same in print; empty if they look different."""
    if _visible(word) != _visible(predicted) and not _similar_signs(word, predicted):
        return ""
    signs = [" ".join(f"U+{ord(sign):04X}" for sign in text) for text in (predicted, word)]
    same = unicodedata.normalize("NFC", word) == unicodedata.normalize("NFC", predicted)
    why = "composed and decomposed (NFC, NFD): normalise both files alike" if same else "they look alike"
    return f" ({signs[0]} and {signs[1]}: {why})"


def _similar_signs(word: str, predicted: str) -> bool:
    """Whether two words differ only by letters of two scripts, or by punctuation such as dashes."""
    if len(word) != len(predicted):
        return False
    pairs = [(a, b) for a, b in zip(word, predicted, strict=True) if a != b]
    return all(
        _script(a) != _script(b) if a.isalpha() and b.isalpha() else _same_kind(a, b) for a, b in pairs
    )


def _same_kind(a: str, b: str) -> bool:
    return not (a.isalnum() or b.isalnum()) and unicodedata.category(a)[0] == unicodedata.category(b)[0]


def _script(letter: str) -> str:
    """Return the first word of a letter's name, which is that of its script ("LATIN", "CYRILLIC")."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _visible(word: str) -> str:
    """Return a word without the characters that print does not show."""
    plain = unicodedata.normalize("NFKC", word)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Mn", "Zs"))
