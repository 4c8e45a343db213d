"""The kit's report: one finding for each check."""

from dataclasses import dataclass
from typing import Literal

State = Literal["passed", "failed", "not applicable"]


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: the check's name.
        state: "passed", "failed" or "not applicable".
        observed: what the check saw, or why it does not apply.
        advice: what to do; empty unless the check failed.
    """

    check: str
    state: State
    observed: str
    advice: str = ""

    def __str__(self) -> str:
        """One line."""
        return f"{self.state:14}  {self.check:12}  {self.observed}" + (
            f"; {self.advice}" if self.advice else ""
        )


@dataclass(frozen=True)
class Report:
    """All findings on one method.

    Attributes:
        method: its name.
        origin: the method's package, module and class.
        findings: one for each check, in the order of the checks.
        seconds: how long the checks took.
    """

    method: str
    origin: str
    findings: list[Finding]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(finding.state != "failed" for finding in self.findings)

    def __getitem__(self, check: str) -> Finding:
        """Return the finding of a check by its name."""
        return next(finding for finding in self.findings if finding.check == check)

    def __str__(self) -> str:
        """A line for each finding, and a summary."""
        failed = sum(finding.state == "failed" for finding in self.findings)
        end = f"{failed} of {len(self.findings)} checks failed" if failed else "nothing failed"
        return "\n".join([*map(str, self.findings), f"{self.method}: {end} ({self.seconds:.1f} s)"])


def passed(observed: str) -> Finding:
    """Return a finding of a passed check; the kit fills in the check's name."""
    return Finding("", "passed", observed)


def failed(observed: str, advice: str) -> Finding:
    """Return a finding of a failed check: what was seen, in one line, and what to do about it."""
    return Finding("", "failed", " ".join(observed.split()), advice)


def not_applicable(why: str) -> Finding:
    """Return a finding that says why the check does not apply to this method."""
    return Finding("", "not applicable", why)
