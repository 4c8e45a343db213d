"""cell.json of a cell: the schema of the record, its checks, and its writing."""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.runs.configuration import problem_of
from wcabench.runs.keys import config_key

SCHEMA = 2
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
    # Since schema 2:
    "caption": str,  # what the suite says under every table of it
    "labels": str,  # the label policy
    "model": dict,  # the trained model: see MODEL
    "stages": list,  # of its training: a table each, with name, steps, epochs, loss, seconds, recipe, select, model
    "commit": str | None,  # of the harness's repository
    "rescored": dict,  # by which version, when, and the F1 before
}
MODEL: dict[str, Any] = {
    "key": str,  # cells with the same key were made with one trained model
    "seconds": int
    | float,  # of all its training, wherever that was done; the cell's own seconds hold them, too
    "shared": bool,  # whether another cell trained it
}


def check_record(record: Any, path: Path) -> None:
    """Refuse what is not a cell's record: every part has its type, and the key is that of the configuration.

    Args:
        record: what cell.json holds.
        path: that file, for messages.

    Raises:
        UserError: it is not.
    """
    if not isinstance(record, dict) or not isinstance(record.get("schema"), int):
        raise UserError(f"{path}: no 'schema': not a cell's record")
    if record["schema"] > SCHEMA:
        raise UserError(
            f"{path}: schema {record['schema']} of a newer wcabench (this one reads {SCHEMA}); upgrade"
        )
    _check_types(record, REQUIRED, REQUIRED, str(path))
    _check_types(record, OPTIONAL, (), str(path))
    _check_types(record.get("model", {}), MODEL, MODEL if "model" in record else (), f"{path}: model")
    if not all(isinstance(stage, dict) for stage in record.get("stages", ())):
        raise UserError(f"{path}: 'stages' is of the wrong type")
    if record["state"] not in ("done", "failed"):
        raise UserError(f"{path}: unknown state '{record['state']}'")
    if record["state"] == "done" and not isinstance(record.get("f1"), int | float):
        raise UserError(f"{path}: a finished cell without 'f1'")
    if config_key(record["config"]) != record["key"]:
        raise UserError(f"{path}: the key does not belong to the configuration: one of them was changed")
    problem = problem_of(record["config"])
    if problem:
        raise UserError(f"{path}: config: {problem}")


def _check_types(
    table: Mapping[str, Any], types: Mapping[str, Any], required: Iterable[str], where: str
) -> None:
    for name, kind in types.items():
        if name in required and not isinstance(table.get(name), kind):
            raise UserError(f"{where}: '{name}' is missing or of the wrong type")
        if name in table and not isinstance(table[name], kind):
            raise UserError(f"{where}: '{name}' is of the wrong type")


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
