"""Column files: one token a line, its tag in one of the columns, a blank line between sentences."""

from collections.abc import Collection, Iterable
from pathlib import Path

from wcabench.contract import Sentence, Words
from wcabench.data.column_file import ColumnFile, read_column_file
from wcabench.data.column_lines import ColumnForm
from wcabench.data.schemes import Scheme, from_iob2
from wcabench.data.tag_columns import read_tags
from wcabench.output_files import write_text


def read_columns(
    path: str | Path,
    form: ColumnForm | None = None,
    *,
    scheme: Scheme | None = None,
    tag_column: int = -1,
    types: Collection[str] | None = None,
) -> list[Sentence]:
    """Read the sentences of a column file, with IOB2 tags and document numbers.

    Columns are separated by tabs if the first row has one, else by spaces, and all rows have equally many. A line whose
    token is -DOCSTART- is dropped, also where it is the first line of a sentence.

    Args:
        path: the file; a gzipped one is unpacked.
        form: the file's layout; None: the default layout.
        scheme: "iob1", "iob2", "iobes" or "bilou"; None detects it (see `schemes.detect`); "raw" keeps the tags as
            they are, legal or not.
        tag_column: number of the column of the tags; negative numbers count from the end.
        types: the entity types that may occur; None allows any.

    Raises:
        UserError: the file cannot be read or holds no sentence, a line has another number of columns than the others, a
            tag is not in the scheme or has an unknown type, or the token column holds word ids. File and line are
            named.
    """
    return sentences_of(read_column_file(path, form, tag_column), tag_column, scheme, types)


def sentences_of(
    file: ColumnFile, tag_column: int, scheme: Scheme | None, types: Collection[str] | None
) -> list[Sentence]:
    """Return the sentences of a column file that was cut; see `read_columns`."""
    tags = read_tags(file, tag_column, scheme, types)
    return [
        Sentence(words, own_tags, block.document)
        for words, own_tags, block in zip(file.words, tags, file.blocks, strict=True)
    ]


def read_written(path: str | Path) -> list[Sentence]:
    """Read a file that `write_columns` wrote; tags are kept as they are.

    Raises:
        UserError: the file cannot be read, or was not written by `write_columns`.
    """
    form = ColumnForm(token_column=0, comments="none", encoding="utf-8")
    return read_columns(path, form, scheme="raw", tag_column=1)


def read_words(path: str | Path, form: ColumnForm | None = None) -> list[Words]:
    """Read the tokens of a column file; tags are ignored.

    Raises:
        UserError: as in `read_columns`, except for errors of tags.
    """
    return read_column_file(path, form, None).words


def write_columns(path: str | Path, sentences: Iterable[Sentence], scheme: Scheme = "iob2") -> None:
    """Write sentences as `token TAB tag` in UTF-8, with a blank line after each.

    Raises:
        UserError: the file cannot be written.
        ValueError: a column file cannot hold one of the tokens; no reader returns such a token.
    """
    parts = []
    for sentence in sentences:
        for word, tag in zip(sentence.words, from_iob2(sentence.tags, scheme), strict=True):
            if not is_token(word):
                raise ValueError(f"token {word!r} does not fit into a column file")
            parts.append(f"{word}\t{tag}\n")
        parts.append("\n")
    if parts and parts[0].startswith("\ufeff"):
        parts.insert(0, "\ufeff")  # the first one of a file is taken for a byte order mark
    write_text(Path(path), "".join(parts))


def is_token(word: str) -> bool:
    """Whether a column file can hold this as a token."""
    return bool(word) and word == word.strip(" ") and not any(sign in word for sign in "\t\n\r\0")
