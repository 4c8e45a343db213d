"""What a report is asked for, and how that is stored in the written report, so that it can be made again."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wcabench.config import build
from wcabench.errors import UserError
from wcabench.reports.selection import CellSelection
from wcabench.scoring.bootstrap import RESAMPLES

COMMENT = re.compile(r"<!-- wcabench report: (.*) -->")


@dataclass(frozen=True)
class Options:
    """What a report shows.

    Attributes:
        selection: which cells.
        baseline: method or label to compare with; None takes `none` where it was run.
        published: show the published rows.
        details: show intervals of the means, sources of the published rows, F1 by entity type, cost.
        whole: show everything that takes no resampling, for a format that has room for it.
        resamples: of every randomisation and bootstrap.
        bootstrap: add the bootstrap's intervals to the facts, for JSON and CSV.
    """

    selection: CellSelection = field(default_factory=CellSelection)
    baseline: str | None = None
    published: bool = True
    details: bool = False
    whole: bool = False
    resamples: int = RESAMPLES
    bootstrap: bool = False


def stored_options(options: Options) -> dict[str, Any]:
    """All options in JSON's types; the results folder is not among them."""
    return json.loads(json.dumps(dataclasses.asdict(options)))  # type: ignore[no-any-return]


def read_options(table: Any, file: str) -> Options:
    """The options that a written report holds.

    Args:
        table: as `stored_options` gives it.
        file: the report's file, for messages.

    Raises:
        UserError: `stored_options` gives no such table.
    """
    if not isinstance(table, Mapping) or not isinstance(table.get("selection", {}), Mapping):
        raise UserError(f"{file}: its 'options' are not those of a report; write it again")
    selection = build(CellSelection, table.get("selection", {}), f"{file}: selection")
    others = {key: value for key, value in table.items() if key != "selection"}
    return dataclasses.replace(build(Options, others, f"{file}: options"), selection=selection)


def comment(options: Mapping[str, Any]) -> str:
    """The options as a comment that Markdown does not show."""
    # A dash or an angle bracket in a name would end the comment.
    text = json.dumps(options, sort_keys=True).replace("-", "\\u002d").replace(">", "\\u003e")
    return f"<!-- wcabench report: {text} -->"


def in_comment(text: str) -> Any | None:
    """The options in the comment of a Markdown file; None where there is no such comment.

    Raises:
        ValueError: it holds no JSON.
    """
    match = COMMENT.search(text)
    return json.loads(match[1]) if match else None
