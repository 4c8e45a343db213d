"""`wcabench` in a process of its own that is forked, hence there at once, in the test world; imported by name alone."""

import functools
import gc
import importlib
import importlib.util
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

WORLD = Path(__file__).parents[1] / "runs" / "world.py"
LIMIT = 120.0  # seconds; a command that takes longer hangs


# What a run imports. Imported before processes are forked, it takes no time in each of them, and no signal comes while
# Python imports, where an interrupt is not yet ours to answer.
IMPORTED = (
    *("rich.console", "rich.progress", "rich.table", "filelock", "numpy"),
    *(
        "wcabench.cli",
        "wcabench.cli.run",
        "wcabench.cli.running",
        "wcabench.cli.progress",
        "wcabench.cli.stderr",
    ),
    *("wcabench.runs.execution", "wcabench.runs.inputs", "wcabench.runs.plan", "wcabench.runs.summary"),
    *("wcabench.runs.archive", "wcabench.runs.merge", "multiprocessing.spawn", "encodings.idna"),
)


def install_world() -> None:
    """Put the test world in place of data and bench, in this process and all that it starts."""
    name = "wcabench_test_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, WORLD)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
        sys.modules[name].install_for_processes()
    for module in IMPORTED:
        importlib.import_module(module)


@dataclass
class Command:
    """A command in a process.

    Attributes:
        pid: of the process, which leads a group.
        out: a file with its stdout.
        err: a file with its stderr.
        started: by the monotonic clock.
        status: as `os.waitpid` gives it; None while it runs.
    """

    pid: int
    out: Path
    err: Path
    started: float
    status: int | None = None

    def wait(self, limit: float = LIMIT) -> int:
        """Its exit code, negative for a signal; -99 for one that hung and was killed."""
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
            elif time.monotonic() - self.started > limit:
                os.killpg(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                return -99
            else:
                time.sleep(0.002)
        return os.waitstatus_to_exitcode(self.status)

    @property
    def errors(self) -> str:
        """What it said on stderr."""
        return self.err.read_text(errors="replace")

    @property
    def has_traceback(self) -> bool:
        """Whether it ended, or a worker of it, as no command may."""
        return "Traceback (most recent call last)" in self.errors


def warm_up() -> None:
    """Have in memory what does not change from run to run: hashes of the code, versions of the packages."""
    from wcabench import registry
    from wcabench.runs import code, environment, keys

    code.training_code()
    code.tagging_code()
    code.scoring_code()
    keys.method_code = functools.cache(code.method_code)
    for name in ("lookup", "shared"):
        keys.method_code(registry.find(name).load())
    environment.package_versions()
    environment.processor_name()
    gc.freeze()  # or each run looks through all of it before it trains


def start(
    arguments: Sequence[str], folder: Path, name: str, prepare: Callable[[], None] = lambda: None
) -> Command:
    """Start a command; its output goes to files in a folder.

    Args:
        arguments: of `wcabench`.
        folder: its working directory.
        name: of its output files.
        prepare: called in the new process before the command.
    """
    out, err = folder / f"{name}.out", folder / f"{name}.err"
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Command(pid, out, err, time.monotonic())
    code = 70
    try:
        os.setsid()
        for number, file in ((1, out), (2, err)):
            os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(folder)
        prepare()
        code = _run(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(arguments: Sequence[str]) -> int:
    from wcabench.cli import main

    try:
        main(list(arguments), prog_name="wcabench")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
