"""Attempts one cell, for tests of the result."""

from typing import Any

from wcabench.runs.attempt import Result, RunSettings, Silent, attempt


class _Keeping(Silent):
    result: Result

    def finished(self, cell: Any, result: Result) -> None:
        self.result = result


def attempt_one(planned: Any, settings: RunSettings) -> Result:
    """Attempt a cell, and return its result."""
    listener = _Keeping()
    attempt([planned], settings, listener)
    return listener.result
