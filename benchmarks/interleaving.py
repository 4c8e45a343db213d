"""Two ways of doing one thing, timed in turn within one run: both sides see the same load and clock of the machine."""

import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

ROUNDS = 20
HEADER = "| what | beside | ours, ms | peer, ms | ratio | quartiles | rounds | note |"
RULE = "|---|---|---:|---:|---:|---|---:|---|"
# What a run found, in its order; printed at its end.
FOUND: list["Ratio"] = []


@dataclass(frozen=True)
class Ratio:
    """How many times the peer's time is ours, round by round.

    Attributes:
        what: was done.
        peer: who did it too.
        ours: seconds of each round.
        theirs: likewise.
        note: what else differs between the two.
    """

    what: str
    peer: str
    ours: np.ndarray
    theirs: np.ndarray
    note: str = ""

    def quartiles(self) -> tuple[float, float, float]:
        """Of the ratios of the rounds."""
        low, middle, high = np.quantile(self.theirs / self.ours, [0.25, 0.5, 0.75])
        return float(low), float(middle), float(high)

    def row(self) -> str:
        """A line of the Markdown table."""
        low, middle, high = self.quartiles()
        ours, theirs = (1000 * float(np.median(times)) for times in (self.ours, self.theirs))
        return (
            f"| {self.what} | {self.peer} | {ours:.3g} | {theirs:.3g} | **{middle:.3g}** | {low:.3g}-{high:.3g} "
            f"| {len(self.ours)} | {self.note} |"
        )


def cpu_seconds() -> float:
    """Processor time of this process, all its threads and its finished children: others' work is not in it."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def in_turn(function: Callable[[Any], Any], items: Iterable[Any]) -> Callable[[], Any]:
    """A call that does the next of several pieces of work, over and over."""
    endless = cycle(items)
    return lambda: function(next(endless))


def interleave(
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = cpu_seconds,
) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of each round, ours and the peer's, after one round of each that does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(-1, rounds):
        for side, call in zip(times, (ours, peer), strict=True):
            start = clock()
            call()
            if number >= 0:
                side.append(clock() - start)
    return np.array(times[0]), np.array(times[1])


def compare(
    benchmark: Any,
    what: str,
    peer_name: str,
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    note: str = "",
    rounds: int = ROUNDS,
) -> Ratio:
    """The same under pytest-benchmark: it times ours, and the peer runs, timed, in the set-up of each round."""
    theirs: list[float] = []

    def timed_peer() -> None:
        start = cpu_seconds()
        peer()
        theirs.append(cpu_seconds() - start)

    timed_peer()
    ours()
    theirs.clear()
    benchmark.pedantic(ours, setup=timed_peer, rounds=rounds, iterations=1)
    found = Ratio(what, peer_name, np.array(benchmark.stats.stats.data), np.array(theirs), note)
    low, middle, high = found.quartiles()
    benchmark.extra_info.update(peer=peer_name, ratio=middle, quartiles=[low, high])
    FOUND.append(found)
    return found
