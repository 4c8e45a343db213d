"""A cell of the grid as it stands on disk: one folder with its record, its counts and its predictions."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wcabench.errors import UserError
from wcabench.runs.keys import config_key

if TYPE_CHECKING:
    from wcabench.scoring.counts import Counts

SCHEMA = 1
RECORD, COUNTS, PREDICTIONS, ERROR = "cell.json", "counts.npz", "predictions.conll", "error.txt"
SIDES: tuple[Literal["target", "source"], ...] = ("target", "source")
REQUIRED: dict[str, Any] = {
    "key": str,
    "state": str,
    "suite": str,
    "pair": str,
    "method": str,
    "seed": int,
    "config": dict,
    "seconds": int | float,
}
OPTIONAL: dict[str, Any] = {
    "training": dict,
    "scores": dict,
    "diagnostics": dict,
    "environment": dict,
    "code": dict,
    "timings": dict,
    "notes": list,
    "unpredicted_words": int,
    "peak_memory_mb": int | float,
}


@dataclass(frozen=True)
class Cell:
    """A cell that was run.

    Attributes:
        path: its folder.
        record: what cell.json holds (schema 1).
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
    def seconds(self) -> float:
        """Wall-clock time of the cell."""
        return float(self.record["seconds"])

    @property
    def config(self) -> dict[str, Any]:
        """Everything that decides the numbers: what the key is made of."""
        return dict(self.record["config"])

    @property
    def label(self) -> str:
        """For people: "en-nl wca-hard seed 1"."""
        return f"{self.pair} {self.method} seed {self.seed}"

    def counts(self, side: Literal["target", "source"] = "target", lenient: bool = False) -> "Counts":
        """Per-sentence entity counts on the test set of one side.

        Raises:
            UserError: counts.npz is missing or damaged.
        """
        from wcabench.runs.counts_file import read_counts

        return read_counts(self.path / COUNTS, [(side, lenient)])[side, lenient]


def read_cell(folder: Path) -> Cell:
    """The cell in a folder, with its files checked: nothing half-written passes.

    The predictions may be absent: a published cell leaves them out where the corpus may not be redistributed.

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
    _check_record(record, path)
    cell = Cell(folder, record)
    if cell.state == "done":
        _check_counts(cell)
    return cell


def _check_record(record: Any, path: Path) -> None:
    if not isinstance(record, dict) or not isinstance(record.get("schema"), int):
        raise UserError(f"{path}: no 'schema': not a cell's record")
    if record["schema"] > SCHEMA:
        raise UserError(
            f"{path}: schema {record['schema']} of a newer wcabench (this one reads {SCHEMA}); upgrade"
        )
    for name, kind in REQUIRED.items():
        if not isinstance(record.get(name), kind):
            raise UserError(f"{path}: '{name}' is missing or of the wrong type")
    for name, kind in OPTIONAL.items():
        if name in record and not isinstance(record[name], kind):
            raise UserError(f"{path}: '{name}' is of the wrong type")
    if record["state"] not in ("done", "failed"):
        raise UserError(f"{path}: unknown state '{record['state']}'")
    if record["state"] == "done" and not isinstance(record.get("f1"), int | float):
        raise UserError(f"{path}: a finished cell without 'f1'")
    if config_key(record["config"]) != record["key"]:
        raise UserError(f"{path}: the key does not belong to the configuration: one of them was changed")


def _check_counts(cell: Cell) -> None:
    """The counts are whole, and the F1 of the record is theirs."""
    from wcabench.runs.counts_file import read_counts

    counts = read_counts(cell.path / COUNTS, [(side, lenient) for side in SIDES for lenient in (False, True)])
    f1 = counts["target", False].f1
    if cell.f1 is None or not abs(cell.f1 - f1) < 1e-6:
        raise UserError(
            f"{cell.path / RECORD}: F1 {cell.f1} is not the {f1:.2f} of its counts; run the cell again"
        )


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write cell.json: sorted keys, indent 1; a number that is not finite becomes null."""
    text = json.dumps(plain(record), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """`value` in JSON's types: array scalars as numbers, tuples as lists, NaN and infinity as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # numpy and torch
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)
