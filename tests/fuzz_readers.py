"""A fuzzer of all readers: it damages valid files, and each must be read correctly or refused with one line.

    python tests/fuzz_readers.py 1000000 --seed 0 --processes 2

What counts as a failure: another error than `UserError`, an error of several lines, more than `LIMIT_SECONDS` for one
input, or something that was read and breaks what its reader promises (`check` of each target): words that cannot be
written, lines that were lost, links beyond their sentences, numbers that are not finite.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz_damages import mutated
from fuzz_targets import TARGETS

from wcabench.errors import UserError

LIMIT_SECONDS = 10


@dataclass
class Tally:
    """The results of one reader's inputs."""

    read: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)


@contextmanager
def _limited() -> Iterator[None]:
    def late(*_: Any) -> None:
        raise TimeoutError(f"more than {LIMIT_SECONDS} s")

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def try_one(name: str, number: int, seed: int, folder: Path, tally: Tally) -> None:
    """Try one damaged input of a reader."""
    target = TARGETS[name]
    chance = random.Random(f"{seed} {name} {number}")
    damaged = chance.choice(list(target.files))
    for file, raw in target.files.items():
        (folder / file).write_bytes(mutated(raw, chance) if file == damaged else raw)
    try:
        with _limited():
            target.read(folder, chance)
        tally.read += 1
    except UserError as error:
        tally.refused += 1
        if "\n" in str(error) or not str(error):
            tally.failures.append(f"{name} {number}: an error of several lines: {str(error)!r}")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error}"[:300]
        tally.failures.append(f"{name} {number}: {reason} ({Path(where.filename).name}:{where.lineno})")


def fuzz(inputs: range, seed: int) -> dict[str, Tally]:
    """Try inputs of all readers in turn; a number and a seed determine an input."""
    tallies = {name: Tally() for name in TARGETS}
    names = list(TARGETS)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        for number in inputs:
            name = names[number % len(names)]
            try_one(name, number, seed, folder, tallies[name])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return tallies


def main() -> int:
    """Print a table of the results; return 1 if any input failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    step = max(1, min(5_000, options.inputs // options.processes))
    parts = [range(at, min(at + step, options.inputs)) for at in range(0, options.inputs, step)]
    totals = {name: Tally() for name in TARGETS}
    with ProcessPoolExecutor(options.processes) as pool:
        for tallies in pool.map(fuzz, parts, [options.seed] * len(parts)):
            for name, tally in tallies.items():
                totals[name].read += tally.read
                totals[name].refused += tally.refused
                totals[name].failures += tally.failures
    print(f"{'reader':24} {'inputs':>9} {'read':>9} {'refused':>9} {'failed':>7}")
    for name, tally in totals.items():
        failed = len(tally.failures)
        print(
            f"{name:24} {tally.read + tally.refused + failed:9} {tally.read:9} {tally.refused:9} {failed:7}"
        )
    failures = [failure for tally in totals.values() for failure in tally.failures]
    kinds = Counter(failure.partition(": ")[2][:120] for failure in failures)
    print(
        f"{options.inputs} inputs in {time.perf_counter() - start:.0f} s, seed {options.seed}: {len(failures)} failed"
    )
    for kind, count in kinds.most_common(40):
        print(f"{count:6}  {kind}")
    for failure in failures[:20]:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
