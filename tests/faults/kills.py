"""Kills: grids that are killed at random moments and at every change of their store, then run to their end."""

import hashlib
import json
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from forked import Command, start
from injection import Injection

from wcabench.runs.cells import COUNTS, TAGS
from wcabench.runs.store import Store

GRID = (
    *("run", "--suite", "toy", "-p", "all", "-m", "lookup", "-m", "shared", "--seeds", "2"),
    *("--json", "--results", "results"),
)
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
FORMS = {  # name -> (processes, jobs of each, weight)
    "one job": (1, 1, 8),
    "two jobs": (1, 2, 2),
    "two processes": (2, 1, 4),
    "four processes": (4, 1, 2),
}
ROUNDS = 3  # kills of one store before it may end
COUNTED = (
    "kills",
    "lost",
    "half",
    "twice",
    "other numbers",
    "tracebacks",
    "hangs",
    "leftovers",
    "failed runs",
)


def contents(root: Path) -> dict[str, tuple[str, ...]]:
    """Key -> hashes of counts and tags, and F1, of every finished cell that can be read."""
    cells, _ = Store(root).cells()
    return {
        cell.key: (
            *(hashlib.sha256((cell.path / name).read_bytes()).hexdigest() for name in (COUNTS, TAGS)),
            str(cell.f1),
        )
        for cell in cells
        if cell.state == "done"
    }


def stamps(root: Path) -> dict[str, int]:
    """Key -> when its record was written."""
    return {cell.key: (cell.path / "cell.json").stat().st_mtime_ns for cell in Store(root).cells()[0]}


def leftovers(root: Path) -> list[str]:
    """What no run may leave behind once one has ended."""
    left = [*(root / ".partial").iterdir(), *(root / ".locks").glob("lease-*.json"), *root.glob(".models/*")]
    left += [path for path in root.glob("*/*/*/*") if path.suffix or not path.name.startswith("seed-")]
    return [str(path) for path in left]


class Campaign:
    """Kills and counts.

    Attributes:
        counts: form -> what was counted.
        complaints: what went wrong, one line each.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.counts: dict[str, Counter[str]] = {form: Counter() for form in FORMS}
        self.complaints: list[str] = []
        self.say: Callable[[str], None] = lambda line: None
        self.reference, self.seconds, self.changes = self._undisturbed()

    def _undisturbed(self) -> tuple[dict[str, tuple[str, ...]], float, int]:
        """What a run that nobody disturbs gives, how long it takes, and how often it changes its store."""
        place = self.folder / "undisturbed"
        place.mkdir(parents=True)

        def count() -> None:
            Injection(place / "results", lambda number: (self.folder / "changes").write_text(str(number)))

        begun = time.monotonic()
        command = start(GRID, place, "run", count)
        assert command.wait() == 0, command.errors
        return (
            contents(place / "results"),
            time.monotonic() - begun,
            int((self.folder / "changes").read_text()),
        )

    def run(self, kills: int, say: Callable[[str], None] = lambda line: None) -> None:
        """Kill that many processes."""
        self.say, done = say, 0
        while done < kills:
            form = self.chance.choices(list(FORMS), [weight for *_, weight in FORMS.values()])[0]
            done += self._store(form)
            say(f"{done} of {kills} kills; {len(self.complaints)} complaints")

    def _store(self, form: str) -> int:
        """One store: killed, looked at, killed again, then run to its end."""
        place = self.folder / "store"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        count, before = self.counts[form], {}
        kills = 0
        for number in range(ROUNDS):
            commands = self._killed(form, place, number)
            kills += len(commands)
            for command in commands:
                self._look_at(command, form, "killed")
            if (place / "results").is_dir():
                self._look_in(place / "results", form, before)
                before = stamps(place / "results")
        count["kills"] += kills
        jobs = FORMS[form][1]
        last = start((*GRID, "--jobs", str(jobs)), place, "last")
        if last.wait() != 0:
            self._complain(form, "failed runs", last.errors)
        self._look_at(last, form, "last")
        self._look_in(place / "results", form, before)
        self._look_whole(place, form)
        return kills

    def _killed(self, form: str, place: Path, number: int) -> list[Command]:
        processes, jobs, _ = FORMS[form]
        commands = []
        for process in range(processes):
            at = self.chance.randint(1, self.changes)
            chosen = self.chance.choice(SIGNALS)
            by_change = jobs == 1 and self.chance.random() < 0.6

            def prepare(at: int = at, chosen: int = chosen, by_change: bool = by_change) -> None:
                if by_change:
                    Injection(place / "results", lambda n: os.kill(os.getpid(), chosen) if n == at else None)

            command = start((*GRID, "--jobs", str(jobs)), place, f"{number}-{process}", prepare)
            commands.append((command, by_change, chosen))
        for command, by_change, chosen in commands:
            if not by_change:
                time.sleep(self.chance.random() * self.seconds * (4 if jobs > 1 else 1) / processes)
                if os.waitpid(command.pid, os.WNOHANG)[0]:
                    command.status = 0
                else:
                    group = jobs > 1 and chosen != signal.SIGKILL
                    (os.killpg if group else os.kill)(command.pid, chosen)
            command.wait()
        return [command for command, *_ in commands]

    def _look_at(self, command: Command, form: str, which: str) -> None:
        if command.has_traceback:
            self._complain(form, "tracebacks", f"{which}: {command.errors}")
        if command.status is None:
            self._complain(form, "hangs", f"{which}: {command.errors}")

    def _look_in(self, root: Path, form: str, before: dict[str, int]) -> None:
        """No cell is half there, has other numbers, has gone, or was written once more."""
        for path, reason in Store(root).cells()[1]:
            self._complain(form, "half", f"{path}: {reason}")
        for key, content in contents(root).items():
            if self.reference.get(key) != content:
                self._complain(form, "other numbers", key)
        now = stamps(root)
        for key, stamp in before.items():
            if key not in now:
                self._complain(form, "lost", key)
            elif now[key] != stamp:
                self._complain(form, "twice", key)

    def _look_whole(self, place: Path, form: str) -> None:
        if contents(place / "results") != self.reference:
            self._complain(form, "other numbers", "the whole store")
        for path in leftovers(place / "results"):
            self._complain(form, "leftovers", path)
        answer = json.loads((place / "last.out").read_text() or "{}")
        if len(answer.get("cells", ())) != len(self.reference):
            self._complain(form, "lost", "cells of the last run's answer")

    def _complain(self, form: str, kind: str, what: str) -> None:
        self.counts[form][kind] += 1
        self.complaints.append(f"{form}: {kind}: {what[-2000:]}")
        self.say(self.complaints[-1])

    def table(self) -> str:
        """The counts in Markdown."""
        rows = [f"| form | {' | '.join(COUNTED)} |", f"| --- |{' ---: |' * len(COUNTED)}"]
        for form, count in self.counts.items():
            rows.append(f"| {form} | {' | '.join(str(count[kind]) for kind in COUNTED)} |")
        return "\n".join(rows)
