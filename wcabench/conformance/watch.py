"""A bench that remembers what it was asked for, and an eye on the corpus' files while a method is fitted.

This finds mistakes; it is no wall against a method that means to cheat.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from wcabench.nn.bench import Bench
from wcabench.registry import Need

ANSWERS: dict[str, Need] = {
    "labelled": "labelled",
    "parallel": "parallel",
    "target_text": "target-text",
    "dictionary": "dictionary",
}


@dataclass
class Watch:
    """What a method did during its fit.

    Attributes:
        asked: needs that it asked the bench for.
        private: attributes of the bench that are none of a method's business, read or set.
        files: files of the corpus that it opened by itself; they hold target labels.
    """

    asked: set[Need] = field(default_factory=set)
    private: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class WatchedBench(Bench):
    """Hands everything on to a real bench, and keeps account."""

    def __init__(self, bench: Bench, watch: Watch) -> None:
        object.__setattr__(self, "_watched", (bench, watch))

    def __getattribute__(self, name: str) -> Any:
        """The real bench's answer."""
        if name.startswith("__") and name != "__dict__":
            return object.__getattribute__(self, name)
        bench, watch = object.__getattribute__(self, "_watched")
        if name in ANSWERS:
            watch.asked.add(ANSWERS[name])
        elif name.startswith("_"):
            watch.private.add(f"bench.{name}")
        return getattr(bench, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set it on the real bench; only `diagnostics` is the method's to set."""
        bench, watch = object.__getattribute__(self, "_watched")
        if name != "diagnostics":
            watch.private.add(f"bench.{name} (set)")
        setattr(bench, name, value)


_on_duty: list[tuple[Path, Watch]] = []


@contextmanager
def watching_files(corpus: Path, watch: Watch) -> Iterator[None]:
    """Note in `watch` every file under `corpus` that is opened meanwhile."""
    _install()
    _on_duty.append((corpus, watch))
    try:
        yield
    finally:
        _on_duty.pop()


@cache
def _install() -> None:
    # An audit hook cannot be taken out again, so there is one in a process, idle while nobody is on duty.
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _on_duty or event != "open" or not isinstance(arguments[0], str):
        return
    corpus, watch = _on_duty[-1]
    path = Path(arguments[0]).absolute()
    if path.is_relative_to(corpus):
        watch.files.add(str(path.relative_to(corpus)))
