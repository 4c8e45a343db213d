"""The work of one cell: load, fit, predict, score; everything its record holds."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench import registry
from wcabench.config import build
from wcabench.errors import UserError
from wcabench.nn.identity import encoder_name
from wcabench.runs.cells import COUNTS, TAGS
from wcabench.runs.code import harness_code, method_code
from wcabench.runs.counts_file import CountsKey, write_counts
from wcabench.runs.diagnosis import diagnose
from wcabench.runs.environment import environment
from wcabench.runs.grid import default_options
from wcabench.runs.memory import peak_device_memory_mb, peak_memory_mb, reset_peak_memory
from wcabench.runs.plan import PlannedCell
from wcabench.runs.predictions import count_entities, predict, record_scores
from wcabench.runs.record import SCHEMA
from wcabench.runs.signature import environment_fields, signature
from wcabench.runs.tags_file import TagsBySide, write_tags
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import STRICT

if TYPE_CHECKING:
    from wcabench.data.resources import DataSource
    from wcabench.data.sentences import PairData

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Finished:
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


def load_data(planned: PlannedCell, source: "DataSource") -> "PairData":
    """The data of a cell.

    Raises:
        UserError: unknown suite, missing or wrong data, or data that changed since the plan was made.
    """
    from wcabench.data import suites

    data = suites.load_suite(planned.suite).load(planned.pair, planned.data, source)
    expected = planned.config["data"]["sha256"]
    changed = [name for name, sha256 in data.sha256.items() if expected.get(name, sha256) != sha256]
    if changed:
        raise UserError(f"{planned.pair}: {', '.join(changed)} changed on disk while this run was going on")
    return data


def check_data(cells: Iterable[PlannedCell], source: "DataSource") -> None:
    """Load the data of each pair once: what is missing or wrong is said before anything is trained."""
    cells = list(cells)
    for planned in {(cell.suite, cell.pair): cell for cell in cells}.values():
        data = load_data(planned, source)
        for method in sorted({cell.method for cell in cells if cell.pair == planned.pair}):
            _check_needs(method, data)


def _check_needs(method: str, data: "PairData") -> None:
    """A method is not run on less than it declares."""
    for need in sorted(registry.find(method).load().info.needs):
        if not data.slot(need):
            raise UserError(
                f"method '{method}' needs {need} data, and suite '{data.suite}' has none for {data.pair}: "
                "leave the method out, or add the data to a suite of your own"
            )


def check_encoders(cells: Iterable[PlannedCell]) -> None:
    """Read the configuration of each encoder once: layers it does not have are said before anything is trained."""
    from wcabench.nn.encoder import check_encoder

    for encoder in {cell.encoder for cell in cells}:
        check_encoder(encoder)


def work(planned: PlannedCell, source: "DataSource", device: str, progress: Progress) -> Finished:
    """Run one cell.

    Args:
        planned: what to run.
        source: where the data is.
        device: "auto", "cpu" or "cuda".
        progress: called with (phase, done, total).

    Raises:
        UserError: data, encoder or options that are wrong.
        Exception: whatever the method raises.
    """
    from wcabench.nn import bench as benches

    watch = Stopwatch()
    reset_peak_memory()
    device = benches.cuda_or_cpu(device)
    cls = registry.find(planned.method).load()
    code = {"harness": harness_code(), "method": method_code(cls)}  # now, as it was loaded
    method = build(cls, planned.options, planned.method)
    data = load_data(planned, source)
    bench = benches.Bench(
        data,
        planned.encoder,
        planned.recipe,
        seed=planned.seed,
        needs=cls.info.needs,
        device=device,
        progress=progress,
    )
    watch.lap("load")
    tagger = method.fit(bench)
    watch.lap("fit")
    tags = predict(tagger, data)
    watch.lap("predict")
    counts = count_entities(data, tags, read_only=planned.recipe.long_sentences == "truncate")
    watch.lap("score")
    memory = {"peak_memory_mb": peak_memory_mb(), "peak_device_memory_mb": peak_device_memory_mb(device)}
    noted = bench.record()
    measured = diagnose(method, tagger, bench, data)
    watch.lap("diagnose")
    record = {
        **_header(planned, device, noted),
        "state": "done",
        "f1": counts["target", STRICT].f1,
        "scores": record_scores(counts),
        "unpredicted_words": sum(tag is None for sentence in tags["target"] for tag in sentence),
        "seconds": watch.seconds,
        "timings": watch.timings,
        **memory,
        "training": noted.get("training", {}),
        "diagnostics": {**noted.get("diagnostics", {}), **measured},
        "notes": list(data.notes),
        "code": code,
    }
    line = signature(planned.config, encoder_name(planned.encoder), default_options(cls))
    record["signature"] = "|".join([line, *environment_fields(record)])
    return Finished(record, counts, tags)


def failed_record(planned: PlannedCell, error: str, seconds: float, device: str) -> dict[str, Any]:
    """cell.json of a cell that failed; `error` is one line."""
    return {**_header(planned, device, {}), "state": "failed", "f1": None, "error": error, "seconds": seconds}


def _caption(suite: str) -> str:
    """What the suite says under every table of it; nothing where it cannot be read any more."""
    from wcabench.data import suites

    try:
        return suites.load_suite(suite).caption
    except UserError:
        return ""


def _header(planned: PlannedCell, device: str, noted: dict[str, Any]) -> dict[str, Any]:
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
        "origin": planned.origin,
        "environment": environment(device, noted.get("training", {}).get("precision")),
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
