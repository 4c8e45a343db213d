"""The jobs of a run: a job is the cells of one model, which is trained once for all of them."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from wcabench.runs.attempt import Listener, Result
from wcabench.runs.models import Lease
from wcabench.runs.plan import PlannedCell

Outcome = dict[str, Result]  # key -> result
Job = tuple[PlannedCell, ...]  # the cells of one model that are to be run


def jobs_of(cells: Sequence[PlannedCell]) -> list[Job]:
    """The cells by model, in the order of the plan; but a model that others build on comes before them."""
    by_model: dict[str, list[PlannedCell]] = {}
    for cell in cells:
        by_model.setdefault(cell.model.key, []).append(cell)
    ordered: dict[str, Job] = {}

    def add_with_required(key: str) -> None:
        if key in by_model and key not in ordered:
            for required in by_model[key][0].model.requires:
                add_with_required(required)
            ordered[key] = tuple(by_model[key])

    for key in by_model:
        add_with_required(key)
    return list(ordered.values())


class Jobs:
    """The jobs of a run that are still to be done, and the models that they need.

    Attributes:
        waiting: jobs not begun, each with whether to wait for the process that has it.
        results: of the cells that came to an end.
    """

    def __init__(self, jobs: Sequence[Job], lease: Lease) -> None:
        self.waiting: deque[tuple[Job, bool]] = deque((job, False) for job in jobs)
        self.results: Outcome = {}
        self._lease = lease
        self._needed = Counter(key for job in jobs for key in needed_models(job))
        self._put_off: list[PlannedCell] = []

    def next(self, running: Iterable[Job]) -> tuple[Job, bool] | None:
        """A job to begin now: one whose required models are not still to be trained by others of this run."""
        unfinished = {job[0].model.key for job in running} | {job[0].model.key for job, _ in self.waiting}
        for _ in range(len(self.waiting)):
            job, wait = self.waiting.popleft()
            if not unfinished.intersection(job[0].model.requires):
                return job, wait
            self.waiting.append((job, wait))
        return None

    def note(self, cell: PlannedCell, result: Result) -> None:
        """A cell came to an end, or is put off because another process has it."""
        if result.state == "locked":
            self._put_off.append(cell)
        else:
            self.results[cell.key] = result

    def finished(self, job: Job) -> None:
        """A job came to an end: its cells that were put off come again, and models that no job needs are let go."""
        again = tuple(cell for cell in job if cell in self._put_off)
        if again:
            self._put_off = [cell for cell in self._put_off if cell not in again]
            self.waiting.append((again, True))
            return
        for key in needed_models(job):
            self._needed[key] -= 1
            if not self._needed[key]:
                self._lease.drop(key)


def needed_models(job: Job) -> set[str]:
    """Keys of the models that a job trains or builds on."""
    return {job[0].model.key, *job[0].model.requires}


class Noting:
    """A listener that keeps the results, and tells another one."""

    def __init__(self, jobs: Jobs, listener: Listener) -> None:
        self.jobs = jobs
        self.started = listener.started
        self.progressed = listener.progressed
        self._finished = listener.finished

    def finished(self, cell: PlannedCell, result: Result) -> None:
        """Keep the result."""
        self.jobs.note(cell, result)
        self._finished(cell, result)
