"""Global state of the process, which a method's code may change: put back afterwards, so that no cell sees it.

A method that sets torch's default type, changes the working directory or closes stdout would otherwise change, or end,
the cells of the methods that run after it in the same process.
"""

import contextlib
import decimal
import gc
import io
import locale
import logging
import os
import random
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from wcabench.errors import UserError

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "SIGALRM", "SIGCHLD", "SIGUSR1", "SIGUSR2")
_UNKNOWN = object()  # the value of state that cannot be read


class StateError(UserError):
    """A method changed global state that cannot be put back; cells after it would not be what they are alone."""


@dataclass(frozen=True)
class State:
    """One piece of global state.

    Attributes:
        name: as messages call it.
        read: gives its value, which can be compared.
        write: puts a value back.
        fresh: its value before anybody has changed it, for state of a library that was not loaded at first.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]
    fresh: Any = _UNKNOWN


@contextmanager
def state_kept() -> Iterator[None]:
    """Global state is afterwards what it was before, whatever is done meanwhile.

    Raises:
        StateError: something cannot be put back.
    """
    process = os.getpid()
    streams = OutputStreams()
    before = [(state, _value(state)) for state in _states()]
    try:
        yield
    finally:
        if os.getpid() != process:  # a copy of the process that the method made goes no further
            os._exit(0)
        changed = [*streams.put_back(), *_put_back_states(before)]
        if changed:
            raise StateError(
                f"a method changed {' and '.join(changed)} of the process, which cannot be put back; "
                "run the method by itself"
            )


def _put_back_states(before: list[tuple[State, Any]]) -> list[str]:
    """Put values back that are not what they were; gives the names of those that cannot be."""
    known = {state.name for state, _ in before}
    of_new_libraries = [(state, state.fresh) for state in _states() if state.name not in known]
    changed = []
    for state, value in [*before, *of_new_libraries]:
        if value is _UNKNOWN or _equal(_value(state), value):
            continue
        with contextlib.suppress(Exception):  # whether it worked is looked at below
            state.write(value)
        if not _equal(_value(state), value):
            changed.append(state.name)
    return changed


def _value(state: State) -> Any:
    try:
        return state.read()
    except Exception:  # state that this version of a library does not have, or a folder that is gone
        return _UNKNOWN


def _equal(a: Any, b: Any) -> bool:
    """Whether two values are the same; state of NumPy's generators holds arrays."""
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(map(_equal, a, b))
    same = a == b
    return bool(same.all()) if hasattr(same, "all") else bool(same)


