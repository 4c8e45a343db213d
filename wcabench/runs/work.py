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
from wcabench.runs.cells import COUNTS, PREDICTIONS, SCHEMA
from wcabench.runs.code import harness_code, method_code
from wcabench.runs.counts_file import write_counts
from wcabench.runs.diagnosis import diagnose
from wcabench.runs.environment import environment
from wcabench.runs.grid import default_options
from wcabench.runs.memory import peak_device_memory_mb, peak_memory_mb, reset_peak_memory
from wcabench.runs.plan import PlannedCell
from wcabench.runs.predictions import Tags, count_entities, predict, record_scores
from wcabench.runs.signature import environment_fields, signature

if TYPE_CHECKING:
    from wcabench.data.resources import DataSource
    from wcabench.data.sentences import PairData
    from wcabench.scoring.counts import Counts

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Finished:
    """What one cell's work gave, ready for the store.

    Attributes:
        record: what cell.json holds.
        counts: (side, lenient) -> per-sentence counts.
        predictions: words and predicted tags of the target's test set.
    """

    record: dict[str, Any]
    counts: "dict[tuple[str, bool], Counts]"
    predictions: list[tuple[tuple[str, ...], Tags]]

    def fill(self, folder: Path) -> None:
        """Write counts and predictions into the cell's folder."""
        from wcabench.data.columns import write_columns
        from wcabench.data.sentences import Sentence

        write_counts(folder / COUNTS, self.counts)
        sentences = (Sentence(words, tuple(tag or "O" for tag in tags)) for words, tags in self.predictions)
        # As predicted: tags that are not legal IOB2 are read as such by the strict and the lenient score.
        write_columns(folder / PREDICTIONS, sentences, scheme="raw")


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
    """Try each encoder out once: what it cannot do is said before anything is trained."""
    from wcabench.nn.probe import probe_encoder

    for encoder, max_length in dict.fromkeys((cell.encoder, cell.recipe.max_length) for cell in cells):
        probe_encoder(encoder, max_length)


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
        "f1": counts["target", False].f1,
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
    words = [sentence.words for sentence in data.target_test]
    return Finished(record, counts, list(zip(words, tags["target"], strict=True)))


def failed_record(planned: PlannedCell, error: str, seconds: float, device: str) -> dict[str, Any]:
    """cell.json of a cell that failed; `error` is one line."""
    return {**_header(planned, device, {}), "state": "failed", "f1": None, "error": error, "seconds": seconds}


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
        "origin": planned.origin,
        "environment": environment(device, noted.get("training", {}).get("precision")),
        "finished": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
