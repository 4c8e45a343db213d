"""A cell of the grid on disk: a folder with its record, its counts and its predicted tags."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from wcabench.data.files import is_file, read_stored_bytes
from wcabench.errors import UserError
from wcabench.runs.configuration import Configuration
from wcabench.runs.counts_file import CountsKey, read_counts
from wcabench.runs.npz_arrays import LARGEST_FILE
from wcabench.runs.record import CHECKSUMS, RECORD_FILE, SCHEMA, read_record
from wcabench.runs.tags_file import TagsBySide, read_tags
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import STRICT, Scorer, TestSide

RECORD, COUNTS, TAGS, ERROR = RECORD_FILE, "counts.npz", "tags.npz", "error.txt"
TOLERANCE = 1e-6  # of an F1 in percent, between the record and the counts
CELL_FOLDER = re.compile(r"seed-\d+-(?P<key>\w+)")
PREDICTIONS = "predictions.conll"  # of schema 1: words and tags of the target's test set


@dataclass(frozen=True)
class Cell:
    """A cell that was run; its properties read records of every schema alike.

    Attributes:
        path: its folder.
        record: what cell.json holds.
    """

    path: Path
    record: dict[str, Any] = field(repr=False)

    @property
    def key(self) -> str:
        """First 16 hex digits of the sha256 of its configuration."""
        return str(self.record["key"])

    @property
    def suite(self) -> str:
        """Name of the suite."""
        return str(self.record["suite"])

    @property
    def pair(self) -> str:
        """The language pair, "en-nl"."""
        return str(self.record["pair"])

    @property
    def method(self) -> str:
        """The method's name."""
        return str(self.record["method"])

    @property
    def seed(self) -> int:
        """The seed."""
        return int(self.record["seed"])

    @property
    def state(self) -> str:
        """Either "done" or "failed"."""
        return str(self.record["state"])

    @property
    def f1(self) -> float | None:
        """Strict micro F1 on the target test set, in percent; None for a failed cell."""
        value = self.record.get("f1")
        return None if value is None else float(value)

    @property
    def label(self) -> str:
        """For people: "en-nl wca-hard seed 1"."""
        return f"{self.pair} {self.method} seed {self.seed}"

    @property
    def schema(self) -> int:
        """Schema of the record."""
        return int(self.record["schema"])

    @property
    def is_older(self) -> bool:
        """Whether an older wcabench wrote it: it is read, but no run of this one takes it for done."""
        return self.schema < SCHEMA

    @property
    def config(self) -> dict[str, Any]:
        """Everything that decides the numbers, as it was written: what the key is made of."""
        return dict(self.record["config"])

    @cached_property
    def configuration(self) -> Configuration:
        """The same, read by names that hold for every schema."""
        return Configuration(self.record["config"])

    @property
    def options(self) -> dict[str, Any]:
        """All options of the method."""
        return self.configuration.options

    @property
    def encoder_table(self) -> dict[str, Any]:
        """The encoder's settings, with "identity" for its content."""
        return self.configuration.encoder

    @property
    def encoder_identity(self) -> str:
        """What the encoder is by content: "hub:<id>@<revision>" or "sha256:<hex>"."""
        return str(self.encoder_table.get("identity", ""))

    @property
    def encoder_name(self) -> str:
        """The name that people know the encoder by."""
        return str(self.record.get("encoder_name") or self.encoder_identity)

    @property
    def recipe(self) -> dict[str, Any]:
        """How the model was trained."""
        return self.configuration.recipe

    @property
    def leaves_words_out(self) -> bool:
        """Whether words beyond the length limit are left out of the score, as systems that truncate do."""
        return self.recipe.get("long_sentences") == "truncate"

    @property
    def data_sha256(self) -> dict[str, str]:
        """Name of each part of the data -> sha256 of its content."""
        return self.configuration.data_sha256

    @property
    def labels(self) -> str:
        """The label policy: "drop", "map" or "keep"; empty where it is not known."""
        return str(self.record.get("labels") or self.configuration.labels)

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The entity types that are scored."""
        return self.configuration.types or self.counts().types

    @property
    def code(self) -> Mapping[str, str]:
        """sha256 of the code of "harness", "method", "tagging" and "scoring", as far as it was recorded."""
        code: Mapping[str, str] = self.configuration.code or self.record.get("code") or {}
        return code

    @property
    def model_key(self) -> str | None:
        """Cells with the same model key were made with one trained model; None before there were such keys."""
        key = self.record.get("model", {}).get("key")
        return None if key is None else str(key)

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The stages of the training: name, steps, epochs, loss, seconds; none before they were recorded."""
        return list(self.record.get("stages", ()))

    @property
    def seconds(self) -> float:
        """Wall-clock time with all of its model's training, also where another cell trained the model."""
        return float(self.record["seconds"])

    @property
    def training_seconds(self) -> float | None:
        """Time of the model's training, wherever it was done; None where it was not recorded."""
        seconds = self.record.get("model", {}).get("seconds", self.record.get("timings", {}).get("fit"))
        return None if seconds is None else float(seconds)

    @property
    def precision(self) -> str | None:
        """Of the training: "fp32" or "bf16"; None where it was not recorded."""
        of_recipe = self.recipe.get("precision")
        recorded = self.record.get("training", {}).get("precision") or self.environment.get("precision")
        return recorded or (None if of_recipe in (None, "auto") else str(of_recipe))

    @property
    def environment(self) -> Mapping[str, Any]:
        """What it ran on: versions, machine, device."""
        environment: Mapping[str, Any] = self.record.get("environment", {})
        return environment

    @property
    def diagnostics(self) -> dict[str, Any]:
        """What was measured after the predictions."""
        return dict(self.record.get("diagnostics", {}))

    @property
    def notes(self) -> list[str]:
        """What every table with this cell must say."""
        return [str(note) for note in self.record.get("notes", ())]

    def checksum(self, name: str) -> str | None:
        """The sha256 of a file of the cell as it was written; None for cells from before it was recorded."""
        sha256: str | None = self.record.get(CHECKSUMS, {}).get(name)
        return sha256

    def counts(self, side: TestSide = "target", scorer: Scorer = STRICT) -> Counts:
        """Per-sentence entity counts on the test set of one side.

        Raises:
            UserError: counts.npz is missing or damaged, or the cell was not scored by that scorer.
        """
        path, sha256 = self.path / COUNTS, self.checksum(COUNTS)
        return read_counts(path, [(side, scorer)], sha256=sha256)[side, scorer]

    def all_counts(self) -> dict[CountsKey, Counts]:
        """The counts on both test sets by every scorer that the cell was scored by.

        Raises:
            UserError: counts.npz is missing or damaged.
        """
        return read_counts(self.path / COUNTS, sha256=self.checksum(COUNTS))

    def tags(self) -> TagsBySide:
        """The predicted tags: of both test sets, in schema 1 of the target's alone, of none where none were kept.

        Raises:
            UserError: their file is damaged, or is missing though it was kept.
        """
        sha256 = self.checksum(TAGS)
        if sha256 is not None or is_file(self.path / TAGS):
            return read_tags(self.path / TAGS, sha256=sha256)
        if not is_file(self.path / PREDICTIONS):
            return {}
        from wcabench.data.columns import read_written

        sentences = read_written(self.path / PREDICTIONS)
        return {"target": [list(sentence.tags) for sentence in sentences]}


