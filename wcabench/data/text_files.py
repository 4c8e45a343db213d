"""Text files as lines: decoding that names file and line, and no splitting at odd Unicode line ends."""

from collections.abc import Iterator
from pathlib import Path

from wcabench.errors import UserError

# The original CoNLL-2002 and -2003 files of these languages are latin-1.
LATIN_1_ORIGINALS = ("deu.", "esp.", "ned.")


def read_lines(path: Path, encoding: str | None = None) -> list[str]:
    r"""The lines of a text file without their ends (`\n` or `\r\n`); a final empty line is no line.

    Args:
        path: the file.
        encoding: its encoding; None is UTF-8, with or without a byte order mark, and latin-1 for a file that
            is not UTF-8 and has the name of an original CoNLL file (deu.*, esp.*, ned.*).

    Raises:
        UserError: the file cannot be read, or its bytes are not in that encoding; the line is named.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from error
    lines = _decode(path, raw, encoding).split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def iter_lines(path: Path) -> Iterator[str]:
    """As `read_lines` of a file in UTF-8, one line at a time: for files too large to be held.

    Raises:
        UserError: the file cannot be read, or a line is not UTF-8; the line is named.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                yield _decode_line(path, number, raw.removesuffix(b"\n").removesuffix(b"\r"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from error


def _decode_line(path: Path, number: int, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}:{number}: byte 0x{raw[error.start]:02x} is not utf-8; convert the file to UTF-8"
        ) from None
    return text.removeprefix("\ufeff") if number == 1 else text


def _decode(path: Path, raw: bytes, encoding: str | None) -> str:
    try:
        return raw.decode(encoding or "utf-8").removeprefix("\ufeff")
    except LookupError:
        raise UserError(f"{path}: unknown encoding '{encoding}'; give utf-8 or latin-1") from None
    except UnicodeDecodeError as error:
        if encoding is None and path.name.startswith(LATIN_1_ORIGINALS):
            return raw.decode("latin-1")
        line = raw.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path}:{line}: byte 0x{raw[error.start]:02x} is not {encoding or 'utf-8'}; "
            'convert the file to UTF-8, or declare its encoding (encoding = "latin-1" in the suite)'
        ) from None
