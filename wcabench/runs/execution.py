"""Executors: run planned cells one after the other here, or several at a time in processes of their own."""

import dataclasses
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from wcabench.runs.attempt import Result, Workplace, attempt, found
from wcabench.runs.plan import PlannedCell
from wcabench.runs.store import Store

Outcome = dict[str, Result]  # key -> result


class Listener(Protocol):
    """Is told how the run goes on."""

    def started(self, cell: PlannedCell) -> None:
        """A cell begins."""

    def progressed(self, cell: PlannedCell, phase: str, done: int, total: int) -> None:
        """`done` of `total` steps of a phase of the cell."""

    def finished(self, cell: PlannedCell, result: Result) -> None:
        """A cell is done, has failed, or ("locked") is put off because another process has it."""


class Silent:
    """A listener that does not listen."""

    def started(self, cell: PlannedCell) -> None:
        """Nothing."""

    def progressed(self, cell: PlannedCell, phase: str, done: int, total: int) -> None:
        """Nothing."""

    def finished(self, cell: PlannedCell, result: Result) -> None:
        """Nothing."""


def look_up(cells: Iterable[PlannedCell], place: Workplace) -> tuple[Workplace, Outcome]:
    """What the store has: the workplace with its stamps, and the results of cells that need not be run."""
    cells = list(cells)
    store = Store(place.root)
    place = dataclasses.replace(place, seen={cell.key: store.stamp(cell.config, cell.key) for cell in cells})
    results = {cell.key: found(cell, place) for cell in cells}
    return place, {key: result for key, result in results.items() if result is not None}


def execute(
    cells: Iterable[PlannedCell], place: Workplace, *, jobs: int = 1, listener: Listener | None = None
) -> Outcome:
    """Run the cells that the store does not have.

    A cell that fails leaves the others running. One that another process has is put off to the end, then
    waited for.

    Args:
        cells: the plan.
        place: where and how.
        jobs: processes at a time; 1 runs them in this one.
        listener: is told how it goes on.

    Returns:
        key -> result, for every cell of the plan.

    Raises:
        StoreError: results cannot be kept; those that are finished are.
        KeyboardInterrupt: the store is clean, and the same plan goes on from there.
    """
    cells = list(cells)
    listener = listener or Silent()
    store = Store(place.root)
    store.prepare()
    place, outcome = look_up(cells, place)
    todo = [cell for cell in cells if cell.key not in outcome]
    try:
        if jobs > 1 and len(todo) > 1:
            from wcabench.runs.pool import run_in_processes

            outcome |= run_in_processes(todo, place, min(jobs, len(todo)), listener)
        else:
            outcome |= _run_here(todo, place, listener)
    except BaseException:
        store.sweep()
        raise
    return outcome


def _run_here(todo: list[PlannedCell], place: Workplace, listener: Listener) -> Outcome:
    outcome: Outcome = {}
    queue = deque((cell, False) for cell in todo)
    while queue:
        cell, put_off = queue.popleft()
        listener.started(cell)

        def progress(phase: str, done: int, total: int, cell: PlannedCell = cell) -> None:
            listener.progressed(cell, phase, done, total)

        result = attempt(cell, place, progress, wait=put_off)
        listener.finished(cell, result)
        if result.state == "locked":
            queue.append((cell, True))
        else:
            outcome[cell.key] = result
    return outcome
