"""What a report was asked for, stored in the file that it was written to, so that it can be made again."""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wcabench.config import build
from wcabench.errors import UserError

if TYPE_CHECKING:
    from wcabench.reports.report import Options

COMMENT = re.compile(r"<!-- wcabench report: (.*) -->")


def stored_options(options: "Options") -> dict[str, Any]:
    """All options in JSON's types; the results folder is not among them."""
    return json.loads(json.dumps(dataclasses.asdict(options)))  # type: ignore[no-any-return]


def read_options(table: Any, file: str) -> "Options":
    """The options that stand in a file.

    Raises:
        UserError: they are not what `stored_options` writes.
    """
    from wcabench.reports.report import Options
    from wcabench.reports.selection import Selection

    if not isinstance(table, Mapping) or not isinstance(table.get("selection", {}), Mapping):
        raise UserError(f"{file}: its 'options' are not those of a report; write it again")
    selection = build(Selection, table.get("selection", {}), f"{file}: selection")
    rest = {key: value for key, value in table.items() if key != "selection"}
    return dataclasses.replace(build(Options, rest, f"{file}: options"), selection=selection)


def comment(options: Mapping[str, Any]) -> str:
    """The options as a comment that Markdown does not show."""
    # No dash and no angle bracket of a name may end the comment.
    text = json.dumps(options, sort_keys=True).replace("-", "\\u002d").replace(">", "\\u003e")
    return f"<!-- wcabench report: {text} -->"


def in_comment(text: str) -> Any | None:
    """The options in the comment of a Markdown file; None where there is none.

    Raises:
        ValueError: it holds no JSON.
    """
    found = COMMENT.search(text)
    return json.loads(found[1]) if found else None