def _states() -> list[State]:
    """The state of Python, and of the libraries that are loaded by now."""
    states = [
        State("the environment variables", lambda: dict(os.environ), _set_environment),
        State("the working directory", os.getcwd, os.chdir),
        State("the umask", _umask, os.umask),
        State("the locale", lambda: locale.setlocale(locale.LC_ALL), _set_locale),
        State("the filters of warnings", lambda: list(warnings.filters), _set_filters),
        State("Python's random generator", random.getstate, random.setstate),
        State("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
        State(
            "the import path", lambda: list(sys.path), lambda paths: sys.path.__setitem__(slice(None), paths)
        ),
        State("the garbage collector", gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
        State("the time limit of sockets", socket.getdefaulttimeout, socket.setdefaulttimeout),
        State("the precision of decimals", lambda: decimal.getcontext().prec, _set_decimals),
        State("the level of the log", lambda: logging.root.manager.disable, logging.disable),
        State("the root logger's level", lambda: logging.root.level, logging.root.setLevel),
        State("the hook of errors", lambda: sys.excepthook, lambda hook: setattr(sys, "excepthook", hook)),
    ]
    if threading.current_thread() is threading.main_thread():
        states += [_signal(name) for name in SIGNALS if hasattr(signal, name)]
    if "numpy" in sys.modules:
        states += _numpy_states(sys.modules["numpy"])
    if "torch" in sys.modules:
        states += _torch_states(sys.modules["torch"])
    return states


def _set_decimals(precision: int) -> None:
    decimal.getcontext().prec = precision


def _signal(name: str) -> State:
    number = getattr(signal, name)
    return State(
        f"the handler of {name}", lambda: signal.getsignal(number), lambda old: signal.signal(number, old)
    )


def _numpy_states(numpy: Any) -> list[State]:
    return [
        State("NumPy's generator", numpy.random.get_state, numpy.random.set_state),
        State("NumPy's errors", numpy.geterr, lambda old: numpy.seterr(**old)),
        State("NumPy's printing", numpy.get_printoptions, lambda old: numpy.set_printoptions(**old)),
    ]


def _torch_states(torch: Any) -> list[State]:
    """State of torch that decides numbers, or whether code runs at all."""
    cpu = torch.device("cpu") if hasattr(torch, "device") else None

    def calling(name: str, getter: str, write: Callable[[Any], object], fresh: Any = _UNKNOWN) -> State:
        return State(f"torch's {name}", lambda: getattr(torch, getter)(), write, fresh)

    states = [
        calling(
            "default type",
            "get_default_dtype",
            lambda old: torch.set_default_dtype(old),
            getattr(torch, "float32", _UNKNOWN),
        ),
        calling(
            "default device",
            "get_default_device",
            lambda old: torch.set_default_device(None if old == cpu else old),
            cpu or _UNKNOWN,
        ),
        calling("threads", "get_num_threads", lambda old: torch.set_num_threads(old)),
        calling("gradients", "is_grad_enabled", lambda old: torch._C._set_grad_enabled(old), True),
        calling(
            "determinism",
            "get_deterministic_debug_mode",
            lambda old: torch.set_deterministic_debug_mode(old),
            0,
        ),
        calling(
            "precision of products",
            "get_float32_matmul_precision",
            lambda old: torch.set_float32_matmul_precision(old),
            "highest",
        ),
        calling("generator", "get_rng_state", lambda old: torch.set_rng_state(old)),
        calling("checks", "is_anomaly_enabled", lambda old: torch.set_anomaly_enabled(old), False),
    ]
    cudnn = getattr(getattr(torch, "backends", None), "cudnn", None)
    states += [_flag(cudnn, name) for name in ("benchmark", "deterministic", "enabled")]
    return states


def _flag(owner: Any, name: str) -> State:
    return State(f"torch's cudnn.{name}", lambda: getattr(owner, name), lambda old: setattr(owner, name, old))


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _set_environment(values: dict[str, str]) -> None:
    for name in set(os.environ) - set(values):
        del os.environ[name]
    os.environ.update(values)


def _set_locale(name: str) -> None:
    locale.setlocale(locale.LC_ALL, name)


def _set_filters(filters: list[Any]) -> None:
    warnings.filters[:] = filters  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined]


class OutputStreams:
    """stdin, stdout and stderr, with copies of their descriptors, so that closed ones can be opened again."""

    def __init__(self) -> None:
        self._streams = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
        self._copies: dict[int, int] = {}
        for number in range(3):
            with contextlib.suppress(OSError):  # a program may be started without one
                self._copies[number] = os.dup(number)

    def put_back(self) -> list[str]:
        """Put them back; gives the names of those that cannot be."""
        for number, copy in self._copies.items():
            if not _same_file(number, copy):
                os.dup2(copy, number)
            os.close(copy)
        return [name for name, stream in self._streams.items() if not _put_back(name, stream)]


def _same_file(number: int, other: int) -> bool:
    try:
        a, b = os.fstat(number), os.fstat(other)
    except OSError:
        return False
    return (a.st_dev, a.st_ino, a.st_rdev) == (b.st_dev, b.st_ino, b.st_rdev)


def _put_back(name: str, stream: IO[str] | None) -> bool:
    if stream is None or not _is_closed(stream):
        setattr(sys, name, stream)
        return True
    opened = _reopened(name, stream)
    if opened is not None:
        setattr(sys, name, opened)
        setattr(sys, f"__{name}__", opened)
    return opened is not None


def _is_closed(stream: IO[str]) -> bool:
    try:
        return stream.closed
    except ValueError:  # its buffer was taken away
        return True


def _reopened(name: str, stream: IO[str]) -> IO[str] | None:
    """A new stream on the descriptor that a closed one stood on."""
    number = ("stdin", "stdout", "stderr").index(name)
    try:
        return io.TextIOWrapper(
            open(number, "rb" if number == 0 else "wb", closefd=False),
            encoding=getattr(stream, "encoding", None),
            errors=getattr(stream, "errors", None),
            line_buffering=name == "stderr" or os.isatty(number),
        )
    except OSError:
        return None
