"""Column files: one token a line, its tag in one of the columns, a blank line between sentences."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from wcabench.contract import Sentence, Words
from wcabench.data.schemes import TAG, IllegalTagError, Scheme, detect, from_iob2, to_iob2
from wcabench.data.text_files import read_lines
from wcabench.errors import UserError

DOCSTART = "-DOCSTART-"
Line = tuple[int, list[str]]  # number in the file, from 1; its columns


def read_columns(
    path: str | Path,
    *,
    encoding: str | None = None,
    scheme: Scheme | None = None,
    token_column: int = 0,
    tag_column: int = -1,
    types: Collection[str] | None = None,
) -> list[Sentence]:
    """The sentences of a column file, with IOB2 tags.

    Columns are parted by tabs where a line has one, else by spaces. A line whose token is -DOCSTART- is
    dropped wherever it stands; the sentence that goes on after it is kept.

    Args:
        path: the file.
        encoding: see `read_lines`.
        scheme: "iob1", "iob2" or "iobes"; None finds it out (see `schemes.detect`); "raw" leaves the tags as
            they are, legal or not.
        token_column: where the tokens are; negative numbers count from the end.
        tag_column: where the tags are.
        types: the entity types that may occur; None allows any.

    Raises:
        UserError: the file cannot be read or holds no sentence, a line lacks a column, a tag is none of the
            scheme's or has an unknown type. File and line are named.
    """
    path = Path(path)
    blocks = list(_blocks(path, encoding, token_column))
    words = [_column(path, block, token_column, "token") for block in blocks]
    tags = [_column(path, block, tag_column, "tag", least=2) for block in blocks]
    _check_tags(path, blocks, tags, types)
    scheme = scheme or detect(tags)
    sentences = []
    for block, its_words, its_tags in zip(blocks, words, tags, strict=True):
        try:
            sentences.append(Sentence(its_words, to_iob2(its_tags, scheme)))
        except IllegalTagError as error:
            raise UserError(
                f"{path}:{block[error.position][0]}: {error}: {_scheme_remedy(scheme, blocks, tags)}"
            ) from None
    return sentences


def read_words(path: str | Path, *, encoding: str | None = None, token_column: int = 0) -> list[Words]:
    """The tokens of a column file; tags, if there are any, are not looked at.

    Raises:
        UserError: the file cannot be read or holds no sentence, or a line lacks the column.
    """
    path = Path(path)
    return [_column(path, block, token_column, "token") for block in _blocks(path, encoding, token_column)]


def write_columns(path: str | Path, sentences: Iterable[Sentence], scheme: Scheme = "iob2") -> None:
    """Write sentences as `token TAB tag` in UTF-8, with a blank line after each.

    Raises:
        UserError: the file cannot be written.
        ValueError: a token that a column file cannot hold (empty, or with a tab or line end in it).
    """
    parts = []
    for sentence in sentences:
        for word, tag in zip(sentence.words, from_iob2(sentence.tags, scheme), strict=True):
            if not word.strip(" ") or any(end in word for end in "\t\n\r"):
                raise ValueError(f"token {word!r} does not fit into a column file")
            parts.append(f"{word}\t{tag}\n")
        parts.append("\n")
    try:
        Path(path).write_text("".join(parts), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}") from error


def _blocks(path: Path, encoding: str | None, token_column: int) -> Iterator[list[Line]]:
    """The lines of each sentence."""
    block: list[Line] = []
    empty = True
    for number, line in enumerate(read_lines(path, encoding), start=1):
        cells = _cells(line)
        starts_document = DOCSTART in line and any(c.startswith(DOCSTART) for c in cells[token_column:][:1])
        if cells and not starts_document:
            block.append((number, cells))
        elif block:  # a document cannot start inside a sentence, so -DOCSTART- ends one that is open
            empty = False
            yield block
            block = []
    if block:
        yield block
    elif empty:
        raise UserError(f"{path}: no sentence in it; wanted one token and its tag a line")


def _cells(line: str) -> list[str]:
    """The columns of a line; none for a blank one. Spaces and tabs part columns, no other Unicode space."""
    if "\t" not in line:
        return [cell for cell in line.split(" ") if cell]
    cells = line.split("\t")
    if " " in line:
        cells = [cell.strip(" ") for cell in cells]
    return cells if any(cells) else []


def _column(path: Path, block: list[Line], column: int, what: str, least: int = 1) -> Words:
    """One column of a sentence, whose lines must have at least so many columns."""
    least = max(least, column + 1, -column)
    for number, cells in block:
        if len(cells) < least:
            raise UserError(
                f"{path}:{number}: no {what} column: the line has {len(cells)} column(s), not {least}; "
                "wanted a token and its tag on every line, and a blank line between sentences"
            )
    found = tuple(cells[column] for _, cells in block)
    if all(found):
        return found
    raise UserError(f"{path}:{block[found.index('')][0]}: empty {what}; give the line a {what} or remove it")


def _check_tags(
    path: Path, blocks: list[list[Line]], tags: list[Words], types: Collection[str] | None
) -> None:
    seen = {tag for its_tags in tags for tag in its_tags}
    malformed = {tag for tag in seen if not TAG.fullmatch(tag)}
    unknown = {tag for tag in seen - malformed if types is not None and tag != "O" and tag[2:] not in types}
    if not malformed | unknown:
        return
    number, tag = next(
        (line[0], tag)
        for block, its_tags in zip(blocks, tags, strict=True)
        for line, tag in zip(block, its_tags, strict=True)
        if tag in malformed | unknown
    )
    if tag in malformed:
        raise UserError(
            f"{path}:{number}: '{tag}' is no tag; wanted O, or B-, I-, E- or S- and a type (B-PER): "
            "check the tag column, and the tag of this line"
        )
    raise UserError(
        f"{path}:{number}: tag '{tag}' has a type that the suite does not know; known: "
        f"{', '.join(sorted(types or ()))}: correct the tag, or declare the type in the suite"
    )


def _scheme_remedy(scheme: Scheme, blocks: list[list[Line]], tags: list[Words]) -> str:
    if scheme != "iobes":
        return "correct the tag, or leave the scheme out so that it is found out"
    first = next(
        (
            f" ({tag} in line {line[0]})"
            for block, its_tags in zip(blocks, tags, strict=True)
            for line, tag in zip(block, its_tags, strict=True)
            if tag[0] in "SE"
        ),
        "",
    )
    return f"the file is IOBES by its S- and E- tags{first} and seems to mix schemes; convert it to one"
