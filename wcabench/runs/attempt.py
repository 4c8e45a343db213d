"""One attempt at the cells of a model: take the locks, look what is done by now, do the rest, keep what came of it."""

import contextlib
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from wcabench.runs.cells import ERROR
from wcabench.runs.locks import LOCKS
from wcabench.runs.models import ModelStore
from wcabench.runs.plan import PlannedCell
from wcabench.runs.process_state import StateError
from wcabench.runs.store import Store, StoreError
from wcabench.runs.work import Progress, TrainedModel, failed_record, obtain_model, score_cell

if TYPE_CHECKING:
    from wcabench.data.data_source import DataSource

LONGEST_ERROR, LONGEST_DETAILS = 2_000, 1 << 20  # characters that are kept of an error


@dataclass(frozen=True)
class RunSettings:
    """Where and how cells are run: nothing of it is in a key.

    Attributes:
        root: the results folder.
        source: where the data is looked for.
        device: "auto", "cpu" or "cuda".
        force: run cells that are done, too.
        keep: keep the models once no cell of the run needs them.
        seen: key -> the stamp of its cell when the run began. Whatever has another stamp was written since,
            by another process on the same store, and is taken as it is.
    """

    root: Path
    source: "DataSource"
    device: str = "auto"
    force: bool = False
    keep: bool = False
    seen: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """Of the cells."""
        return Store(self.root)

    @property
    def models(self) -> ModelStore:
        """Of the models."""
        return ModelStore(self.store, self.keep)

    def tidy(self) -> None:
        """Remove what killed runs left, where the folder can be written; for a command that has nothing to run."""
        if (self.root / LOCKS).is_dir():
            with contextlib.suppress(StoreError, OSError):
                self.store.sweep()
                self.models.remove_abandoned()


@dataclass(frozen=True)
class Result:
    """What came of an attempt.

    Attributes:
        state: "done", "failed", or "locked": another process has it.
        path: the cell's folder; None where locked.
        f1: percent; None unless done.
        seconds: what the cell took, its model included.
        error: one line, for a failed cell.
        fresh: whether this run did it; False where the store had it.
        trained: whether its model was trained for it, by this run; False where the model was shared.
    """

    state: Literal["done", "failed", "locked"]
    path: Path | None = None
    f1: float | None = None
    seconds: float | None = None
    error: str | None = None
    fresh: bool = True
    trained: bool = False


class Listener(Protocol):
    """Is told how a run goes on."""

    def started(self, cell: PlannedCell) -> None:
        """A cell begins."""

    def progressed(self, cell: PlannedCell, phase: str, done: int, total: int) -> None:
        """`done` of `total` steps of a phase of the cell."""

    def finished(self, cell: PlannedCell, result: Result) -> None:
        """A cell is done, has failed, or ("locked") is put off because another process has it or its model."""


class Silent:
    """A listener that does not listen."""

    def started(self, cell: PlannedCell) -> None:
        """Nothing."""

    def progressed(self, cell: PlannedCell, phase: str, done: int, total: int) -> None:
        """Nothing."""

    def finished(self, cell: PlannedCell, result: Result) -> None:
        """Nothing."""


def attempt(
    cells: Sequence[PlannedCell], settings: RunSettings, listener: Listener, *, wait: bool = False
) -> None:
    """Run the cells of one model, unless they are done by now or another process has them.

    Args:
        cells: all of one model.
        settings: where and how.
        listener: is told how each cell goes on.
        wait: wait for the process that has the model or a cell, and take over what it left.

    Raises:
        StoreError: a result cannot be kept.
    """
    with settings.models.lock(cells[0].model.key, wait=wait) as held:
        trained: TrainedModel | BaseException | None = None
        for cell in cells:
            listener.started(cell)
            if not held:
                listener.finished(cell, Result("locked"))
                continue
            with settings.store.lock(cell.key, wait=wait) as cell_held:
                result = Result("locked") if not cell_held else stored_result(cell, settings)
                if result is None:
                    first = trained is None
                    trained = trained or _obtain(cell, settings, listener)
                    result = _finish(cell, trained, settings, listener, first=first)
            listener.finished(cell, result)


def stored_result(planned: PlannedCell, settings: RunSettings) -> Result | None:
    """The result of a cell as the store has it, if that is to be taken as it is."""
    cell = settings.store.get(planned.config, planned.key)
    if cell is None:
        return None
    stamp = settings.store.stamp(planned.config, planned.key)
    written_since = stamp != settings.seen.get(planned.key)
    if not written_since and (settings.force or cell.state == "failed"):
        return None
    state: Literal["done", "failed"] = "done" if cell.state == "done" else "failed"
    return Result(state, cell.path, cell.f1, cell.seconds, cell.record.get("error"), fresh=False)


def keep_failure(
    planned: PlannedCell, settings: RunSettings, error: str, details: str, seconds: float = 0.0
) -> Result:
    """Keep a failed cell: its record and, in error.txt, `details`; the caller holds its lock."""
    error = writable(error)[:LONGEST_ERROR]
    record = failed_record(planned, error, round(seconds, 3), settings.device)

    def fill(folder: Path) -> None:
        (folder / ERROR).write_text(writable(details)[-LONGEST_DETAILS:], encoding="utf-8")

    return Result("failed", settings.store.publish(record, fill), None, record["seconds"], error)


def writable(text: str) -> str:
    """A text as UTF-8 can hold it: what a method raises may quote half of a surrogate pair."""
    return text.encode("utf-8", "backslashreplace").decode()


def _obtain(cell: PlannedCell, settings: RunSettings, listener: Listener) -> TrainedModel | BaseException:
    """The trained model, or what the method raised instead: its other cells fail by it, too."""
    progress = _progress(cell, listener)
    try:
        return obtain_model(
            cell, settings.models, settings.source, settings.device, progress, force=settings.force
        )
    except (StoreError, StateError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a method may raise anything; the other cells go on
        return error


def _text_of(error: BaseException) -> str:
    """What an error says; an error of somebody else's may fail even in that."""
    try:
        return str(error)
    except Exception:
        return "an error that says nothing"


def _progress(cell: PlannedCell, listener: Listener) -> Progress:
    """Tells the listener how far a cell is."""
    return lambda phase, done, total: listener.progressed(cell, phase, done, total)


def _finish(
    cell: PlannedCell,
    trained: TrainedModel | BaseException,
    settings: RunSettings,
    listener: Listener,
    *,
    first: bool,
) -> Result:
    """Score a cell and keep it; the caller holds its lock."""
    start = time.perf_counter()
    try:
        if isinstance(trained, BaseException):
            raise trained
        shared = trained.shared or not first
        finished = score_cell(cell, trained, settings.source, _progress(cell, listener), shared=shared)
        path = settings.store.publish(finished.record, finished.fill)
    except (StoreError, StateError, KeyboardInterrupt):
        raise
    except BaseException as error:
        line = " ".join(f"{type(error).__name__}: {_text_of(error)}".splitlines()[:1])
        return keep_failure(cell, settings, line, traceback.format_exc(), time.perf_counter() - start)
    record = finished.record
    return Result("done", path, record["f1"], record["seconds"], trained=first and not trained.shared)
