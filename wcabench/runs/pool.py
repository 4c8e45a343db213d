"""Cells in several processes. A worker that dies marks its cell as failed; the rest go on."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from wcabench.runs.attempt import Result, Workplace, attempt, found, keep_failure
from wcabench.runs.execution import Listener, Outcome
from wcabench.runs.plan import PlannedCell
from wcabench.runs.store import Store, StoreError

SECONDS_BETWEEN_REPORTS = 0.2
SECONDS_TO_END = 5.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
Task = tuple[PlannedCell, bool]  # whether to wait for its lock


@dataclass
class Worker:
    """A process, our end of its pipe, and what it is at."""

    process: SpawnProcess
    pipe: Connection
    task: Task | None = None
    since: float = 0.0


def threads_each(jobs: int) -> int:
    """Threads of each of `jobs` processes: the cores, shared out."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // jobs)


def run_in_processes(todo: list[PlannedCell], place: Workplace, jobs: int, listener: Listener) -> Outcome:
    """Run cells in `jobs` processes; see `execution.execute`."""
    outcome: Outcome = {}
    queue: deque[Task] = deque((cell, False) for cell in todo)
    threads = threads_each(jobs)
    workers: list[Worker] = []
    try:
        for _ in range(jobs):
            workers.append(_start(place, threads))
        while queue or any(worker.task for worker in workers):
            for number, worker in enumerate(workers):
                if worker.task is None and queue:
                    workers[number] = worker if worker.process.is_alive() else _start(place, threads)
                    _give(workers[number], queue.popleft(), listener)
            for cell, result in _hear_all(workers, place, listener):
                listener.finished(cell, result)
                if result.state == "locked":
                    queue.append((cell, True))
                else:
                    outcome[cell.key] = result
    finally:
        _end(workers)
    return outcome


def _hear_all(
    workers: list[Worker], place: Workplace, listener: Listener
) -> Iterator[tuple[PlannedCell, Result]]:
    """Wait until some worker says something; the cells that came to an end."""
    busy = {worker.pipe: worker for worker in workers if worker.task}
    for pipe in wait(list(busy)):
        worker = busy[pipe]  # type: ignore[index]
        result = _hear(worker, place, listener)
        if result is not None and worker.task is not None:
            cell, _ = worker.task
            worker.task = None
            yield cell, result


def _start(place: Workplace, threads: int) -> Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, place, threads), daemon=True)
    with _ctrl_c_ignored():
        process.start()
    theirs.close()  # so that our end sees the end of the file when the process dies
    return Worker(process, ours)


def _give(worker: Worker, task: Task, listener: Listener) -> None:
    worker.task, worker.since = task, time.perf_counter()
    listener.started(task[0])
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died: reading the pipe says so
        worker.pipe.send(task)


def _hear(worker: Worker, place: Workplace, listener: Listener) -> Result | None:
    """One message of a worker: the result of its cell, or None for a report on the way."""
    assert worker.task is not None
    cell = worker.task[0]
    try:
        kind, content = worker.pipe.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        return _mark_dead(cell, place, worker)
    if kind == "store-error":
        raise StoreError(content)
    if kind == "progress":
        listener.progressed(cell, *content)
        return None
    result: Result = content
    return result


def _mark_dead(cell: PlannedCell, place: Workplace, worker: Worker) -> Result:
    error = f"the worker process died ({_cause(worker.process.exitcode)})"
    store = Store(place.root)
    store.sweep()
    with store.lock(cell.key) as held:
        if not held:
            return Result("locked")
        seconds = time.perf_counter() - worker.since
        return found(cell, place) or keep_failure(cell, place, error, error + "\n", seconds)


def _cause(exitcode: int | None) -> str:
    if exitcode is None or exitcode >= 0:
        return f"exit code {exitcode}"
    try:
        name = signal.Signals(-exitcode).name
    except ValueError:
        name = f"signal {-exitcode}"
    return f"{name}; out of memory?" if name == "SIGKILL" else name


def _end(workers: list[Worker]) -> None:
    """End the processes: idle ones by closing their pipe, busy ones by a signal."""
    for worker in workers:
        worker.pipe.close()
        if worker.task is not None:
            worker.process.terminate()
    for worker in workers:
        worker.process.join(SECONDS_TO_END)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


@contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    """A process started within does not get Ctrl-C: its parent does, and ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def serve(pipe: Connection, place: Workplace, threads: int) -> None:
    """A worker's life: take tasks from the pipe until it closes."""
    _die_with_parent()
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    import torch

    torch.set_num_threads(threads)
    while True:
        try:
            cell, wait_for_lock = pipe.recv()
        except EOFError:
            return
        try:
            answer: tuple[str, Any] = ("result", attempt(cell, place, _Reporter(pipe), wait=wait_for_lock))
        except StoreError as error:
            answer = ("store-error", str(error))
        pipe.send(answer)


class _Reporter:
    """Sends progress through the pipe, a few times a second and at the end of each phase."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.last = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done >= total or now - self.last >= SECONDS_BETWEEN_REPORTS:
            self.last = now
            self.pipe.send(("progress", (phase, done, total)))


def _die_with_parent() -> None:
    """End this process when the one that started it is gone, however that ended (SIGKILL included)."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        sys.stderr.flush()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
