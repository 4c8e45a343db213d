"""Tag schemes: IOB1, IOB2 and IOBES/BIOES, told apart and turned into IOB2, which everything inside uses.

IOB1 is read in its widest sense: B-X always starts an entity, I-X goes on through one of its type and starts
one where there is none. That reads CoNLL-2003 (B-X only between adjacent entities) and files that are IOB2
but for some stray I-X (PioNER) alike.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Scheme = Literal["iob1", "iob2", "iobes", "raw"]
TAG = re.compile(r"O|[BIES]-\S+")


class IllegalTagError(ValueError):
    """A tag that its scheme does not allow at this place.

    Attributes:
        position: index of the tag in its sentence.
    """

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def detect(sentences: Iterable[Sequence[str]]) -> Literal["iob1", "iob2", "iobes"]:
    """The scheme of a file.

    Any S-X or E-X makes it IOBES; else any I-X that continues no entity of type X makes it IOB1; else IOB2.

    Args:
        sentences: the tags of every sentence of the file.
    """
    found: Literal["iob1", "iob2"] = "iob2"
    for tags in sentences:
        before = ""
        for tag in tags:
            if tag[0] in "SE":
                return "iobes"
            if tag[0] == "I" and before[2:] != tag[2:]:
                found = "iob1"
            before = tag
    return found


def to_iob2(tags: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    """The tags of a sentence as IOB2; "raw" leaves them as they are.

    Raises:
        IllegalTagError: an I-X that continues no X in declared IOB2, or illegal neighbours in IOBES.
    """
    if scheme == "raw":
        return tuple(tags)
    if scheme == "iobes":
        return _from_iobes(tags)
    made: list[str] = []
    before = "O"
    for position, tag in enumerate(tags):
        if tag[0] in "SE":
            raise IllegalTagError(position, f"{tag} is a tag of IOBES, not of {scheme.upper()}")
        stray = tag[0] == "I" and before[2:] != tag[2:]
        if stray and scheme == "iob2":
            raise IllegalTagError(
                position, f"{tag} continues no entity of its type, which IOB2 does not allow"
            )
        made.append(f"B-{tag[2:]}" if stray else tag)
        before = tag
    return tuple(made)


def from_iob2(tags: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    """Legal IOB2 tags of a sentence in another scheme."""
    if scheme in ("iob2", "raw"):
        return tuple(tags)
    made = []
    for position, tag in enumerate(tags):
        inside, kind = tag[0] == "I", tag[2:]
        goes_on = position + 1 < len(tags) and tags[position + 1] == f"I-{kind}"
        if tag == "O":
            made.append(tag)
        elif scheme == "iobes":
            made.append(f"{('I' if goes_on else 'E') if inside else ('B' if goes_on else 'S')}-{kind}")
        else:
            touches = position > 0 and tags[position - 1][2:] == kind
            made.append(tag if inside or touches else f"I-{kind}")
    return tuple(made)


def _from_iobes(tags: Sequence[str]) -> tuple[str, ...]:
    """S-X is a whole entity; a longer one is B-X, any I-X, E-X."""
    made: list[str] = []
    within = ""  # type of the entity that is open
    for position, tag in enumerate(tags):
        prefix, kind = tag[0], tag[2:]
        if prefix in "IE" and within != kind:
            raise IllegalTagError(position, f"{tag} continues no entity of its type")
        if prefix in "OBS" and within:
            raise IllegalTagError(
                position, f"{tag} follows an entity of type {within} that has no E-{within}"
            )
        within = kind if prefix in "BI" else ""
        made.append({"S": "B-", "B": "B-", "I": "I-", "E": "I-", "O": "O"}[prefix] + kind)
    if within:
        raise IllegalTagError(
            len(tags) - 1, f"the sentence ends in an entity of type {within} that has no E-{within}"
        )
    return tuple(made)
