"""One attempt at a cell: take its lock, look whether it is done by now, do it, keep what came of it."""

import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wcabench.runs.cells import ERROR
from wcabench.runs.plan import PlannedCell
from wcabench.runs.store import Store, StoreError
from wcabench.runs.work import Progress, failed_record, work

if TYPE_CHECKING:
    from wcabench.data.resources import DataSource


@dataclass(frozen=True)
class Workplace:
    """Where and how cells are run: nothing of it is in a key.

    Attributes:
        root: the results folder.
        source: where the data is looked for.
        device: "auto", "cpu" or "cuda".
        force: run cells that are done, too.
        seen: key -> the stamp of its cell when the run began. Whatever has another stamp was written since,
            by another process on the same store, and is taken as it is.
    """

    root: Path
    source: "DataSource"
    device: str = "auto"
    force: bool = False
    seen: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What came of an attempt.

    Attributes:
        state: "done", "failed", or "locked": another process has it.
        path: the cell's folder; None where locked.
        f1: percent; None unless done.
        seconds: what the cell took.
        error: one line, for a failed cell.
        fresh: whether this run did it; False where it was found in the store.
    """

    state: Literal["done", "failed", "locked"]
    path: Path | None = None
    f1: float | None = None
    seconds: float | None = None
    error: str | None = None
    fresh: bool = True


def attempt(planned: PlannedCell, place: Workplace, progress: Progress, *, wait: bool = False) -> Result:
    """Run a cell, unless it is done by now or another process has it.

    Args:
        planned: the cell.
        place: where and how.
        progress: called with (phase, done, total).
        wait: wait for the process that has it, and take over what it left.

    Raises:
        StoreError: the result cannot be kept.
    """
    store = Store(place.root)
    with store.lock(planned.key, wait=wait) as held:
        if not held:
            return Result("locked")
        return found(planned, place) or _run(planned, place, store, progress)


def found(planned: PlannedCell, place: Workplace) -> Result | None:
    """The cell as the store has it, if that is to be taken as it is."""
    store = Store(place.root)
    cell = store.get(planned.config, planned.key)
    if cell is None:
        return None
    written_since = store.stamp(planned.config, planned.key) != place.seen.get(planned.key)
    if not written_since and (place.force or cell.state == "failed"):
        return None
    state: Literal["done", "failed"] = "done" if cell.state == "done" else "failed"
    return Result(state, cell.path, cell.f1, cell.seconds, cell.record.get("error"), fresh=False)


def keep_failure(
    planned: PlannedCell, place: Workplace, error: str, details: str, seconds: float = 0.0
) -> Result:
    """Keep a failed cell: its record and, in error.txt, `details`; the caller holds its lock."""
    record = failed_record(planned, error, round(seconds, 3), place.device)

    def fill(folder: Path) -> None:
        (folder / ERROR).write_text(details, encoding="utf-8")

    return Result("failed", Store(place.root).publish(record, fill), None, record["seconds"], error)


def _run(planned: PlannedCell, place: Workplace, store: Store, progress: Progress) -> Result:
    start = time.perf_counter()
    try:
        finished = work(planned, place.source, place.device, progress)
        path = store.publish(finished.record, finished.fill)
    except StoreError:
        raise
    except (Exception, SystemExit) as error:  # a method may raise anything; the other cells go on
        lines = f"{type(error).__name__}: {error}".splitlines()
        return keep_failure(planned, place, lines[0], traceback.format_exc(), time.perf_counter() - start)
    return Result("done", path, finished.record["f1"], finished.record["seconds"])
