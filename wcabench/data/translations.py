"""Reads machine translations of the labelled source sentences: a parallel column file, or a TSV file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wcabench.contract import Sentence, Words
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import read_words
from wcabench.data.link_form import LinkForm
from wcabench.data.rows import pick, rows_of
from wcabench.data.slot_items import TranslatedSentence
from wcabench.data.text_files import read_lines
from wcabench.data.tokenise import Tokenise, tokenise
from wcabench.errors import UserError
from wcabench.words.link_files import doubted
from wcabench.words.pharaoh import parse_links


@dataclass(frozen=True, slots=True)
class Translation:
    """One translation as in its file.

    Attributes:
        number: number of the source sentence among the labelled ones, from 0.
        words: the words in the target language.
        links: word alignment in Pharaoh format, as in the file; None if there is none.
        where: file and line, for errors; ignored in comparisons.
    """

    number: int
    words: Words
    links: str | None = None
    where: str = field(default="", compare=False)


def read_translated_columns(
    path: Path, links_path: Path | None, form: ColumnForm
) -> tuple[list[Translation], dict[str, int]]:
    """Read a column file whose sentence i is the translation of labelled sentence i.

    Args:
        path: column file of the target language; tags are ignored.
        links_path: file of the word alignments, one line for each sentence.
        form: layout of the column file.

    Raises:
        UserError: as in `read_words`, or the number of alignments is not that of the sentences.
    """
    sentences = read_words(path, form)
    links = read_lines(links_path, form.encoding) if links_path else [None] * len(sentences)
    if len(links) != len(sentences):
        raise UserError(
            f"{links_path}: {len(links)} lines, but {path} has {len(sentences)} sentences; wanted as many"
        )
    where = links_path or path
    return [
        Translation(
            number, words, own, f"{where}:{number + 1}" if links_path else f"{where}: sentence {number + 1}"
        )
        for number, (words, own) in enumerate(zip(sentences, links, strict=True))
    ], {}


def read_translated_tsv(
    path: Path,
    *,
    number_column: int = 0,
    target_column: int = 1,
    links_column: int | None = None,
    first_number: int = 0,
    how: Tokenise = "spaces",
    encoding: str | None = None,
) -> tuple[list[Translation], dict[str, int]]:
    """Read a TSV file with number of the source sentence, translation and optionally word alignment.

    Args:
        path: the file; a source sentence whose number is missing has no translation.
        number_column: column of the number, from 0; negative numbers count from the end.
        target_column: column of the translation.
        links_column: column of its word alignment in Pharaoh format; None: there is none.
        first_number: number of the first source sentence, 0 or 1.
        how: how translations are tokenised; see `tokenise`.
        encoding: see `read_lines`.

    Raises:
        UserError: the file cannot be read or holds no translation, a line has another number of columns than the
            others, or a number is malformed or repeated. File and line are named.
    """
    columns = [c for c in (number_column, target_column, links_column) if c is not None]
    rows = rows_of(path, read_lines(path, encoding), tabs=True, least=max(columns) + 1)
    translations: dict[int, Translation] = {}
    empty = 0
    for row in rows:
        where = f"{path}:{row.number}"
        cells = [pick(row.cells, column) for column in columns]
        if None in cells or len({column % len(row.cells) for column in columns}) < len(columns):
            raise UserError(
                f"{where}: {len(row.cells)} column(s), where the columns {', '.join(map(str, columns))} are named "
                "(from 0); wanted number, translation and, if there is one, word alignment, each in its own"
            )
        number = _number(cells[0] or "", first_number, where)
        if number in translations:
            raise UserError(
                f"{where}: source sentence {cells[0]} again, as in {translations[number].where}; keep one of them"
            )
        words = tokenise(cells[1] or "", how)
        empty += not words
        translations[number] = Translation(
            number, words, cells[2] if links_column is not None else None, where
        )
    kept = [translation for translation in translations.values() if translation.words]
    if not kept:
        raise UserError(
            f"{path}: no translation in it; wanted the number of a source sentence and its translation a line"
        )
    return kept, {"empty": empty} if empty else {}


def joined(
    translations: Sequence[Translation], labelled: Sequence[Sentence], links: LinkForm, *, every: bool
) -> list[TranslatedSentence]:
    """Join each translation with its labelled source sentence.

    Args:
        translations: the translations in the file's order.
        labelled: the sentences that were translated.
        links: how the word alignments are written.
        every: whether each labelled sentence must have a translation.

    Raises:
        UserError: a number lies beyond the labelled sentences, a translation is missing, or a link is malformed or
            beyond its sentences.
    """
    if every and len(translations) < len(labelled):
        raise UserError(
            f"{translations[-1].where}: the last of {len(translations)} translations, but there are {len(labelled)} "
            "labelled sentences; sentence i of one must be the translation of sentence i of the other"
        )
    sentences = []
    for translation in translations:
        if translation.number >= len(labelled):
            raise UserError(
                f"{translation.where}: the translation of labelled sentence {translation.number} (counted from 0), but "
                f"there are {len(labelled)}; the translated file must belong to the labelled one"
            )
        source, words = labelled[translation.number], translation.words
        own = None
        if translation.links is not None:
            own = links.read(translation.links, translation.where, source.words, words)
        sentences.append(TranslatedSentence(source, words, own))
    return sentences


def doubt_of(
    translations: Sequence[Translation], links: LinkForm, first_number: int | None, *, every: bool
) -> str:
    """Return one line if numbers of sentences or words seem to count from 1 and are read from 0; else empty.

    Args:
        translations: the translations as read.
        links: how the word alignments are written.
        first_number: number of the first labelled sentence, as declared.
        every: whether the file has no numbers of sentences, because it translates each.

    Raises:
        UserError: a link is malformed.
    """
    if not every and first_number is None and all(one.number for one in translations):
        return (
            "labelled sentences are counted from 0, but none has the number 0: if they are counted from 1, say so "
            "(first_number = 1); if the first has no translation, first_number = 0"
        )
    if links.first_word is not None:
        return ""
    return doubted(parse_links(one.links, where=one.where) for one in translations if one.links is not None)


def _number(text: str, first: int, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= first):
        raise UserError(
            f"{where}: '{text[:40]}' is no number of a source sentence; they are counted from {first}"
        )
    return int(text) - first
