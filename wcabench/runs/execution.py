"""Executors: run planned cells one model after the other here, or in processes of their own.

What a method of another package does to its process (a replaced function of torch, a hook, a timer, an exit) must reach
no other cell: if there is one in the plan, none is run here.
"""

import dataclasses
from collections.abc import Iterable

from wcabench.registry import is_built_in
from wcabench.runs.attempt import Listener, RunSettings, Silent, attempt, stored_result
from wcabench.runs.jobs import Jobs, Noting, Outcome, jobs_of, needed_models
from wcabench.runs.plan import PlannedCell
from wcabench.runs.pool import run_in_processes


def look_up(cells: Iterable[PlannedCell], settings: RunSettings) -> tuple[RunSettings, Outcome]:
    """What the store has: the settings with its stamps, and the results of cells that need not be run."""
    cells = list(cells)
    stamps = {cell.key: settings.store.stamp(cell.config, cell.key) for cell in cells}
    settings = dataclasses.replace(settings, seen=stamps)
    results = {cell.key: stored_result(cell, settings) for cell in cells}
    return settings, {key: result for key, result in results.items() if result is not None}


def execute(
    cells: Iterable[PlannedCell], settings: RunSettings, *, jobs: int = 1, listener: Listener | None = None
) -> Outcome:
    """Run the cells that the store does not have.

    A cell that fails leaves the others running. One that another process has is put off to the end, then
    waited for.

    Args:
        cells: the plan.
        settings: where and how.
        jobs: processes at a time; 1 runs them in this one, unless a method is of another package.
        listener: is told how it goes on.

    Returns:
        key -> result, for every cell of the plan.

    Raises:
        StoreError: results cannot be kept; those that are finished are.
        KeyboardInterrupt: the store is clean, and the same plan goes on from there.
    """
    cells = list(cells)
    listener = listener or Silent()
    settings.store.prepare()
    settings, outcome = look_up(cells, settings)
    todo = jobs_of([cell for cell in cells if cell.key not in outcome])
    keys = dict.fromkeys(key for job in todo for key in sorted(needed_models(job)))
    try:
        with settings.models.needed(keys) as lease:
            several = jobs > 1 and len(todo) > 1
            if several or not all(is_built_in(job[0].model.origin) for job in todo):
                results = run_in_processes(Jobs(todo, lease), settings, min(jobs, len(todo)), listener)
            else:
                results = _run_here(Jobs(todo, lease), settings, listener)
    except BaseException:
        settings.store.sweep()
        raise
    return outcome | results


def _run_here(jobs: Jobs, settings: RunSettings, listener: Listener) -> Outcome:
    while (begun := jobs.next([])) is not None:
        job, wait = begun
        attempt(job, settings, Noting(jobs, listener), wait=wait)
        jobs.finished(job)
    return jobs.results
