"""cell.json of a cell: the schema of the record, its checks, and its writing."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.runs.configuration import Configuration, problem_of
from wcabench.runs.keys import canonical_json, config_key
from wcabench.runs.schema import (
    Count,
    Fields,
    Flag,
    Kind,
    ListOf,
    MapOf,
    Name,
    Nullable,
    Number,
    String,
    unsafe_value,
)
from wcabench.runs.stored_json import read_json

SCHEMA = 2
RECORD_FILE = "cell.json"
LARGEST_RECORD = 16 << 20  # bytes
CHECKSUMS = "checksums"  # name in the record of {file of the cell: sha256}, the record itself included

_LOSS: Kind = MapOf(ListOf(Nullable(Number())))  # term -> its value at every step
_SECONDS = Number(0, 1e12)
_PERCENT = Number(0, 100)
_SCORE = Fields(
    {
        **dict.fromkeys(("precision", "recall", "f1"), _PERCENT),
        **dict.fromkeys(("tp", "predicted", "gold"), Count()),
    }
)
_SCORES = Fields({"micro": _SCORE, "per_type": MapOf(_SCORE)})
# What a scorer beside the strict one gave, in the same table.
_OTHER_SCORE = Fields({"f1": _PERCENT})
_STAGE_PARTS: dict[str, Kind] = {
    "name": String(),
    "steps": Count(),
    "tokens": Count(),
    "seconds": _SECONDS,
    "loss": _LOSS,
    "precision": Nullable(String()),
    "parameters": Count(),
    "select": String(),
    "recipe": Fields(),
    "objectives": ListOf(String()),
    "model": String(),  # key of the model that the stage built on
    "shared": Flag(),  # whether that model was there already
}


class _Stage:
    """A stage of a training, which may hold the stages of a model that it built on."""

    def problem(self, value: Any, name: str) -> str:
        """See `wcabench.runs.schema.Kind`."""
        return Fields({}, {**_STAGE_PARTS, "stages": ListOf(self)}).problem(value, name)


class _Scores:
    """The scores on one test set: of the strict scorer, and the F1 of each other one by its name."""

    def problem(self, value: Any, name: str) -> str:
        """See `wcabench.runs.schema.Kind`."""
        problem = _SCORES.problem(value, name)
        if problem:
            return problem
        others = {key: score for key, score in value.items() if key not in _SCORES.required}
        return MapOf(_OTHER_SCORE).problem(others, name)


STAGES = ListOf(_Stage())
_REQUIRED: dict[str, Kind] = {
    "schema": Count(),
    "key": String(),
    "state": String(("done", "failed")),
    "suite": Name(),
    "pair": Name(),
    "method": Name(),
    "seed": Count(),
    "config": Fields(),
    "seconds": _SECONDS,
}
_OPTIONAL: dict[str, Kind] = {
    "f1": Nullable(_PERCENT),
    "error": Nullable(String()),
    "training": Fields(
        {},
        {
            "precision": Nullable(String()),
            "steps": Nullable(Count()),
            "tokens": Nullable(Count()),
            "loss": _LOSS,
        },
    ),
    "scores": MapOf(_Scores()),
    "diagnostics": Fields({}, {"absent": MapOf(String())}),
    "environment": Fields(
        {},
        {
            **dict.fromkeys(
                ("wcabench", "python", "platform", "processor", "device", "precision"), Nullable(String())
            ),
            "threads": Nullable(Count()),
            "packages": MapOf(String()),
        },
    ),
    "code": MapOf(String()),
    "timings": MapOf(Nullable(_SECONDS)),
    "notes": ListOf(String()),
    "unpredicted_words": Count(),
    "peak_memory_mb": Nullable(Number(0)),
    "peak_device_memory_mb": Nullable(Number(0)),
    "encoder_name": Nullable(String()),
    "origin": Nullable(String()),
    "signature": String(),
    "finished": String(),
    # Since schema 2:
    "caption": String(),  # what the suite says under every table of it
    "labels": String(),  # the label policy
    "model": Fields(  # the trained model
        {
            "key": String(),  # cells with the same key were made with one trained model
            "seconds": _SECONDS,  # of all its training, wherever that was done; the cell's own seconds hold them, too
            "shared": Flag(),  # whether another cell trained it
        }
    ),
    "stages": STAGES,  # of its training
    "commit": Nullable(String()),  # of the harness's repository
    "rescored": Fields(  # by which version, when, and what it was before
        {},
        {"wcabench": String(), "finished": String(), "key_before": String(), "f1_before": Nullable(_PERCENT)},
    ),
    CHECKSUMS: MapOf(String()),
}
RECORD_SCHEMA = Fields(_REQUIRED, _OPTIONAL)


def read_record(path: Path) -> dict[str, Any]:
    """What a cell.json holds, checked.

    Raises:
        UserError: the file cannot be read, or `check_record` refuses what it holds.
    """
    record = read_json(path, LARGEST_RECORD, Fields())
    check_record(record, path)
    return record  # type: ignore[no-any-return]


def check_record(record: Any, path: Path) -> None:
    """Refuse what is not a cell's record.

    Every part must have its type. The key and the names must be those of the configuration, and the checksum that of
    the record, where it has one.

    Args:
        record: what cell.json holds.
        path: that file, for messages.

    Raises:
        UserError: it is not.
    """
    schema = record.get("schema") if isinstance(record, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise UserError(f"{path}: no 'schema': not a cell's record")
    if schema > SCHEMA:
        raise UserError(f"{path}: schema {schema} of a newer wcabench (this one reads {SCHEMA}); upgrade")
    if problem := RECORD_SCHEMA.problem(record, ""):
        raise UserError(f"{path}: {problem}")
    if record["state"] == "done" and record.get("f1") is None:
        raise UserError(f"{path}: a finished cell without 'f1'")
    if config_key(record["config"]) != record["key"]:
        raise UserError(f"{path}: the key does not belong to the configuration: one of them was changed")
    if problem := problem_of(record["config"]):
        raise UserError(f"{path}: config: {problem}")
    _check_names(record, path)
    recorded = record.get(CHECKSUMS, {}).get(RECORD_FILE)
    if recorded is not None and recorded != record_sha256(record):
        raise UserError(f"{path}: its checksum is another: the record was changed after it was written")


def _check_names(record: Mapping[str, Any], path: Path) -> None:
    """The names of the record are those of its configuration, which the key vouches for."""
    config = Configuration(record["config"])
    of_configuration = (config.suite, config.pair, config.method, config.seed)
    if of_configuration != tuple(record[name] for name in ("suite", "pair", "method", "seed")):
        raise UserError(
            f"{path}: the record's suite, pair, method or seed is not its configuration's: one was changed"
        )


def record_sha256(record: Mapping[str, Any]) -> str:
    """The sha256 of a record without its checksums."""
    rest = {name: value for name, value in record.items() if name != CHECKSUMS}
    return hashlib.sha256(canonical_json(plain(rest)).encode()).hexdigest()


def with_checksums(record: Mapping[str, Any], folder: Path, names: Iterable[str]) -> dict[str, Any]:
    """A record with its own checksum and those of the files of its cell.

    Args:
        record: of the cell.
        folder: that holds the files.
        names: of the files; those that are not there are passed over.
    """
    files = [folder / name for name in names if (folder / name).is_file()]
    of_files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    return {**record, CHECKSUMS: {RECORD_FILE: record_sha256(record), **of_files}}


def require_readable(record: Mapping[str, Any], path: Path) -> None:
    """Refuse to write a record that `read_record` would refuse, such as one with a text that no file can hold.

    Raises:
        UserError: it would.
    """
    value = plain(record)
    if problem := unsafe_value(value):
        raise UserError(f"the record of this cell cannot be kept: {problem}")
    check_record(value, path)


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
