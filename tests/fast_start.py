"""Runs the command line in a new process and asserts that it imports nothing heavy and answers at once."""

import os
import resource
import subprocess
import sys
from pathlib import Path

HEAVY = ("torch", "scipy", "transformers", "datasets", "numba", "pandas", "rich.progress", "huggingface_hub")
SECONDS = 0.8  # processor time, three times that of a quiet core: neighbours on the same core cost some
TRIES = 3  # the best counts


def assert_fast_start(arguments: list[str], cwd: Path, **variables: str) -> None:
    """Call `wcabench` with these arguments and environment variables in that folder."""
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr))\n"
        "from wcabench.cli import main\n"
        f"main({arguments!r} or None, prog_name='wcabench')"
    )
    seconds = []
    for _ in range(TRIES):
        start = _seconds_of_children()
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **variables},
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds.append(_seconds_of_children() - start)
        assert done.returncode == 0 and "HEAVY []" in done.stderr, done.stderr
        if seconds[-1] < SECONDS:
            break
    assert min(seconds) < SECONDS


def _seconds_of_children() -> float:
    """Processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
