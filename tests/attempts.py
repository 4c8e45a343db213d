"""One attempt at one cell, for the tests of what it leaves."""

from typing import Any

from wcabench.runs.attempt import Result, RunSettings, Silent, attempt


class _Keeping(Silent):
    result: Result

    def finished(self, cell: Any, result: Result) -> None:
        self.result = result


def attempt_one(planned: Any, settings: RunSettings) -> Result:
    """Attempts a cell; its result."""
    listener = _Keeping()
    attempt([planned], settings, listener)
    return listener.result
