"""Machine translations of the labelled source sentences: a column file that is line-parallel to them, or a TSV file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wcabench.contract import Sentence, Words
from wcabench.data.column_lines import ColumnForm
from wcabench.data.columns import read_words
from wcabench.data.parallel import LinkForm
from wcabench.data.rows import pick, rows_of
from wcabench.data.slot_items import TranslatedSentence
from wcabench.data.text_files import read_lines
from wcabench.data.tokenise import Tokenise, tokenise
from wcabench.errors import UserError


@dataclass(frozen=True, slots=True)
class Translation:
    """One translation as its file has it.

    Attributes:
        number: of the source sentence among the labelled ones, from 0.
        words: of the target language.
        links: word alignment in Pharaoh format as it was written; None if there is none.
        where: file and line, for errors; no part of the content.
    """

    number: int
    words: Words
    links: str | None = None
    where: str = field(default="", compare=False)


def read_translated_columns(
    path: Path, links_path: Path | None, form: ColumnForm
) -> tuple[list[Translation], dict[str, int]]:
    """The sentences of a column file, sentence i being the translation of labelled sentence i.

    Args:
        path: tokens of the target language; tags are not looked at.
        links_path: word alignments, one line a sentence.
        form: how the column file is laid out.

    Raises:
        UserError: as `read_words`; or another number of alignments than of sentences.
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
    """The translations of a TSV file: number of the source sentence, translation, word alignment if there is one.

    Args:
        path: the file; sentences that it does not name have no translation.
        number_column: where the number of the source sentence is, from 0, or from the end where it is negative.
        target_column: where the translation is.
        links_column: where its word alignment is, in Pharaoh format; None: there is none.
        first_number: number of the first source sentence, 0 or 1.
        how: see `tokenise`.
        encoding: see `read_lines`.

    Raises:
        UserError: the file cannot be read or holds no translation, a line has another number of columns than the
            others, a number is none or stands there twice. File and line are named.
    """
    columns = [c for c in (number_column, target_column, links_column) if c is not None]
    rows = rows_of(path, read_lines(path, encoding), tabs=True, least=max(columns) + 1)
    found: dict[int, Translation] = {}
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
        if number in found:
            raise UserError(
                f"{where}: source sentence {cells[0]} again, as in {found[number].where}; keep one of them"
            )
        words = tokenise(cells[1] or "", how)
        empty += not words
        found[number] = Translation(number, words, cells[2] if links_column is not None else None, where)
    kept = [one for one in found.values() if one.words]
    if not kept:
        raise UserError(
            f"{path}: no translation in it; wanted the number of a source sentence and its translation a line"
        )
    return kept, {"empty": empty} if empty else {}


def joined(
    translations: Sequence[Translation], labelled: Sequence[Sentence], links: LinkForm, *, every: bool
) -> list[TranslatedSentence]:
    """Each translation with its labelled source sentence.

    Args:
        translations: in the file's order.
        labelled: the sentences that were translated.
        links: how the word alignments are written.
        every: each labelled sentence must have a translation.

    Raises:
        UserError: a number beyond the labelled sentences, one that is missing, or a link that is none or beyond its
            sentences.
    """
    if every and len(translations) < len(labelled):
        raise UserError(
            f"{translations[-1].where}: the last of {len(translations)} translations, but there are {len(labelled)} "
            "labelled sentences; sentence i of one must be the translation of sentence i of the other"
        )
    made = []
    for one in translations:
        if one.number >= len(labelled):
            raise UserError(
                f"{one.where}: the translation of labelled sentence {one.number} (counted from 0), but there are "
                f"{len(labelled)}; the translated file must belong to the labelled one"
            )
        source = labelled[one.number]
        own = None if one.links is None else links.read(one.links, one.where, source.words, one.words)
        made.append(TranslatedSentence(source, one.words, own))
    return made


def _number(text: str, first: int, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= first):
        raise UserError(
            f"{where}: '{text[:40]}' is no number of a source sentence; they are counted from {first}"
        )
    return int(text) - first
