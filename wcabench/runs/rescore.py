"""Rescore: count the predicted tags that a cell kept by today's scorers, against the gold tags of its test sets."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import wcabench
from wcabench.errors import UserError
from wcabench.runs.cells import COUNTS, RECORD, Cell, read_cell
from wcabench.runs.counts_file import CountsKey, read_counts, write_counts
from wcabench.runs.predictions import count_tags, record_scores
from wcabench.runs.store import Store
from wcabench.runs.tags_file import TagsBySide
from wcabench.scoring.counts import Counts, changed_sentences
from wcabench.scoring.scorer import SIDES, STRICT

SIGNED = re.compile(r"(?<=\|)F1:[^|]*")  # the scorer's field of a signature


@dataclass(frozen=True)
class Rescored:
    """A cell with its counts by today's scorers.

    Attributes:
        cell: as it is stored.
        counts: (side, scorer) -> new counts.
        changed: whether the stored counts, or the scorers that they are of, are others.
    """

    cell: Cell
    counts: Mapping[CountsKey, Counts]
    changed: bool

    @property
    def old_f1(self) -> float:
        """Strict micro F1 on the target test set as stored, in percent."""
        return float(self.cell.record["f1"])

    @property
    def new_f1(self) -> float:
        """The same by today's scorer."""
        return self.counts["target", STRICT].f1


def rescore_cell(cell: Cell, gold: TagsBySide) -> Rescored:
    """Count the tags of a finished cell again; nothing is written.

    Args:
        cell: a finished cell.
        gold: the gold tags of both test sets.

    Raises:
        UserError: the cell failed, or kept no tags of both test sets, or they do not fit the gold tags.
    """
    if cell.state != "done":
        raise UserError(f"{cell.path}: a failed cell has no predicted tags")
    predicted = cell.tags()
    if any(side not in predicted for side in SIDES):
        raise UserError(
            f"{cell.path}: the predicted tags of both test sets were not kept (schema {cell.schema}); "
            "run the cell again to keep them"
        )
    truncated = cell.recipe.get("long_sentences") == "truncate"
    try:
        counts = count_tags(gold, predicted, cell.types, read_only=truncated)
    except (UserError, ValueError) as error:
        raise UserError(f"{cell.path}: its predicted tags do not fit the test set: {error}") from error
    signed = _signature(cell.record)
    changed = signed != cell.record.get("signature") or not _equal(read_counts(cell.path / COUNTS), counts)
    return Rescored(cell, counts, changed)


def write_rescored(rescored: Rescored, store: Store) -> None:
    """Put the new counts in the place of the stored ones; the cell is replaced whole or not at all.

    Args:
        rescored: what `rescore_cell` gave.
        store: that holds the cell.

    Raises:
        UserError: the cell stands elsewhere, or was written since by another process.
        StoreError: the store cannot be written; the stored cell still stands.
    """
    cell = rescored.cell
    if cell.path.resolve() != store.folder(cell.config, cell.key).resolve():
        raise UserError(
            f"{cell.path}: not in its place in {store.root}; copy it there with `wcabench store merge`"
        )
    with store.lock(cell.key) as held:
        if not held or read_cell(cell.path).record != cell.record:
            raise UserError(
                f"{cell.path}: another process is writing this cell; rescore again when it has ended"
            )

        def fill(folder: Path) -> None:
            for file in cell.path.iterdir():
                if file.name not in (RECORD, COUNTS):
                    (shutil.copytree if file.is_dir() else shutil.copy2)(file, folder / file.name)
            write_counts(folder / COUNTS, rescored.counts)

        store.publish(_record(rescored), fill)


def _record(rescored: Rescored) -> dict[str, Any]:
    """The record with the new scores, and a note of when and by what they were made."""
    record = rescored.cell.record
    note = {
        "wcabench": wcabench.__version__,
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "f1_before": rescored.old_f1,
    }
    signed = {"signature": _signature(record)} if "signature" in record else {}
    return {
        **record,
        **signed,
        "f1": rescored.new_f1,
        "scores": record_scores(rescored.counts),
        "rescored": note,
    }


def _signature(record: Mapping[str, Any]) -> str | None:
    """The record's signature with today's scorer in it; None where it has no signature."""
    line = record.get("signature")
    return None if line is None else SIGNED.sub(f"F1:{STRICT.signature}", str(line))


def _equal(old: Mapping[CountsKey, Counts], new: Mapping[CountsKey, Counts]) -> bool:
    return old.keys() == new.keys() and not any(changed_sentences(old[key], new[key]) for key in new)
