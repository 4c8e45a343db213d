"""Reads the tags of a column file: checks form and types, and converts them to IOB2."""

from collections.abc import Collection, Iterable, Sequence

from wcabench.contract import Words
from wcabench.data.column_file import ColumnFile
from wcabench.data.rows import pick
from wcabench.data.schemes import TAG, IllegalTagError, Scheme, detect, to_iob2
from wcabench.errors import UserError


def read_tags(
    file: ColumnFile, column: int, scheme: Scheme | None, types: Collection[str] | None
) -> list[Words]:
    """Return the tags of every sentence, in IOB2.

    Args:
        file: the file, cut into sentences.
        column: number of the column of the tags.
        scheme: the tags' scheme; None detects it, "raw" keeps the tags as they are.
        types: the entity types that may occur; None allows any.

    Raises:
        UserError: there is no such column, or a tag is malformed, of an unknown type, or illegal in its scheme; the
            line is named.
    """
    tags = _tags(file, column)
    _check(file, column, tags, types)
    scheme = scheme or detect(tags)
    converted = []
    for number, own in enumerate(tags):
        try:
            converted.append(to_iob2(own, scheme))
        except IllegalTagError as error:
            line = file.blocks[number].rows[error.position].number
            remedy = _scheme_remedy(file, tags, scheme)
            raise UserError(f"{file.path}:{line}: {error}: {remedy}") from None
    return converted


def without_entity(tags: Iterable[Words]) -> str:
    """Return a doubt if no tag is of an entity, for then every F1 is 0; else an empty string."""
    if any(tag != "O" for own in tags for tag in own):
        return ""
    return "every tag is O, so every F1 is 0: if the tags stand in another column, name it"


def _tags(file: ColumnFile, column: int) -> list[Words]:
    first = file.blocks[0].rows[0]
    if file.width == 1 or pick(first.cells, column) == pick(first.cells, file.token_column):
        raise UserError(
            f"{file.path}:{first.number}: no tag column: the lines have {file.width} column(s); wanted a token and "
            "its tag on every line, and a blank line between sentences"
        )
    return file.column(column, "tag")


def _check(file: ColumnFile, column: int, tags: Sequence[Words], types: Collection[str] | None) -> None:
    seen = {tag for own in tags for tag in own}
    malformed = {tag for tag in seen if not TAG.fullmatch(tag)}
    unknown = {tag for tag in seen - malformed if types is not None and tag != "O" and tag[2:] not in types}
    if not malformed | unknown:
        return
    line, tag = _first(file, tags, malformed | unknown)
    if tag in malformed:
        raise UserError(
            f"{file.path}:{line}: '{tag}' is no tag; wanted O, or a letter (B, I; in other schemes E, S, L, U), a "
            f"hyphen and a type, such as B-PER: {_malformed_remedy(file, column, tag)}"
        )
    raise UserError(
        f"{file.path}:{line}: tag '{tag}' has a type that the suite does not know; known: "
        f"{', '.join(sorted(types or ()))}: correct the tag, or declare the type in the suite"
    )


def _first(file: ColumnFile, tags: Sequence[Words], wanted: Collection[str]) -> tuple[int, str]:
    """Return line and text of the first of the wanted tags."""
    return next(
        (row.number, tag)
        for block, own in zip(file.blocks, tags, strict=True)
        for row, tag in zip(block.rows, own, strict=True)
        if tag in wanted
    )


def _malformed_remedy(file: ColumnFile, column: int, tag: str) -> str:
    if tag in tuple("BIESLUMW"):
        return f"its entity type is missing ({tag}-PER)"
    if "|" in tag:
        return "one tag is wanted: of nested entities, or of several values, write one to a column of its own"
    if tag == "o" or TAG.fullmatch(tag[:1].upper() + tag[1:]):
        return "the letter is a capital one"
    others = [
        number
        for number in range(file.width)
        if number != column % file.width
        and all(TAG.fullmatch(row.cells[number]) for block in file.blocks for row in block.rows)
    ]
    if others:
        return f"column {others[0]} holds tags (counted from 0): name it as the tag column"
    return "check the tag column, and the tag of this line"


def _scheme_remedy(file: ColumnFile, tags: Sequence[Words], scheme: Scheme) -> str:
    if scheme not in ("iobes", "bilou"):
        return "correct the tag, or leave the scheme out so that it is found out"
    letters = {tag for own in tags for tag in own if tag[0] in "ESLUMW"}
    first = ""
    if letters:
        line, tag = _first(file, tags, letters)
        first = f" ({tag} in line {line})"
    return f"the file is {scheme.upper()} by such tags{first} and seems to mix schemes; convert it to one"
