"""The work of one model and of each of its cells: load, fit, then predict, score and measure cell by cell."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench import registry
from wcabench.config import build
from wcabench.contract import Side, Tagger
from wcabench.data.guard import data_closed
from wcabench.errors import UserError
from wcabench.nn.identity import encoder_identity, encoder_name
from wcabench.runs.cells import COUNTS, TAGS
from wcabench.runs.counts_file import CountsKey, write_counts
from wcabench.runs.diagnosis import diagnose
from wcabench.runs.environment import environment
from wcabench.runs.grid import default_options
from wcabench.runs.inputs import data_files, load_labels, load_training_data, load_words
from wcabench.runs.memory import peak_device_memory_mb, peak_memory_mb, reset_peak_memory
from wcabench.runs.models import FittedModels, ModelStore
from wcabench.runs.plan import PlannedCell
from wcabench.runs.predictions import count_entities, hide_types, record_scores
from wcabench.runs.process_state import state_kept
from wcabench.runs.record import SCHEMA
from wcabench.runs.signature import environment_fields, signature
from wcabench.runs.tagging import tag
from wcabench.runs.tags_file import TagsBySide, write_tags
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import STRICT

if TYPE_CHECKING:
    from wcabench.data.data_source import DataSource

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TrainedModel:
    """A model, ready to be scored.

    Attributes:
        method: as it was fitted; as it was planned where the store had the model.
        tagger: what it hands back.
        record: see `wcabench.runs.models.StoredModel`.
        device: "cpu" or "cuda".
        shared: whether somebody else had trained it.
    """

    method: Any
    tagger: Tagger
    record: dict[str, Any]
    device: str
    shared: bool


@dataclass(frozen=True)
class FinishedCell:
    """What one cell's work gave, ready for the store.

    Attributes:
        record: what cell.json holds.
        counts: (side, scorer) -> per-sentence counts.
        tags: as predicted for both test sets, legal IOB2 or not.
    """

    record: dict[str, Any]
    counts: dict[CountsKey, Counts]
    tags: TagsBySide

    def fill(self, folder: Path) -> None:
        """Write counts and predicted tags into the cell's folder."""
        write_counts(folder / COUNTS, self.counts)
        write_tags(folder / TAGS, self.tags)


class Stopwatch:
    """Seconds of each phase of the work."""

    def __init__(self) -> None:
        self.start = self.last = time.perf_counter()
        self.timings: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """The time since the last lap belongs to `name`."""
        now = time.perf_counter()
        self.timings[name] = round(now - self.last, 3)
        self.last = now

    @property
    def seconds(self) -> float:
        """Since the start."""
        return round(time.perf_counter() - self.start, 3)


def obtain_model(
    planned: PlannedCell,
    models: ModelStore,
    source: "DataSource",
    device: str,
    progress: Progress,
    *,
    force: bool = False,
) -> TrainedModel:
    """The model of a cell: from the store, or trained now and kept there. The caller holds its lock.

    Args:
        planned: a cell of the model.
        models: where models are kept.
        source: where the data is.
        device: "auto", "cpu" or "cuda".
        progress: called with (phase, done, total).
        force: train it even where the store has it.

    Raises:
        UserError: data, encoder or options that are wrong.
        Exception: whatever the method raises.
    """
    from wcabench.nn.precision import resolve_device

    device = resolve_device(device)
    with state_kept():
        method = build(registry.find(planned.method).load(), planned.model.options, planned.method)
    stored = None if force else models.load(planned.model, device)
    if stored is not None:
        return TrainedModel(method, stored.tagger, stored.record, device, shared=True)
    tagger, record = _fit(method, planned, models, source, device, progress)
    models.save(planned.model, tagger, record)
    return TrainedModel(method, tagger, record, device, shared=False)


def _fit(
    method: Any,
    planned: PlannedCell,
    models: ModelStore,
    source: "DataSource",
    device: str,
    progress: Progress,
) -> tuple[Tagger, dict[str, Any]]:
    """Train a method on what it declared, the suite's data being closed to it otherwise."""
    from wcabench.nn.bench import NetworkBench

    watch = Stopwatch()
    reset_peak_memory()
    if encoder_identity(planned.encoder) != planned.config["model"]["encoder"]["identity"]:
        raise UserError(
            f"encoder '{planned.encoder.name}' changed on disk while this run was going on; give the same command again"
        )
    data, closed = load_training_data(planned, source), data_files(planned, source)
    watch.lap("load")
    bench = NetworkBench(
        data,
        planned.encoder,
        planned.recipe,
        seed=planned.seed,
        device=device,
        progress=progress,
        fit_other=FittedModels(models, planned.model.context),
    )
    del data  # the bench has it, and lets it go when it is closed
    with state_kept(), data_closed(closed):
        tagger: Tagger = method.fit(bench)
    bench.close()
    watch.lap("fit")
    return tagger, {
        "config": planned.model.config,
        "stages": bench.stages,
        "diagnostics": dict(bench.diagnostics),
        "seconds": watch.seconds + sum(stage["seconds"] for stage in bench.stages if stage.get("shared")),
        "timings": watch.timings,
        "peak_memory_mb": peak_memory_mb(),
        "peak_device_memory_mb": peak_device_memory_mb(device),
    }


