"""A cell of the grid on disk: a folder with its record, its counts and its predicted tags."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.runs.configuration import Configuration
from wcabench.runs.counts_file import read_counts
from wcabench.runs.record import SCHEMA, check_record
from wcabench.runs.tags_file import TagsBySide, read_tags
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import STRICT, Scorer, TestSide

RECORD, COUNTS, TAGS, ERROR = "cell.json", "counts.npz", "tags.npz", "error.txt"
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

    def counts(self, side: TestSide = "target", scorer: Scorer = STRICT) -> Counts:
        """Per-sentence entity counts on the test set of one side.

        Raises:
            UserError: counts.npz is missing or damaged, or the cell was not scored by that scorer.
        """
        return read_counts(self.path / COUNTS, [(side, scorer)])[side, scorer]

    def tags(self) -> TagsBySide:
        """The predicted tags: of both test sets, in schema 1 of the target's alone, of none where none were kept.

        Raises:
            UserError: their file is damaged.
        """
        if (self.path / TAGS).is_file():
            return read_tags(self.path / TAGS)
        if not (self.path / PREDICTIONS).is_file():
            return {}
        from wcabench.data.columns import read_written

        sentences = read_written(self.path / PREDICTIONS)
        return {"target": [list(sentence.tags) for sentence in sentences]}


def read_cell(folder: Path) -> Cell:
    """The cell in a folder, with its record and counts checked: nothing half-written passes.

    The predicted tags may be absent.

    Raises:
        UserError: a file is missing or damaged, the key does not belong to the configuration, or a newer
            wcabench wrote it.
    """
    path = folder / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{folder}: no {RECORD}: not a whole cell") from None
    except (ValueError, OSError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    check_record(record, path)
    cell = Cell(folder, record)
    if cell.state == "done":
        _check_counts(cell)
    return cell


def _check_counts(cell: Cell) -> None:
    """The counts are whole, and the F1 of the record is theirs."""
    f1 = read_counts(cell.path / COUNTS)["target", STRICT].f1
    if cell.f1 is None or not abs(cell.f1 - f1) < 1e-6:
        raise UserError(
            f"{cell.path / RECORD}: F1 {cell.f1} is not the {f1:.2f} of its counts; run the cell again"
        )
