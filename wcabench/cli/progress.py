"""Progress of a run on stderr: bars on a terminal, plain lines elsewhere, nothing with `--quiet`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from wcabench.cli.output import cells_text, console
from wcabench.cli.stderr import is_quiet, log
from wcabench.printable import printable

if TYPE_CHECKING:
    from wcabench.runs.attempt import Listener, Result
    from wcabench.runs.plan import PlannedCell

STEPS_OF_A_PHASE = 10  # plain lines: one every tenth


@contextmanager
def listening(todo: "Sequence[PlannedCell]", cached: int) -> "Iterator[Listener]":
    """A listener for a run of these cells."""
    if is_quiet():
        from wcabench.runs.attempt import Silent

        yield Silent()
        return
    log(f"{cells_text(len(todo))} to run, {cached} done already")
    if not sys.stderr.isatty():
        yield PlainLines(len(todo))
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True)) as progress:
        yield Bars(progress, len(todo))


def outcome_line(cell: "PlannedCell", result: "Result") -> str:
    """How a cell ended, in one line."""
    if result.state == "locked":
        return f"{cell.label}: another process runs it; put off"
    if result.state == "failed":
        return f"{cell.label}: failed: {result.error}"
    where = "" if result.fresh else " (by another process)"
    return f"{cell.label}: done{where}, F1 {result.f1:.2f} in {result.seconds:.0f} s"


class PlainLines:
    """A line at the start and the end of each cell, and at every tenth of its phases."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.ended = 0
        self.reported: dict[tuple[str, str], int] = {}

    def started(self, cell: "PlannedCell") -> None:
        """A cell begins."""
        log(f"[{self.ended}/{self.total}] {cell.label}: started")

    def progressed(self, cell: "PlannedCell", phase: str, done: int, total: int) -> None:
        """Says so at every tenth."""
        tenth = STEPS_OF_A_PHASE * done // max(total, 1)
        if tenth > self.reported.get((cell.key, phase), 0):
            self.reported[cell.key, phase] = tenth
            log(f"{cell.label}: {phase} {100 * done // max(total, 1)}% ({done}/{total})")

    def finished(self, cell: "PlannedCell", result: "Result") -> None:
        """A cell ended."""
        self.ended += result.state != "locked"
        log(f"[{self.ended}/{self.total}] {outcome_line(cell, result)}")


class Bars:
    """A bar for the run and one for each cell that is at work."""

    def __init__(self, progress: Any, total: int) -> None:
        self.progress = progress
        self.whole = progress.add_task("cells", total=total)
        self.tasks: dict[str, Any] = {}

    def started(self, cell: "PlannedCell") -> None:
        """A new bar."""
        self.tasks[cell.key] = self.progress.add_task(printable(cell.label), total=None)

    def progressed(self, cell: "PlannedCell", phase: str, done: int, total: int) -> None:
        """Moves the cell's bar."""
        self.progress.update(
            self.tasks[cell.key], description=printable(f"{cell.label}: {phase}"), completed=done, total=total
        )

    def finished(self, cell: "PlannedCell", result: "Result") -> None:
        """The cell's bar makes room for a line."""
        self.progress.remove_task(self.tasks.pop(cell.key))
        self.progress.console.print(printable(outcome_line(cell, result)))
        if result.state != "locked":
            self.progress.advance(self.whole)