def read_files(cell: Cell, names: Iterable[str]) -> dict[str, bytes]:
    """The files of a cell as they stand, by name; those that the cell does not have are left out.

    Raises:
        UserError: one is missing that was there when the cell was written, is a pipe, or cannot be read.
    """
    files = {}
    for name in names:
        if cell.checksum(name) is not None or is_file(cell.path / name):
            files[name] = read_stored_bytes(cell.path / name, LARGEST_FILE)
    return files


def read_cell(folder: Path) -> Cell:
    """The cell in a folder, with its record and counts checked: nothing half-written passes.

    The predicted tags may be absent.

    Raises:
        UserError: a file is missing or damaged, the key does not belong to the configuration or to the folder, or a
            newer wcabench wrote it.
    """
    path = folder / RECORD
    if not is_file(path):
        raise UserError(f"{folder}: no {RECORD}: not a whole cell")
    cell = Cell(folder, read_record(path))
    named = CELL_FOLDER.fullmatch(folder.name)
    if named and named["key"] != cell.key:
        raise UserError(f"{path}: the record of another cell ({cell.key}) than the folder's name says")
    if cell.state == "done":
        _check_counts(cell)
    return cell


def _check_counts(cell: Cell) -> None:
    """The counts are whole, and the scores of the record are theirs."""
    counts = cell.all_counts()
    f1 = counts["target", STRICT].f1
    if cell.f1 is None or not abs(cell.f1 - f1) < TOLERANCE:
        raise UserError(
            f"{cell.path / RECORD}: F1 {cell.f1} is not the {f1:.2f} of its counts; run the cell again"
        )
    for (side, scorer), of_scorer in counts.items():
        scores = cell.record.get("scores", {}).get(f"{side}-test", {})
        recorded = scores.get("micro" if scorer is STRICT else scorer.name)
        if recorded is not None and not abs(recorded["f1"] - of_scorer.f1) < TOLERANCE:
            raise UserError(
                f"{cell.path / RECORD}: its {scorer.name} F1 on {side}-test is not that of its counts; "
                "run the cell again"
            )
