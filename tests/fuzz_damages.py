"""Damages to valid files for the fuzzer of the readers: bytes, lines, cells, signs, line ends and encodings."""

import gzip
import random
import unicodedata

HOOKS = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b"\t",
    b" ",
    b"#",
    b"# ",
    b"#\t",
    b"# newdoc\n",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"\xc2\xa0",
    b"-DOCSTART-",
    b"-DOCSTART- O\n\n",
    b"9" * 5000,
    b"1e999",
    b"nan",
    b"-1",
    b"0",
    b"0-0",
    b"1-2",
    b"1?1",
    b"1 1 1 S\n",
    b"B-",
    b"I-PER",
    b"S-PER",
    b"B-x y",
    b"|||",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"~nobody/x",
    b"[" * 2000,
    b"a." * 3000,
    b'"',
    b"'''",
    b"=",
    b"\\",
    b"\x1b[31m",
    b"\xe2\x80\xae",
    b"3\n",
    b"\n\n",
    b" \n",
    b"\t\n",
]


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Return a file's content with one to four damages."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        raw = chance.choice(DAMAGES)(raw, chance)
    return raw


def _at(raw: bytes, chance: random.Random) -> int:
    return chance.randrange(len(raw) + 1)


def _flip(raw: bytes, chance: random.Random) -> bytes:
    at = _at(raw, chance)
    return raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]


def _insert(raw: bytes, chance: random.Random) -> bytes:
    at = _at(raw, chance)
    return raw[:at] + chance.choice(HOOKS) + raw[at:]


def _at_line(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = chance.choice(
        (chance.choice(HOOKS) + lines[at], lines[at] + chance.choice(HOOKS), chance.choice(HOOKS))
    )
    return b"\n".join(lines)


def _cut(raw: bytes, chance: random.Random) -> bytes:
    start, end = sorted((_at(raw, chance), _at(raw, chance)))
    return raw[:start] + raw[end:] if chance.random() < 0.5 else raw[:start]


def _repeat(raw: bytes, chance: random.Random) -> bytes:
    start, end = sorted((_at(raw, chance), _at(raw, chance)))
    return raw[:end] + raw[start:end] * chance.choice((1, 1, 2, 20)) + raw[end:]


def _lines(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    first = chance.randrange(len(lines))
    second = chance.randrange(len(lines))
    how = chance.randrange(4)
    if how == 0:
        del lines[first]
    elif how == 1:
        lines.insert(second, lines[first])
    elif how == 2:
        lines[first], lines[second] = lines[second], lines[first]
    else:
        lines.insert(first, b"")
    return b"\n".join(lines)


def _cells(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    cells = lines[at].split(b"\t")
    if chance.random() < 0.5:
        del cells[chance.randrange(len(cells))]
    else:
        cells.insert(chance.randrange(len(cells) + 1), chance.choice((b"", b"x", b"O", b"0.93")))
    lines[at] = b"\t".join(cells)
    return b"\n".join(lines)


def _everywhere(raw: bytes, chance: random.Random) -> bytes:
    old, new = chance.choice(
        (
            (b"\n", b"\r\n"),
            (b"\n", b"\r"),
            (b"\n", b"\r\r\n"),
            (b"\n", b"\t\n"),
            (b"\n", b" \n"),
            (b"\t", b" "),
            (b" ", b"\t"),
            (b"\t", b"\t\t"),
            (b"\n\n", b"\n"),
            (b"\n", b"\n\n"),
            (b"B-", b"I-"),
            (b"I-", b"L-"),
            (b"0", b"1"),
        )
    )
    return raw.replace(old, new)


def _encoded(raw: bytes, chance: random.Random) -> bytes:
    text = raw.decode("utf-8", "replace")
    how = chance.randrange(6)
    if how == 0:
        return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-7")))
    if how == 1:
        return text.encode("latin-1", "replace")
    if how == 2:
        return unicodedata.normalize("NFD", text).encode("utf-8", "replace")
    if how == 3:
        return gzip.compress(raw, 1)
    if how == 4:
        packed = gzip.compress(raw, 1)
        return packed[: chance.randrange(len(packed))]
    return b"\xef\xbb\xbf" + raw


DAMAGES = (
    _flip,
    _flip,
    _insert,
    _insert,
    _at_line,
    _at_line,
    _cut,
    _repeat,
    _lines,
    _lines,
    _cells,
    _cells,
    _everywhere,
    _encoded,
)
