"""Jobs in processes of their own. A worker that dies marks the cell it was at as failed; the rest go on.

Built-in methods share workers. A model of another package's method has a worker that nobody used before, and nobody
uses it afterwards: its cells are what they are alone, whatever code of that package does to the process.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from wcabench.errors import INTERRUPTED
from wcabench.registry import is_built_in
from wcabench.runs.attempt import Listener, Result, RunSettings, attempt, keep_failure, stored_result
from wcabench.runs.jobs import Job, Jobs, Outcome
from wcabench.runs.plan import PlannedCell
from wcabench.runs.process_state import StateError
from wcabench.runs.store import StoreError

SECONDS_BETWEEN_REPORTS = 0.2
SECONDS_TO_END = 5.0
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass
class Worker:
    """A process, our end of its pipe, and what it is at.

    Attributes:
        process: the worker's.
        pipe: tells it what to do and hears how it goes on.
        job: the cells that it has to run; None: it is idle.
        cell: the one that it is at.
        since: when that one began.
        served: origin of the method that it served last; None: nobody used it.
    """

    process: SpawnProcess
    pipe: Connection
    job: Job | None = None
    cell: PlannedCell | None = None
    since: float = 0.0
    served: str | None = None

    def may_serve(self, origin: str) -> bool:
        """Whether a model of a method of this origin may be trained in this process."""
        alone = self.served is None or (is_built_in(self.served) and is_built_in(origin))
        return alone and self.process.is_alive()


def threads_each(jobs: int) -> int:
    """Threads of each of `jobs` processes: the cores, shared out."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // jobs)


def run_in_processes(jobs: Jobs, settings: RunSettings, processes: int, listener: Listener) -> Outcome:
    """Run jobs in several processes; see `execution.execute`."""
    threads = threads_each(processes) if processes > 1 else None
    workers: list[Worker] = []
    try:
        for _ in range(processes):
            workers.append(_start(settings, threads))
        while True:
            for number, worker in enumerate(workers):
                running = [other.job for other in workers if other.job]
                begun = None if worker.job else jobs.next(running)
                if begun is not None:
                    if not worker.may_serve(begun[0][0].model.origin):
                        _end([worker])
                        workers[number] = _start(settings, threads)
                    _give(workers[number], *begun)
            busy = {worker.pipe: worker for worker in workers if worker.job}
            if not busy:
                return jobs.results
            for pipe in wait(list(busy)):
                _hear(busy[pipe], jobs, settings, listener)  # type: ignore[index]
    finally:
        _end(workers)


def _start(settings: RunSettings, threads: int | None) -> Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, settings, threads), daemon=True)
    with _ctrl_c_ignored():
        process.start()
    theirs.close()  # so that our end sees the end of the file when the process dies
    return Worker(process, ours)


def _give(worker: Worker, job: Job, wait_for_locks: bool) -> None:
    worker.job, worker.cell, worker.since = job, job[0], time.perf_counter()
    worker.served = job[0].model.origin
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died: reading the pipe says so
        worker.pipe.send((job, wait_for_locks))


def _hear(worker: Worker, jobs: Jobs, settings: RunSettings, listener: Listener) -> None:
    """Take one message of a worker."""
    assert worker.job is not None and worker.cell is not None
    try:
        kind, content = worker.pipe.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        died = f"the worker process died ({_cause(worker.process.exitcode)})"
        _bury(worker, jobs, settings, listener, died)
        return
    if kind == "run-ends":
        raise StoreError(content)
    if kind == "spoiled":
        _bury(worker, jobs, settings, listener, content)
        return
    if kind == "started":
        worker.cell, worker.since = worker.job[content], time.perf_counter()
        listener.started(worker.cell)
    elif kind == "progressed":
        listener.progressed(worker.cell, *content)
    elif kind == "finished":
        number, result = content
        jobs.note(worker.job[number], result)
        listener.finished(worker.job[number], result)
    else:
        job, worker.job, worker.cell = worker.job, None, None
        jobs.finished(job)


def _bury(worker: Worker, jobs: Jobs, settings: RunSettings, listener: Listener, error: str) -> None:
    """A worker died, or can be used no more: its cell has failed, and its other cells come again."""
    assert worker.job is not None and worker.cell is not None
    job, cell = worker.job, worker.cell
    worker.job = worker.cell = None
    result = _mark_dead(cell, settings, worker, error)
    jobs.note(cell, result)
    listener.finished(cell, result)
    for other in job:
        if other is not cell and other.key not in jobs.results:
            jobs.note(other, Result("locked"))
    jobs.finished(job)


def _mark_dead(cell: PlannedCell, settings: RunSettings, worker: Worker, error: str) -> Result:
    settings.store.sweep()
    with settings.store.lock(cell.key) as held:
        if not held:
            return Result("locked")
        seconds = time.perf_counter() - worker.since
        return stored_result(cell, settings) or keep_failure(cell, settings, error, error + "\n", seconds)


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
        if worker.job is not None:
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


def serve(pipe: Connection, settings: RunSettings, threads: int | None) -> None:
    """A worker's life: take jobs from the pipe until it closes.

    Args:
        pipe: to the process that started it.
        settings: where and how cells are run.
        threads: of torch and its like; None: as many as they take by themselves.
    """
    _die_with_parent()
    if threads is not None:
        _set_threads(threads)
    while True:
        try:
            job, wait_for_locks = pipe.recv()
        except EOFError:
            return
        try:
            attempt(job, settings, _Reporter(pipe, job), wait=wait_for_locks)
            answer: tuple[str, Any] = ("ended", None)
        except StoreError as error:
            answer = ("run-ends", str(error))
        except StateError as error:
            answer = ("spoiled", str(error))
        except KeyboardInterrupt:  # a method's own: the user's goes to the parent process
            os._exit(INTERRUPTED)
        pipe.send(answer)
        if answer[0] == "spoiled":
            return


def _set_threads(threads: int) -> None:
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(threads)
    import torch

    torch.set_num_threads(threads)


class _Reporter:
    """A listener that tells the parent process: progress a few times a second and at the end of each phase."""

    def __init__(self, pipe: Connection, job: Job) -> None:
        self.pipe = pipe
        self.job = job
        self.last = 0.0

    def started(self, cell: PlannedCell) -> None:
        """A cell begins."""
        self.pipe.send(("started", self.job.index(cell)))

    def progressed(self, cell: PlannedCell, phase: str, done: int, total: int) -> None:
        """`done` of `total` steps of a phase of the cell."""
        now = time.monotonic()
        if done >= total or now - self.last >= SECONDS_BETWEEN_REPORTS:
            self.last = now
            self.pipe.send(("progressed", (phase, done, total)))

    def finished(self, cell: PlannedCell, result: Result) -> None:
        """A cell came to an end, or is put off."""
        self.pipe.send(("finished", (self.job.index(cell), result)))


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
