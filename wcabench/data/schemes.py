"""Tag schemes: detects IOB1, IOB2, IOBES and BILOU, and converts them to IOB2, which all other code uses.

IOB1 is read in its widest sense: B-X always starts an entity; I-X continues an entity of its type, or starts one where
there is none. This reads CoNLL-2003 (B-X only between adjacent entities) as well as files that are IOB2 except for
some stray I-X (PioNER).

IOBES (also BIOES, BMES, BMEWO) and BILOU have extra letters: E or L for the last word of an entity, S, W or U for an
entity of one word, and M for a word inside.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Scheme = Literal["iob1", "iob2", "iobes", "bilou", "raw"]
Declared = Literal["iob1", "iob2", "iobes", "bilou"]
# "B-PER|B-ORG" is two tags of nested entities, and "B-PER|SpaceAfter=No" a column of CoNLL-U with a tag among others.
_SEVERAL = r"(?!\S*\|(?:O(?:\||$)|[BIESLUMW]-|\w+=))"
TAG = re.compile(rf"O|[BIESLUMW]-{_SEVERAL}\S+")
_AS_IOBES = {"L": "E", "U": "S", "W": "S", "M": "I"}
_OF_IOBES = frozenset("ESMW")
_OF_BILOU = frozenset("LU")


class IllegalTagError(ValueError):
    """A tag that its scheme does not allow at its position.

    Attributes:
        position: index of the tag in its sentence.
    """

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position


def detect(sentences: Iterable[Sequence[str]]) -> Declared:
    """Detect the scheme of a file of gold tags.

    A letter that only IOBES or only BILOU has decides. Otherwise the scheme is IOB1 if some I-X does not continue an
    entity of type X, and IOB2 if not.

    Args:
        sentences: well-formed tags of every sentence of the file.
    """
    scheme: Declared = "iob2"
    for tags in sentences:
        before = ""
        for tag in tags:
            if tag[0] in _OF_IOBES:
                return "iobes"
            if tag[0] in _OF_BILOU:
                return "bilou"
            if _starts_without_b(tag, before):
                scheme = "iob1"
            before = tag
    return scheme


def detect_prediction(sentences: Sequence[Sequence[str]]) -> Scheme:
    """Detect the scheme of a file of predicted tags, so that the tagger's mistakes stay mistakes.

    It differs from `detect` in that a stray I-X may be a tagger's mistake in IOB2, which the strict score must count.
    The file is taken for IOB1 only if no entity begins with a B-X that IOB1 would not use. Otherwise the tags are kept
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
    """Convert the tags of a sentence to IOB2; "raw" keeps them as they are.

    Raises:
        IllegalTagError: in IOB2 an I-X does not continue an X, neighbouring tags are illegal in IOBES or BILOU, or the
            scheme does not have the tag's letter.
    """
    if scheme == "raw":
        return tuple(tags)
    if scheme in ("iobes", "bilou"):
        return _from_iobes(tags)
    converted: list[str] = []
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
        converted.append(f"B-{tag[2:]}" if stray else tag)
        before = tag
    return tuple(converted)


def from_iob2(tags: Sequence[str], scheme: Scheme) -> tuple[str, ...]:
    """Convert legal IOB2 tags of a sentence to another scheme."""
    if scheme in ("iob2", "raw"):
        return tuple(tags)
    last, whole = ("L", "U") if scheme == "bilou" else ("E", "S")
    converted = []
    for position, tag in enumerate(tags):
        inside, kind = tag[0] == "I", tag[2:]
        goes_on = position + 1 < len(tags) and tags[position + 1] == f"I-{kind}"
        if tag == "O":
            converted.append(tag)
        elif scheme == "iob1":
            touches = position > 0 and tags[position - 1][2:] == kind
            converted.append(tag if inside or touches else f"I-{kind}")
        else:
            converted.append(
                f"{('I' if goes_on else last) if inside else ('B' if goes_on else whole)}-{kind}"
            )
    return tuple(converted)


def _starts_without_b(tag: str, before: str) -> bool:
    return tag[0] == "I" and before[2:] != tag[2:]


def _from_iobes(tags: Sequence[str]) -> tuple[str, ...]:
    """Convert IOBES, BMEWO or BILOU: S-X is a whole entity; a longer one is B-X, any number of I-X, and E-X."""
    converted: list[str] = []
    within = ""  # type of the entity that has not ended yet
    for position, tag in enumerate(tags):
        prefix, kind = _AS_IOBES.get(tag[0], tag[0]), tag[2:]
        if prefix in "IE" and within != kind:
            raise IllegalTagError(position, f"{tag} continues no entity of its type")
        if prefix in "OBS" and within:
            raise IllegalTagError(
                position, f"{tag} follows an entity of type {within} that has no last word (E or L)"
            )
        within = kind if prefix in "BI" else ""
        converted.append({"S": "B-", "B": "B-", "I": "I-", "E": "I-", "O": "O"}[prefix] + kind)
    if within:
        raise IllegalTagError(
            len(tags) - 1, f"the sentence ends in an entity of type {within} that has no last word (E or L)"
        )
    return tuple(converted)
