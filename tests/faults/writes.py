"""Every change that a command makes to the disk fails once, with each error; what stood there must still stand."""

import errno
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forked import Command, start
from injection import Injection
from kills import contents, leftovers

ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)
COUNTED = ("injected", "cells lost", "half", "other numbers", "outputs destroyed", "tracebacks", "hangs")
FAILS = (
    0,
    1,
    2,
)  # exit codes that are ours: an error that does no harm, a cell that failed, an error of one line


@dataclass(frozen=True)
class Scenario:
    """A command, and what of it is watched.

    Attributes:
        name: for the table.
        arguments: of `wcabench`; run in a folder with the stores "one" (finished) and "two" (half of its cells).
        watched: the folder whose changes fail.
        out: a file that stands there before, and must be the old or the new one afterwards; "" for none.
    """

    name: str
    arguments: Sequence[str]
    watched: str
    out: str = ""


def _run(store: str, *pairs: str) -> tuple[str, ...]:
    """Two methods, one of which trains one model for all pairs, and one seed."""
    chosen = (word for pair in pairs for word in ("-p", pair))
    return (
        "run",
        "--suite",
        "toy",
        "-m",
        "lookup",
        "-m",
        "shared",
        "--seeds",
        "1",
        *chosen,
        "--results",
        store,
    )


STORE_SCENARIOS = (
    Scenario("run", _run("two", "all"), "two"),
    Scenario("run --force", (*_run("one", "all"), "--force"), "one"),
    Scenario("store merge", ("store", "merge", "one", "-r", "two"), "two"),
    Scenario("store import", ("store", "import", "one.zip", "-r", "two"), "two"),
    Scenario("store export", ("store", "export", "out/new.zip", "-r", "one"), "out"),
)
OUT_SCENARIOS = (
    Scenario(
        "report --out", ("report", "-r", "one", "--resamples", "100", "--out", "out/t.md"), "out", "out/t.md"
    ),
)


class Campaign:
    """Fails each change of each command, and counts.

    Attributes:
        counts: scenario -> what was counted.
        complaints: what went wrong, one line each.
    """

    def __init__(
        self, folder: Path, seed: int, scenarios: Sequence[Scenario] = (*STORE_SCENARIOS, *OUT_SCENARIOS)
    ) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.scenarios = scenarios
        self.counts: dict[str, Counter[str]] = {scenario.name: Counter() for scenario in scenarios}
        self.complaints: list[str] = []
        self.say: Callable[[str], None] = lambda line: None
        self._make_base()

    def _make_base(self) -> None:
        base = self.folder / "base"
        (base / "out").mkdir(parents=True)
        for arguments in (
            _run("one", "all"),
            _run("two", "en-xx"),
            ("store", "export", "one.zip", "-r", "one"),
        ):
            command = start(arguments, base, "base")
            assert command.wait() == 0, command.errors
        self.reference = contents(base / "one")

    def run(self, every: int, say: Callable[[str], None] = lambda line: None) -> None:
        """Fail one in `every` changes of each command."""
        self.say = say
        for scenario in self.scenarios:
            calls = self._calls(scenario)
            for at in range(1 + self.chance.randrange(every), calls + 1, every):
                for error in ERRORS:
                    self._fail(scenario, at, error, once=True)
                self._fail(scenario, at, errno.ENOSPC, once=False)
                say(f"{scenario.name}: {at} of {calls}; {len(self.complaints)} complaints")
            say(f"{scenario.name}: {calls} changes; {len(self.complaints)} complaints")

    def _fresh(self, scenario: Scenario) -> Path:
        place = self.folder / "trial"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.folder / "base", place)
        if scenario.out:
            (place / scenario.out).write_text("the good old one\n")
        return place

    def _calls(self, scenario: Scenario) -> int:
        """How many changes the command makes."""
        place = self._fresh(scenario)

        def prepare() -> None:
            Injection(
                place / scenario.watched, lambda number: (self.folder / "calls").write_text(str(number))
            )

        command = start(scenario.arguments, place, "count", prepare)
        assert command.wait() == 0, command.errors
        if scenario.out:
            self._new = (place / scenario.out).read_bytes()
        return int((self.folder / "calls").read_text())

    def _fail(self, scenario: Scenario, at: int, error: int, *, once: bool) -> None:
        place = self._fresh(scenario)

        def prepare() -> None:
            def fail(number: int) -> None:
                if number == at or (number > at and not once):
                    raise OSError(error, os.strerror(error))

            Injection(place / scenario.watched, fail)

        command = start(scenario.arguments, place, "failed", prepare)
        code = command.wait()
        where = f"{errno.errorcode[error]} at {at}{'' if once else ' and after'}"
        self.counts[scenario.name]["injected"] += 1
        self._look_at(scenario, command, code, where)
        for name in ("one", "two"):
            self._look_in(scenario, place / name, where)
        if scenario.out:
            content = (place / scenario.out).read_bytes() if (place / scenario.out).is_file() else b""
            if content not in (b"the good old one\n", self._new):
                self._complain(scenario, "outputs destroyed", where)
        if scenario.watched in ("one", "two"):
            self._resume(scenario, place, where)

    def _look_at(self, scenario: Scenario, command: Command, code: int, where: str) -> None:
        if code == -99:
            self._complain(scenario, "hangs", where)
        elif command.has_traceback or code not in FAILS:
            self._complain(scenario, "tracebacks", f"{where}: exit {code}: {command.errors}")

    def _look_in(self, scenario: Scenario, root: Path, where: str) -> None:
        from wcabench.runs.store import Store

        now = contents(root)
        for key in contents(self.folder / "base" / root.name):
            if key not in now:
                self._complain(scenario, "cells lost", f"{where}: {key}")
        if any(self.reference.get(key) != content for key, content in now.items()):
            self._complain(scenario, "other numbers", where)
        for path, reason in Store(root).cells()[1]:
            self._complain(scenario, "half", f"{where}: {path}: {reason}")

    def _resume(self, scenario: Scenario, place: Path, where: str) -> None:
        """The same command again, undisturbed, does all that is left and leaves nothing behind."""
        again = start(scenario.arguments, place, "again")
        if again.wait() != 0 or again.has_traceback:
            self._complain(scenario, "tracebacks", f"{where}: again: {again.errors}")
        if contents(place / scenario.watched) != self.reference:
            self._complain(scenario, "cells lost", f"{where}: after the same command again")
        for path in leftovers(place / scenario.watched):
            if ".failed-" not in path:
                self._complain(scenario, "half", f"{where}: left behind: {path}")

    def _complain(self, scenario: Scenario, kind: str, what: str) -> None:
        self.counts[scenario.name][kind] += 1
        self.complaints.append(f"{scenario.name}: {kind}: {what[-2000:]}")
        self.say(self.complaints[-1])

    def table(self) -> str:
        """The counts in Markdown."""
        rows = [f"| command | {' | '.join(COUNTED)} |", f"| --- |{' ---: |' * len(COUNTED)}"]
        for name, count in self.counts.items():
            rows.append(f"| `{name}` | {' | '.join(str(count[kind]) for kind in COUNTED)} |")
        return "\n".join(rows)
