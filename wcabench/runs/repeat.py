"""What was run before, planned again: the settings of a record, with the places that only this machine knows."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wcabench.config import RecipeConfig, build
from wcabench.errors import UserError
from wcabench.runs.configuration import Configuration
from wcabench.runs.differences import differences
from wcabench.runs.here import Here, find_data, find_encoder, find_suite
from wcabench.runs.installation import installation_differences
from wcabench.runs.pair_content import PairContent, pair_content
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
    changed = (line for cell, again in both for line in _changed_settings(cell, again, here))
    installation = (
        line
        for cell, again in both
        if cell.state == "done"  # a failed one has no number that anything decided
        for line in installation_differences(cell.record, again, here.device)
    )
    return Repetition(tuple(planned), tuple(dict.fromkeys(changed)), tuple(dict.fromkeys(installation)))


def _changed_settings(cell: "Cell", again: PlannedCell, here: Here) -> Iterator[str]:
    """What decides the numbers beside the code, and is another here."""
    now = Configuration(again.config)
    if not cell.is_older:
        yield from differences(cell.configuration.without_code(), now.without_code())
        return
    # An older schema's key held less, and other names: what both have is compared.
    then = cell.configuration
    for name, old, new in (
        ("method.options", then.options, now.options),
        ("encoder", then.encoder, now.encoder),
        ("recipe", {**then.recipe, "precision": now.recipe["precision"]}, now.recipe),
    ):
        yield from differences(old, {key: new[key] for key in old if key in new}, f"{name}.")
    suite, _ = find_suite(cell.suite, here)
    if not _same_data(cell, pair_content(suite, cell.pair, again.data, here.source), again.recipe):
        yield "data (another content)"


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
    suite, path = find_suite(cell.suite, here)
    table = dict(cell.encoder_table)
    encoder = find_encoder(str(table.pop("identity")), str(cell.record.get("encoder_name")), suite, here)
    recipe = build(RecipeConfig, {**cell.recipe, "precision": _precision(cell)}, "recipe")
    data = find_data(suite, cell.pair, cell.labels, here, lambda content: _same_data(cell, content, recipe))
    settings = {
        "encoder": table,
        # Complete, for what a record leaves out is the default and not the suite's.
        "recipe": dataclasses.asdict(recipe),
        "data": dataclasses.asdict(data),
        cell.method: cell.options,
    }
    (planned,) = plan(
        suite,
        [cell.method],
        [cell.pair],
        [cell.seed],
        settings=settings,
        encoder=encoder,
        source=here.source,
        device=here.device,
        suite_path=path,
    )
    return planned


def _precision(cell: "Cell") -> str:
    """What a cell was trained in; a record of schema 1 may say "auto" in its recipe and the truth beside it."""
    recorded = cell.recipe.get("precision", "auto")
    tables = (cell.record.get("training") or {}, cell.record.get("environment") or {})
    known = [table["precision"] for table in tables if table.get("precision")]
    return known[0] if recorded == "auto" and known else str(recorded)


def _same_data(cell: "Cell", content: PairContent, recipe: RecipeConfig) -> bool:
    """Whether this data is what a cell was made from."""
    recorded = cell.data_sha256
    if cell.is_older:
        return sorted(recorded.values()) == sorted(content.shas.values())
    return recorded == content.table(recipe, recorded)
