"""What the kit found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["passed", "failed", "not applicable"]


@dataclass(frozen=True)
class Finding:
    """What came of one check.

    Attributes:
        check: the check's name.
        state: "passed", "failed" or "not applicable".
        found: what was seen, or why the check does not apply.
        advice: what to do; empty unless it failed.
    """

    check: str
    state: State
    found: str
    advice: str = ""

    def __str__(self) -> str:
        """One line."""
        return f"{self.state:14}  {self.check:12}  {self.found}" + (f"; {self.advice}" if self.advice else "")


@dataclass(frozen=True)
class Report:
    """All findings on one method.

    Attributes:
        method: its name.
        origin: package, module and class that it comes from.
        findings: one a check, in the order of the checks.
        seconds: what the checks took.
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
        """The finding of the check of that name."""
        return next(finding for finding in self.findings if finding.check == check)

    def __str__(self) -> str:
        """A line for each finding, and one for all."""
        failed = sum(finding.state == "failed" for finding in self.findings)
        end = f"{failed} of {len(self.findings)} checks failed" if failed else "nothing failed"
        return "\n".join([*map(str, self.findings), f"{self.method}: {end} ({self.seconds:.1f} s)"])


def passed(found: str) -> Finding:
    """As it should be; the kit fills in the check's name."""
    return Finding("", "passed", found)


def failed(found: str, advice: str) -> Finding:
    """Not as it should be, in one line, and what to do about it."""
    return Finding("", "failed", " ".join(found.split()), advice)


def not_applicable(why: str) -> Finding:
    """Nothing to check in this method."""
    return Finding("", "not applicable", why)
