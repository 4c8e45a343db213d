"""Times two implementations in turn within one run, so that both see the same load and clock of the machine."""

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
# The ratios of a run, in their order; they are printed at its end.
RATIOS: list["Ratio"] = []


@dataclass(frozen=True)
class Ratio:
    """The time of a peer over ours, round by round.

    Attributes:
        task: what is timed.
        peer: the other implementation.
        ours: our seconds in each round.
        theirs: the peer's seconds in each round.
        note: what else differs between the two.
    """

    task: str
    peer: str
    ours: np.ndarray
    theirs: np.ndarray
    note: str = ""

    def quartiles(self) -> tuple[float, float, float]:
        """Return the quartiles of the rounds' ratios."""
        low, middle, high = np.quantile(self.theirs / self.ours, [0.25, 0.5, 0.75])
        return float(low), float(middle), float(high)

    def row(self) -> str:
        """Return a line of the Markdown table."""
        low, middle, high = self.quartiles()
        ours, theirs = (1000 * float(np.median(times)) for times in (self.ours, self.theirs))
        return (
            f"| {self.task} | {self.peer} | {ours:.3g} | {theirs:.3g} | **{middle:.3g}** | {low:.3g}-{high:.3g} "
            f"| {len(self.ours)} | {self.note} |"
        )


def cpu_seconds() -> float:
    """Return the processor time of this process, its threads and its finished children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def in_turn(function: Callable[[Any], Any], items: Iterable[Any]) -> Callable[[], Any]:
    """Return a function that, at each call, processes the next item, in a cycle."""
    endless = cycle(items)
    return lambda: function(next(endless))


def interleave(
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = cpu_seconds,
) -> tuple[np.ndarray, np.ndarray]:
    """Return our and the peer's seconds in each round, after one round of each that is not counted."""
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
    task: str,
    peer_name: str,
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    note: str = "",
    rounds: int = ROUNDS,
) -> Ratio:
    """Compare under pytest-benchmark, which times ours; the peer is run and timed in the set-up of each round."""
    theirs: list[float] = []

    def timed_peer() -> None:
        start = cpu_seconds()
        peer()
        theirs.append(cpu_seconds() - start)

    timed_peer()
    ours()
    theirs.clear()
    benchmark.pedantic(ours, setup=timed_peer, rounds=rounds, iterations=1)
    ratio = Ratio(task, peer_name, np.array(benchmark.stats.stats.data), np.array(theirs), note)
    low, middle, high = ratio.quartiles()
    benchmark.extra_info.update(peer=peer_name, ratio=middle, quartiles=[low, high])
    RATIOS.append(ratio)
    return ratio
