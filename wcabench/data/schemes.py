"""Tag schemes: IOB1, IOB2, IOBES and BILOU, told apart and turned into IOB2, which everything inside uses.

IOB1 is read in its widest sense: B-X always starts an entity, I-X goes on through one of its type and starts
one where there is none. That reads CoNLL-2003 (B-X only between adjacent entities) and files that are IOB2
but for some stray I-X (PioNER) alike.

IOBES (also BIOES, BMES, BMEWO) and BILOU mark the last word of an entity, and entities of one word, by letters of
their own: E or L, and S, W or U; M is a word inside.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Scheme = Literal["iob1", "iob2", "iobes", "bilou", "raw"]
Declared = Literal["iob1", "iob2", "iobes", "bilou"]
TAG = re.compile(r"O|[BIESLUMW]-\S+")
_AS_IOBES = {"L": "E", "U": "S", "W": "S", "M": "I"}
_OF_IOBES = frozenset("ESMW")
_OF_BILOU = frozenset("LU")


class IllegalTagError(ValueError):
    """A tag that its scheme does not allow at this place.

    Attributes:
        position: index of the tag in its sentence.
    """

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def detect(sentences: Iterable[Sequence[str]]) -> Declared:
    """The scheme of a file of gold tags.

    A letter of IOBES or BILOU alone decides for it; else any I-X that continues no entity of type X makes it IOB1;
    else it is IOB2.

    Args:
        sentences: well-formed tags of every sentence of the file.
    """
    found: Declared = "iob2"
    for tags in sentences:
        before = ""
        for tag in tags:
            if tag[0] in _OF_IOBES:
                return "iobes"
            if tag[0] in _OF_BILOU:
                return "bilou"
            if _starts_without_b(tag, before):
                found = "iob1"
            before = tag
    return found


def detect_prediction(sentences: Sequence[Sequence[str]]) -> Scheme:
    """The scheme of a file of predicted tags, whose mistakes must stay mistakes.

    As `detect`, but a stray I-X may be a tagger's mistake in IOB2, which the strict score counts as one. It is a habit
    of IOB1 only where no entity of the file begins with a B-X that IOB1 would not write; otherwise the tags are left
    as they are ("raw").
    """
    scheme = detect(sentences)
    if scheme in ("iob2", "iob1"):
        any_b = any(
            tag[0] == "B" and before[2:] != tag[2:]
            for tags in sentences
            for before, tag in zip(("O", *tags), tags, strict=False)
        )
        return "raw" if any_b or scheme == "iob2" else "iob1"
    return scheme


def to_iob2(tags: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    """The tags of a sentence as IOB2; "raw" leaves them as they are.

    Raises:
        IllegalTagError: an I-X that continues no X in declared IOB2, illegal neighbours in IOBES or BILOU, or a letter
            that the scheme does not have.
    """
    if scheme == "raw":
        return tuple(tags)
    if scheme in ("iobes", "bilou"):
        return _from_iobes(tags)
    made: list[str] = []
    before = "O"
    for position, tag in enumerate(tags):
        if tag[0] not in "BIO":
            name = "BILOU" if tag[0] in _OF_BILOU else "IOBES"
            raise IllegalTagError(position, f"{tag} is a tag of {name}, not of {scheme.upper()}")
        stray = _starts_without_b(tag, before)
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
    last, whole = ("L", "U") if scheme == "bilou" else ("E", "S")
    made = []
    for position, tag in enumerate(tags):
        inside, kind = tag[0] == "I", tag[2:]
        goes_on = position + 1 < len(tags) and tags[position + 1] == f"I-{kind}"
        if tag == "O":
            made.append(tag)
        elif scheme == "iob1":
            touches = position > 0 and tags[position - 1][2:] == kind
            made.append(tag if inside or touches else f"I-{kind}")
        else:
            made.append(f"{('I' if goes_on else last) if inside else ('B' if goes_on else whole)}-{kind}")
    return tuple(made)


def _starts_without_b(tag: str, before: str) -> bool:
    return tag[0] == "I" and before[2:] != tag[2:]


def _from_iobes(tags: Sequence[str]) -> tuple[str, ...]:
    """S-X is a whole entity; a longer one is B-X, any I-X, E-X. The letters of BILOU and BMEWO are read as these."""
    made: list[str] = []
    within = ""  # type of the entity that is open
    for position, tag in enumerate(tags):
        prefix, kind = _AS_IOBES.get(tag[0], tag[0]), tag[2:]
        if prefix in "IE" and within != kind:
            raise IllegalTagError(position, f"{tag} continues no entity of its type")
        if prefix in "OBS" and within:
            raise IllegalTagError(
                position, f"{tag} follows an entity of type {within} that has no last word (E or L)"
            )
        within = kind if prefix in "BI" else ""
        made.append({"S": "B-", "B": "B-", "I": "I-", "E": "I-", "O": "O"}[prefix] + kind)
    if within:
        raise IllegalTagError(
            len(tags) - 1, f"the sentence ends in an entity of type {within} that has no last word (E or L)"
        )
    return tuple(made)
