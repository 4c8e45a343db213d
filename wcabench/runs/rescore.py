"""Rescore: count the predicted tags that a cell kept by today's scorers, against the gold tags of its test sets.

The code that counts tags is in the key of a cell, so a cell that was counted by other code gets another key. A run then
takes it for done, without training anything.
"""

import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import wcabench
from wcabench.errors import UserError
from wcabench.runs.cells import COUNTS, PREDICTIONS, RECORD, TAGS, Cell, read_cell, read_files
from wcabench.runs.code import scoring_code
from wcabench.runs.counts_file import CountsKey, write_counts
from wcabench.runs.gold import GoldReader
from wcabench.runs.keys import config_key
from wcabench.runs.predictions import count_tags, record_scores
from wcabench.runs.store import Store
from wcabench.scoring.counts import Counts, changed_sentences
from wcabench.scoring.scorer import SIDES, STRICT

SIGNED = re.compile(r"(?<=\|)F1:[^|]*")  # the scorer's field of a signature


@dataclass(frozen=True)
class Rescored:
    """A cell with its counts by today's scorers.

    Attributes:
        cell: as it is stored.
        counts: (side, scorer) -> new counts.
        config: the configuration, with today's code of the scorers.
        key: that belongs to it.
    """

    cell: Cell
    counts: Mapping[CountsKey, Counts]
    config: dict[str, Any]
    key: str

    @property
    def changed(self) -> bool:
        """Whether the stored cell has other counts, another key, or another scorer in its signature."""
        return (
            self.key != self.cell.key
            or _signature(self.cell.record) != self.cell.record.get("signature")
            or not _equal(self.cell.all_counts(), self.counts)
        )

    @property
    def old_f1(self) -> float:
        """Strict micro F1 on the target test set as stored, in percent."""
        return float(self.cell.record["f1"])

    @property
    def new_f1(self) -> float:
        """The same by today's scorer."""
        return self.counts["target", STRICT].f1


def rescore_cell(cell: Cell, gold: GoldReader) -> Rescored:
    """Count the tags of a finished cell again; nothing is written.

    Args:
        cell: a finished cell.
        gold: reads the gold tags of its test sets.

    Raises:
        UserError: the cell failed, or kept no tags of both test sets, or they do not fit the gold tags; or the test
            sets are not here.
    """
    if cell.state != "done":
        raise UserError("a failed cell has no predicted tags")
    predicted = cell.tags()
    if any(side not in predicted for side in SIDES):
        raise UserError(
            f"the predicted tags of both test sets were not kept (schema {cell.schema}); "
            "run the cell again to keep them"
        )
    gold_tags = gold.tags(cell)
    try:
        counts = count_tags(gold_tags, predicted, cell.types, read_only=cell.leaves_words_out)
    except (UserError, ValueError) as error:
        raise UserError(f"its predicted tags do not fit the test set: {error}") from error
    config = cell.configuration.scored_by(scoring_code())
    return Rescored(cell, counts, config, config_key(config))


def write_rescored(rescored: Rescored, store: Store) -> None:
    """Put the rescored cell in the place of the stored one, whole or not at all.

    Args:
        rescored: what `rescore_cell` gave.
        store: that holds the cell.

    Raises:
        UserError: the cell stands elsewhere, or was written since by another process, or there is a finished cell
            with the new key.
        StoreError: the store cannot be written; the stored cell still stands.
    """
    cell = rescored.cell
    if cell.path.resolve() != store.folder(cell.config, cell.key).resolve():
        raise UserError(
            f"it does not stand where {store.root} has such a cell; copy it there by `wcabench store merge`"
        )
    with ExitStack() as locks:
        held = [locks.enter_context(store.lock(key)) for key in sorted({cell.key, rescored.key})]
        if not all(held) or read_cell(cell.path).record != cell.record:
            raise UserError("another process is writing this cell; rescore again when it has ended")
        other = store.get(rescored.config, rescored.key) if rescored.key != cell.key else None
        if other is not None and other.state == "done":
            raise UserError(
                f"the same cell with today's scores is there already ({rescored.key}); remove this one"
            )

        read_files(cell, (TAGS, PREDICTIONS))  # says what is wrong with one of them
        kept = [
            file
            for file in cell.path.iterdir()
            if file.name not in (RECORD, COUNTS) and file.is_file() and not file.is_symlink()
        ]

        def fill(folder: Path) -> None:
            for file in kept:
                shutil.copy2(file, folder / file.name)
            write_counts(folder / COUNTS, rescored.counts)

        store.publish(_record(rescored), fill)
        if rescored.key != cell.key:
            shutil.rmtree(cell.path)


def _record(rescored: Rescored) -> dict[str, Any]:
    """The record with the new scores, and a note of when and by what they were made."""
    record = rescored.cell.record
    note = {
        "wcabench": wcabench.__version__,
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "f1_before": rescored.old_f1,
        "key_before": rescored.cell.key,
    }
    signed = {"signature": _signature(record)} if "signature" in record else {}
    return {
        **record,
        **signed,
        "key": rescored.key,
        "config": rescored.config,
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
