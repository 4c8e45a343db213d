"""`wcabench store show CELL`: all about one cell."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.completion import complete_cell
from wcabench.cli.options import json_option, results_option
from wcabench.cli.output import echo_json, echo_lines
from wcabench.printable import lines as printable_lines

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell

FACTS = (
    "signature",
    "caption",
    "state",
    "error",
    "f1",
    "unpredicted_words",
    "seconds",
    "peak_memory_mb",
    "peak_device_memory_mb",
    "finished",
    "origin",
    "commit",
    "encoder_name",
    "labels",
)
SECTIONS = ("config", "model", "training", "diagnostics", "timings", "environment", "code", "rescored")


@click.command()
@click.argument("cell", shell_complete=complete_cell)
@results_option
@json_option
def show(cell: str, results: Path, as_json: bool) -> None:
    """Show all about one CELL: the beginning of its key, or its folder."""
    from wcabench.runs.cells import ERROR
    from wcabench.runs.store import Store

    stored = Store(results).find(cell)
    if as_json:
        echo_json({**stored.record, "path": str(stored.path)})
        return
    echo_lines(*_describe(stored))
    if (stored.path / ERROR).is_file():
        text = (stored.path / ERROR).read_text(encoding="utf-8", errors="replace")
        echo_lines("", *printable_lines(text))


def _describe(cell: "Cell") -> Iterator[str]:
    from wcabench.reports.provenance import older_note
    from wcabench.runs.signature import cell_signature

    record = {**cell.record, "signature": cell_signature(cell.record)}
    yield f"{cell.suite} {cell.label}  ({cell.key})"
    yield str(cell.path)
    if cell.is_older:
        yield f"note: {older_note([cell])}"
    yield from (f"{name}: {_value(record[name])}" for name in FACTS if record.get(name) not in (None, ""))
    yield from (f"note: {note}" for note in record.get("notes", ()))
    for side, scores in record.get("scores", {}).items():
        yield from _score_lines(side, scores)
    for section in SECTIONS:
        if record.get(section):
            yield ""
            yield section
            yield from (f"  {line}" for line in _lines(record[section]))
    for stage in record.get("stages", ()):
        yield from _stage_lines(stage)


def _stage_lines(stage: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Lines on one stage of the training, and on the stages of another method's model that it started from."""
    yield ""
    yield f"{indent}stage {stage.get('name')}"
    facts = {key: value for key, value in stage.items() if key not in ("name", "stages")}
    yield from (f"{indent}  {line}" for line in _lines(facts))
    for inner in stage.get("stages", ()):
        yield from _stage_lines(inner, f"{indent}  ")


def _score_lines(side: str, scores: Mapping[str, Any]) -> Iterator[str]:
    from wcabench.scoring.scorer import OTHER_SCORERS, STRICT

    others = [
        f"{scorer.name} F1 {scores[scorer.name]['f1']:.2f}"
        for scorer in OTHER_SCORERS
        if scorer.name in scores
    ]
    yield ""
    yield f"{side} ({'; '.join([STRICT.name, *others])})"
    for name, score in {"all": scores["micro"], **scores["per_type"]}.items():
        yield (
            f"  {name:5} P {score['precision']:6.2f}  R {score['recall']:6.2f}  F1 {score['f1']:6.2f}"
            f"  (tp {score['tp']}, predicted {score['predicted']}, gold {score['gold']})"
        )


def _lines(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _lines(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}: {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list) and len(value) > 1:
        return f"{len(value)} values, {_value(value[0])} ... {_value(value[-1])}"
    return str(value)
