r"""Reads text files as lines; errors name file and line.

A line ends in `\n` or `\r\n`. No other character ends one (U+2028 and the like may occur in a word). A carriage return
or a NUL anywhere else is refused: no word can contain them, so every word that is read can be written.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from wcabench.data.files import open_binary, read_bytes
from wcabench.errors import UserError

# The original CoNLL-2002 and -2003 files of these languages are latin-1.
LATIN_1_ORIGINALS = ("deu.", "esp.", "ned.")
LONGEST_LINE = 64 * 2**20  # bytes
_BYTE_ORDER_MARK = "\ufeff"
_LFS_POINTER = b"version https://git-lfs.github.com/"
_DECLARE = 'declare its encoding (encoding = "utf-16" or "latin-1" in a suite, --encoding of a command)'
# The marks of UTF-32 come first, because one of them begins like one of UTF-16.
_FOREIGN_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class _NotUtf8Error(UserError):
    """A byte that is not UTF-8."""


def read_lines(path: Path, encoding: str | None = None) -> list[str]:
    """Read the lines of a text file, without line ends; nothing follows the last line end.

    Args:
        path: the file; a gzipped one is unpacked.
        encoding: its encoding. None is UTF-8, with or without a byte order mark; or latin-1 for a file that is not
            UTF-8 and has the name of an original CoNLL file (deu.*, esp.*, ned.*).

    Raises:
        UserError: the file cannot be read, its bytes are not in that encoding, or a line contains a carriage return or
            a NUL; the line is named.
    """
    try:
        return list(iter_lines(path, encoding))
    except _NotUtf8Error:
        if encoding is None and path.name.startswith(LATIN_1_ORIGINALS):
            return list(iter_lines(path, "latin-1"))
        raise


def iter_lines(path: Path, encoding: str | None = None) -> Iterator[str]:
    """Yield the lines of a text file one at a time, for files larger than the memory; see `read_lines`.

    `encoding` None is always UTF-8. A file in another encoding is read whole, because its line ends are other bytes.

    Raises:
        UserError: as `read_lines`.
    """
    lines = _utf8_lines(path) if _is_utf8(path, encoding) else _decoded_lines(path, str(encoding))
    return _checked(str(path), lines)


def read_text(path: Path, largest: int) -> str:
    """Read the text of a small UTF-8 file (settings, reports), without a byte order mark; line ends are kept.

    Raises:
        UserError: the file cannot be read, holds more than `largest` bytes, or is not UTF-8.
    """
    raw = read_bytes(path, largest)
    _refuse_foreign_mark(path, raw, "save it as UTF-8")
    try:
        return raw.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path}:{line}: byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def refuse_lone_returns(where: str, text: str) -> None:
    """Refuse a text with a carriage return that is in no line end.

    Raises:
        UserError: as `read_lines`; `where` names the file.
    """
    for _ in _checked(where, _with_ends(text)):
        pass


def check_encoding(encoding: str, where: str) -> None:
    """Refuse an unknown encoding.

    Raises:
        UserError: Python has no such encoding, or it does not decode text ("hex", "undefined").
    """
    try:
        b"".decode(encoding)
        "a".encode(encoding).decode(encoding)
    except (LookupError, ValueError):
        raise UserError(f"{where}: unknown encoding '{encoding}'; give utf-8, latin-1 or utf-16") from None


def _is_utf8(path: Path, encoding: str | None) -> bool:
    if encoding is None:
        return True
    check_encoding(encoding, str(path))
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def _utf8_lines(path: Path) -> Iterator[str]:
    """Yield lines with their ends."""
    with open_binary(path) as stream:
        for number, raw in enumerate(iter(partial(stream.readline, LONGEST_LINE), b""), start=1):
            if number == 1:
                _refuse_foreign_mark(path, raw, f"save it as UTF-8, or {_DECLARE}")
                if raw.startswith(_LFS_POINTER):
                    raise UserError(
                        f"{path}: a pointer of Git LFS, not the file itself; fetch it by `git lfs pull`"
                    )
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if len(raw) == LONGEST_LINE:
                raise UserError(f"{path}:{number}: a line of more than {LONGEST_LINE:,} bytes; cut it")
            try:
                yield raw.decode("utf-8")
            except UnicodeDecodeError as error:
                if b"\0" in raw:
                    raise _binary(str(path), number) from None
                raise _NotUtf8Error(
                    f"{path}:{number}: byte 0x{raw[error.start]:02x} is not utf-8; save the file as UTF-8, or "
                    f"{_DECLARE}"
                ) from None


def _decoded_lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield lines with their ends, of a file in another encoding than UTF-8."""
    raw = read_bytes(path)
    _refuse_utf8(path, raw, encoding)
    try:
        text = raw.decode(encoding).removeprefix(_BYTE_ORDER_MARK)
        text.encode("utf-8")  # some encodings can hold lone surrogates, which UTF-8 cannot
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise UserError(f"{path}:{line}: half a surrogate pair; convert the file to UTF-8") from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise UserError(f"{path}:{line}: not {encoding} ({error.reason}); declare its own encoding") from None
    except ValueError as error:
        raise UserError(f"{path}: not {encoding} ({error}); declare its own encoding") from None
    yield from _with_ends(text)


def _with_ends(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return re.findall("[^\n]*\n|[^\n]+", text)


def _checked(where: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield lines without their ends."""
    for number, line in enumerate(lines, start=1):
        text = line.removesuffix("\n").removesuffix("\r") if line.endswith("\n") else line
        if "\r" in text or "\0" in text:
            raise _wrong_sign(where, number, line)
        yield text


def _refuse_utf8(path: Path, raw: bytes, encoding: str) -> None:
    """Refuse a UTF-8 file that is declared to be in an encoding in which any bytes are valid.

    These are the single-byte encodings, and UTF-16 and UTF-32, in which each line end has a zero byte.
    """
    try:
        wide = b"\0" in "\n".encode(encoding)
        in_utf8 = (b"\0" not in raw if wide else not raw.isascii()) and bool(raw.decode("utf-8"))
    except ValueError:
        return
    if in_utf8:
        raise UserError(f"{path}: is in UTF-8, not in {encoding} as declared; leave the encoding out")


def _refuse_foreign_mark(path: Path, raw: bytes, remedy: str) -> None:
    for mark, name in _FOREIGN_MARKS:
        if raw.startswith(mark):
            raise UserError(f"{path}: is in {name}, its byte order mark says so; {remedy}")


def _wrong_sign(where: str, number: int, line: str) -> UserError:
    """Return the error for a line with a carriage return or a NUL in it."""
    if "\0" in line:
        return _binary(where, number)
    if line.endswith("\r\r\n"):
        return UserError(
            f"{where}:{number}: the line ends in two carriage returns (CR CR LF): its line ends were converted twice; "
            "save it with the line ends LF or CRLF"
        )
    if number == 1 and not line.endswith("\n"):
        return UserError(
            f"{where}: its line ends are carriage returns alone (CR, as of old Mac OS); save it with the line ends LF "
            "or CRLF"
        )
    return UserError(
        f"{where}:{number}: a carriage return (CR) within the line, which no word can hold; take it out"
    )


def _binary(where: str, number: int) -> UserError:
    return UserError(
        f"{where}:{number}: a NUL character; the file is binary, or in UTF-16 without a byte order mark: save it as "
        f"UTF-8, or {_DECLARE}"
    )
