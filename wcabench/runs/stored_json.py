"""JSON files of a results folder or of an archive, which anyone may have written: read with every size bounded."""

import json
from pathlib import Path
from typing import Any

from wcabench.data.files import read_stored_bytes
from wcabench.errors import UserError
from wcabench.runs.schema import Kind, unsafe_value


def read_json(path: Path, largest: int, kind: Kind) -> Any:
    """The value in a JSON file, checked.

    Args:
        path: a regular file; a pipe is refused and not waited for.
        largest: the most bytes that it may hold.
        kind: what the value must be.

    Raises:
        UserError: the file is missing, unreadable or too large, or it holds no JSON, or another value than wanted.
    """
    return parse_json(read_stored_bytes(path, largest), kind, str(path))


def parse_json(raw: bytes, kind: Kind, name: str) -> Any:
    """The value of a JSON text in UTF-8, checked.

    Args:
        raw: the text.
        kind: what the value must be.
        name: how messages call the text.

    Raises:
        UserError: it is no JSON, or another value than wanted.
    """
    try:
        value = json.loads(raw.decode())
    except RecursionError:
        raise UserError(f"{name}: no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise UserError(f"{name}: no JSON that can be read ({_one_line(error)})") from error
    problem = unsafe_value(value) or kind.problem(value, "")
    if problem:
        raise UserError(f"{name}: {problem}")
    return value


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
