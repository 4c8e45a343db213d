"""Reads TOML files of settings and suites, and refuses values that no setting can have."""

import tomllib
from pathlib import Path
from typing import Any

from wcabench.data.text_files import read_text, refuse_lone_returns
from wcabench.errors import UserError

LARGEST = 2**20  # bytes
DEEPEST = 32  # levels of nested tables and lists
_MOST_DOTS = 500  # in a line: the time for a key of n names (a.b.c) grows with n squared
_LARGEST_INTEGER = 2**63 - 1  # the range that TOML requires


def read_toml(path: Path) -> dict[str, Any]:
    """Read the tables of a TOML file in UTF-8, with or without a byte order mark.

    Raises:
        UserError: the file cannot be read, or as in `parse_toml`; the file is named.
    """
    return parse_toml(read_text(path, LARGEST), str(path))


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Parse the tables of a TOML text.

    Args:
        text: the file's text.
        where: the file, for errors.

    Raises:
        UserError: the text is not TOML, has a number out of range or a NUL in a name or a string, or has tables and
            lists nested more than `DEEPEST` levels deep.
    """
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        raise _too_deep(where)
    try:
        top = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        refuse_lone_returns(where, text)
        raise UserError(f"{where}: no TOML: {error}") from None
    except RecursionError:
        raise _too_deep(where) from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise UserError(f"{where}: a number of thousands of digits; no setting is so large") from None
    _check_values(top, where)
    return top


def _check_values(top: dict[str, Any], where: str) -> None:
    """Refuse values that would crash code that prints or uses them."""
    layer: list[Any] = [top]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for value in layer:
            _check_scalar(value, where)
            if isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
        layer = inner
        if not layer:
            return
    raise _too_deep(where)


def _check_scalar(value: Any, where: str) -> None:
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise UserError(f"{where}: a number of more than 64 bits; no setting is so large")
    if isinstance(value, str) and "\0" in value:
        shown = value.replace("\0", "\\0")[:60]
        raise UserError(f"{where}: a NUL character in '{shown}'; take it out")


def _too_deep(where: str) -> UserError:
    return UserError(f"{where}: tables and lists more than {DEEPEST} deep; no setting is nested so far")
