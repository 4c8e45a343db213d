"""What was run before, planned again: the settings of a record, with the places that only this machine knows."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wcabench.config import RecipeConfig, build
from wcabench.errors import UserError
from wcabench.runs.differences import differences
from wcabench.runs.here import Here, find_data, find_encoder, find_suite
from wcabench.runs.installation import installation_differences
from wcabench.runs.plan import PlannedCell, plan
from wcabench.runs.signature import cell_signature
from wcabench.runs.signature_fields import covers, fields_of, read_fields

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell


@dataclass(frozen=True)
class Repetition:
    """Cells to run again.

    Attributes:
        cells: as this installation plans them.
        changed: settings that are not what they were: encoder, data, options. "data.labels (drop | map)".
        installation: what else decides a number and is another here: "torch (2.6.0 | 2.7.0)".
    """

    cells: tuple[PlannedCell, ...]
    changed: tuple[str, ...]
    installation: tuple[str, ...]


def repeat_cells(cells: "Sequence[Cell]", here: Here) -> Repetition:
    """Cells of a store with the settings of their records.

    Raises:
        UserError: suite or encoder cannot be found here, or a setting is unknown to this wcabench.
    """
    planned = [repeat_cell(cell, here) for cell in cells]
    both = list(zip(cells, planned, strict=True))
    changed = (one for cell, again in both for one in differences(cell.config, again.config))
    installation = (
        one
        for cell, again in both
        if cell.state == "done"  # a failed one has no number that anything decided
        for one in installation_differences(cell.record, again, here.device)
    )
    return Repetition(tuple(planned), tuple(dict.fromkeys(changed)), tuple(dict.fromkeys(installation)))


def signed_cells(cells: "Sequence[Cell]", line: str) -> "list[Cell]":
    """The finished cells that a signature speaks of.

    Raises:
        UserError: it is no signature.
    """
    wanted = read_fields(line)
    signed = [(cell, cell_signature(cell.record)) for cell in cells if cell.state == "done"]
    return [cell for cell, own in signed if own and covers(wanted, fields_of(own))]


def repeat_cell(cell: "Cell", here: Here) -> PlannedCell:
    """One cell as this installation plans it; its configuration may differ from the one of the record."""
    try:
        return _planned(cell, here)
    except UserError as error:
        raise UserError(f"{cell.label} ({cell.key}) cannot be run again here: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:  # the key is right, so someone else wrote it
        raise UserError(f"{cell.path}: no configuration of wcabench ({error!r})") from error


def _planned(cell: "Cell", here: Here) -> PlannedCell:
    config = cell.config
    suite, path = find_suite(cell.suite, here)
    table = dict(config["encoder"])
    encoder = find_encoder(str(table.pop("identity")), str(cell.record.get("encoder_name")), suite, here)
    sha256 = config["data"]["sha256"]
    data = find_data(suite, cell.pair, str(config["data"]["labels"]), here, lambda found: found == sha256)
    settings = {
        "encoder": table,
        # Complete, for what a record leaves out is the default and not the suite's.
        "recipe": dataclasses.asdict(build(RecipeConfig, config["recipe"], "recipe")),
        "data": dataclasses.asdict(data),
        cell.method: config["method"]["options"],
    }
    (planned,) = plan(
        suite,
        [cell.method],
        [cell.pair],
        [cell.seed],
        settings=settings,
        encoder=encoder,
        source=here.source,
        suite_path=path,
    )
    return planned
