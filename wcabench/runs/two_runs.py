"""Two runs of one cell: the sentences whose counts changed, and what else differs of what the runs stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wcabench.data.files import is_file
from wcabench.runs.cells import TAGS, Cell
from wcabench.runs.differences import differences
from wcabench.runs.tags_file import Tags
from wcabench.scoring.counts import changed_sentences
from wcabench.scoring.scorer import STRICT

TRACES = ("training", "stages", "diagnostics")  # losses of every step, facts of the couplings


@dataclass(frozen=True)
class ScoreChange:
    """One test set, by one scorer, in two runs.

    Attributes:
        name: "target-test" or "source-test"; with the scorer's name behind it where that is not the strict one.
        sentences: how many there are.
        changed: sentences whose counts changed.
        then: F1 of the stored run, in percent.
        now: F1 of the new one.
    """

    name: str
    sentences: int
    changed: int
    then: float
    now: float


@dataclass(frozen=True)
class RunDifference:
    """How a new run of a cell differs from the stored one.

    Attributes:
        tests: both test sets, by every scorer that both runs were scored by.
        unlike: what else differs: "predictions", "training from step 3 on", "diagnostics".
        not_stored: what only the new run has, so that it cannot be compared.
        environment: what differs in code, versions and machine: "packages.torch (2.6.0 | 2.7.0)".
    """

    tests: tuple[ScoreChange, ...]
    unlike: tuple[str, ...]
    not_stored: tuple[str, ...]
    environment: tuple[str, ...]

    @property
    def verdict(self) -> Literal["identical", "same counts", "differs"]:
        """In everything that is stored; in every sentence's counts; or not."""
        if any(test.changed for test in self.tests):
            return "differs"
        return "same counts" if self.unlike else "identical"


def compare_runs(then: Cell, now: Cell) -> RunDifference:
    """The difference between two finished runs with equal settings.

    Raises:
        UserError: counts or predicted tags of one cannot be read.
    """
    unlike, not_stored = _compare_tags(then, now)
    for name in TRACES:
        if now.record.get(name) and not then.record.get(name):
            not_stored.append(name)
        elif now.record.get(name) and (text := _unlike_trace(then, now, name)):
            unlike.append(text)
    return RunDifference(
        tests=tuple(_score_changes(then, now)),
        unlike=tuple(unlike),
        not_stored=(*not_stored, *_newly_measured(then, now)),
        environment=tuple(differences(_environment(then), _environment(now))),
    )


def equal_counts(a: Cell, b: Cell) -> bool:
    """Whether two cells found the same entities in every sentence."""
    return not any(test.changed for test in _score_changes(a, b))


def _score_changes(then: Cell, now: Cell) -> Iterator[ScoreChange]:
    old, new = then.all_counts(), now.all_counts()
    for (side, scorer), a in old.items():
        if (side, scorer) in new:
            b = new[side, scorer]
            name = f"{side}-test" + ("" if scorer is STRICT else f" {scorer.name}")
            yield ScoreChange(name, len(a.gold), changed_sentences(a, b), a.f1, b.f1)


def _compare_tags(then: Cell, now: Cell) -> tuple[list[str], list[str]]:
    """Whether the predicted tags of both differ, and whether they cannot be compared: ["predictions"] or nothing."""
    old, new = then.tags(), now.tags()
    if not new:
        return [], []
    if not old:
        return [], ["predictions"]
    if not is_file(then.path / TAGS):  # older cells say O of a word without a prediction
        new = {side: _unpredicted_as_o(sentences) for side, sentences in new.items()}
    return ["predictions"] if any(new.get(side) != tags for side, tags in old.items()) else [], []


def _unpredicted_as_o(sentences: Sequence[Tags]) -> list[Tags]:
    return [[tag or "O" for tag in tags] for tags in sentences]


def _newly_measured(then: Cell, now: Cell) -> tuple[str, ...]:
    """Said where the new run measured diagnostics that the stored one has not."""
    return (
        ("some diagnostics",) if then.diagnostics and now.diagnostics.keys() - then.diagnostics.keys() else ()
    )


def _unlike_trace(then: Cell, now: Cell, name: str) -> str:
    """How a part of the records differs; empty where it does not."""
    old, new = then.record[name], now.record[name]
    if name == "diagnostics":
        new = {key: value for key, value in new.items() if key in old}
    if name == "stages":
        old, new = ([_without_circumstances(stage) for stage in stages] for stages in (old, new))
    if old == new:
        return ""
    step = _first_other_step(old, new) if isinstance(old, Mapping) else None
    return f"{name} from step {step} on" if step else name


def _without_circumstances(stage: Mapping[str, Any]) -> dict[str, Any]:
    """A stage without what two runs need not share: its time, and whether its model was there already."""
    kept = {key: value for key, value in stage.items() if key not in ("seconds", "model", "shared")}
    if "stages" in kept:
        kept["stages"] = [_without_circumstances(inner) for inner in kept["stages"]]
    return kept


def _first_other_step(then: Mapping[str, Any], now: Mapping[str, Any]) -> int | None:
    """The first step, from 1, at which the total loss is another."""
    old, new = ((table.get("loss") or {}).get("total") or [] for table in (then, now))
    return next((step for step, (a, b) in enumerate(zip(old, new, strict=False), 1) if a != b), None)


def _environment(cell: Cell) -> dict[str, Any]:
    return {**cell.environment, "code": dict(cell.code)}
