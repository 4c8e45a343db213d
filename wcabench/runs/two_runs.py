"""Two runs of one cell: in which sentences their counts differ, and what else of what they left behind does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wcabench.runs.cells import PREDICTIONS, SIDES, Cell
from wcabench.runs.differences import differences

if TYPE_CHECKING:
    from wcabench.scoring.counts import Counts

COUNTED = ("tp", "predicted", "gold")
TRACES = ("training", "diagnostics")  # loss of every step, facts of the couplings


@dataclass(frozen=True)
class TestSet:
    """One test set under one score.

    Attributes:
        name: "target-test" or "source-test"; with " lenient" for the lenient score.
        sentences: how many there are.
        changed: in how many the entities that were found or predicted are others in number.
        then: F1 of the stored run, in percent.
        now: F1 of the new one.
    """

    name: str
    sentences: int
    changed: int
    then: float
    now: float


@dataclass(frozen=True)
class Difference:
    """How a new run of a cell differs from the stored one.

    Attributes:
        tests: both test sets, strict and lenient.
        unlike: what else differs: "predictions", "training from step 3 on", "diagnostics".
        not_stored: what only the new run has, so that it cannot be compared.
        environment: what differs in code, versions and machine: "packages.torch (2.6.0 | 2.7.0)".
    """

    tests: tuple[TestSet, ...]
    unlike: tuple[str, ...]
    not_stored: tuple[str, ...]
    environment: tuple[str, ...]

    @property
    def verdict(self) -> Literal["identical", "same counts", "differs"]:
        """In everything that is stored; in every sentence's counts; or not."""
        if any(test.changed for test in self.tests):
            return "differs"
        return "same counts" if self.unlike else "identical"


def compare_runs(then: Cell, now: Cell) -> Difference:
    """The difference between two finished runs with equal settings.

    Raises:
        UserError: the counts of one cannot be read.
    """
    left = [part for part in (*TRACES, "predictions") if _has(now, part)]
    return Difference(
        tests=tuple(_test_sets(then, now)),
        unlike=tuple(text for part in left if _has(then, part) and (text := _unlike(then, now, part))),
        not_stored=tuple(part for part in left if not _has(then, part)) + _newer(then, now),
        environment=tuple(differences(_environment(then), _environment(now))),
    )


def equal_counts(one: Cell, other: Cell) -> bool:
    """Whether two cells found the same entities in every sentence."""
    return not any(test.changed for test in _test_sets(one, other))


def _test_sets(then: Cell, now: Cell) -> Iterator[TestSet]:
    for side in SIDES:
        for lenient in (False, True):
            a, b = then.counts(side, lenient), now.counts(side, lenient)
            name = f"{side}-test{' lenient' if lenient else ''}"
            yield TestSet(name, len(a.gold), _changed_sentences(a, b), a.f1, b.f1)


def _changed_sentences(a: "Counts", b: "Counts") -> int:
    """Sentences with other counts; all of them where the two are not over the same sentences and types."""
    import numpy as np

    if a.types != b.types or a.gold.shape != b.gold.shape:
        return max(len(a.gold), len(b.gold))
    unequal = [(getattr(a, name) != getattr(b, name)).any(1) for name in COUNTED]
    return int(np.any(unequal, axis=0).sum())


def _has(cell: Cell, part: str) -> bool:
    return (cell.path / PREDICTIONS).is_file() if part == "predictions" else bool(cell.record.get(part))


def _newer(then: Cell, now: Cell) -> tuple[str, ...]:
    """Said where a newer wcabench measures more diagnostics than the stored cell has."""
    old, new = then.record.get("diagnostics"), now.record.get("diagnostics")
    return ("some diagnostics",) if old and new and new.keys() - old.keys() else ()


def _unlike(then: Cell, now: Cell, part: str) -> str:
    """How a part differs; empty where it does not."""
    if part == "predictions":
        same = (then.path / PREDICTIONS).read_bytes() == (now.path / PREDICTIONS).read_bytes()
        return "" if same else part
    old, new = then.record[part], now.record[part]
    if part == "diagnostics":
        new = {name: value for name, value in new.items() if name in old}
    if old == new:
        return ""
    step = _first_other_step(old, new)
    return f"{part} from step {step} on" if step else part


def _first_other_step(then: Mapping[str, Any], now: Mapping[str, Any]) -> int | None:
    """The first step, from 1, at which the total loss is another."""
    old, new = ((table.get("loss") or {}).get("total") or [] for table in (then, now))
    return next((step for step, (a, b) in enumerate(zip(old, new, strict=False), 1) if a != b), None)


def _environment(cell: Cell) -> dict[str, Any]:
    return {**cell.record.get("environment", {}), "code": cell.record.get("code") or {}}