def score_cell(
    planned: PlannedCell, trained: TrainedModel, source: "DataSource", progress: Progress, *, shared: bool
) -> FinishedCell:
    """Predict the test sets of one cell, and only then load their labels, score and measure.

    Args:
        planned: what to score.
        trained: its model.
        source: where the data is.
        progress: called with (phase, done, total).
        shared: whether another cell or run has the model, too, and had it first.

    Raises:
        ContractError: the tagger breaks its contract.
    """
    watch = Stopwatch()
    tags = _predicted(planned, trained, source, progress, watch)
    data = load_labels(planned, source)
    tags["target"] = hide_types(tags["target"], data.mapped_to_o)
    counts = count_entities(data, tags, read_only=planned.recipe.long_sentences == "truncate")
    watch.lap("score")
    with state_kept():
        measured = diagnose(trained.method, trained.tagger, planned, data, prepared=not trained.shared)
    watch.lap("diagnose")
    model = trained.record
    record = {
        **_header(planned, trained.device),
        "state": "done",
        "f1": counts["target", STRICT].f1,
        "scores": record_scores(counts),
        "unpredicted_words": sum(tag is None for sentence in tags["target"] for tag in sentence),
        **_cost(model, watch),
        "training": training_totals(model["stages"]),
        "stages": model["stages"],
        "model": {"key": planned.model.key, "seconds": round(model["seconds"], 3), "shared": shared},
        "diagnostics": {**model["diagnostics"], **measured},
        "notes": list(data.notes),
    }
    return FinishedCell({**record, "signature": _signature(planned, trained, record)}, counts, tags)


def _predicted(
    planned: PlannedCell,
    trained: TrainedModel,
    source: "DataSource",
    progress: Progress,
    watch: Stopwatch,
) -> TagsBySide:
    """Tag the words of both test sets, the suite's data being closed to the tagger."""
    words, closed = load_words(planned, source), data_files(planned, source)
    watch.lap("load")
    transductive = trained.method.info.transductive
    sides: tuple[Side, ...] = ("target", "source")
    with state_kept(), data_closed(closed):
        tags: TagsBySide = {
            side: tag(trained.tagger, words[side], side, transductive=transductive, progress=progress)
            for side in sides
        }
    watch.lap("predict")
    return tags


def _cost(model: dict[str, Any], watch: Stopwatch) -> dict[str, Any]:
    """Time and memory of a cell with those of its model's training, wherever that was done."""
    fitted = model.get("timings", {})
    return {
        "seconds": round(model["seconds"] + watch.seconds, 3),
        "timings": {
            **watch.timings,
            "load": round(fitted.get("load", 0.0) + watch.timings["load"], 3),
            "fit": fitted.get("fit", model["seconds"]),
        },
        "peak_memory_mb": max(model.get("peak_memory_mb") or 0, peak_memory_mb() or 0),
        "peak_device_memory_mb": model.get("peak_device_memory_mb"),
    }


def _signature(planned: PlannedCell, trained: TrainedModel, record: dict[str, Any]) -> str:
    """The line that says under a table how the cell was made."""
    line = signature(
        planned.config,
        encoder_name(planned.encoder),
        default_options(type(trained.method)),
        labels=planned.data.labels,
        selected=selected(trained.record["stages"]),
    )
    return "|".join([line, *environment_fields(record)])


def training_totals(stages: list[dict[str, Any]]) -> dict[str, Any]:
    """What all stages of a model took together, and what its last one is."""
    own = [stage for stage in stages if "loss" in stage]
    last = own[-1] if own else {}
    return {
        "steps": sum(stage["steps"] for stage in stages),
        "tokens": sum(stage["tokens"] for stage in stages),
        **{name: last[name] for name in ("precision", "parameters", "loss") if name in last},
    }


def selected(stages: list[dict[str, Any]]) -> str:
    """By what rule an epoch was chosen in any of the stages; "last" where none was."""
    rules = {stage.get("select", "last") for stage in stages} - {"last"}
    return "+".join(sorted(rules)) or "last"


def failed_record(planned: PlannedCell, error: str, seconds: float, device: str) -> dict[str, Any]:
    """cell.json of a cell that failed; `error` is one line."""
    return {**_header(planned, device), "state": "failed", "f1": None, "error": error, "seconds": seconds}


def _caption(suite: str) -> str:
    """What the suite says under every table of it; nothing where it cannot be read any more."""
    from wcabench.data import suites

    try:
        return suites.load_suite(suite).caption
    except UserError:
        return ""


def _header(planned: PlannedCell, device: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "key": planned.key,
        "suite": planned.config["suite"],
        "pair": planned.pair,
        "method": planned.method,
        "seed": planned.seed,
        "config": planned.config,
        "encoder_name": encoder_name(planned.encoder),
        "caption": _caption(planned.suite),
        "labels": planned.data.labels,
        "origin": planned.model.origin,
        "environment": environment(device, planned.recipe.precision),
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
