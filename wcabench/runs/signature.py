"""The signature: one line, in sacrebleu's manner, that says what a score was made with."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import wcabench
from wcabench.config import EncoderConfig, RecipeConfig, resolved
from wcabench.runs.configuration import Configuration
from wcabench.runs.keys import canonical_json
from wcabench.scoring.scorer import STRICT

CODE_DIGITS = 8


def signature(
    config: Mapping[str, Any],
    encoder_name: str,
    option_defaults: Mapping[str, Any],
    *,
    labels: str,
    selected: str,
) -> str:
    """The line for one cell, without the fields of its environment.

    What has its default value is left out, so that what was changed stands out; the key holds everything.

    Args:
        config: the cell's configuration.
        encoder_name: hub id or the folder's base name.
        option_defaults: the method's options as they are when nothing is set.
        labels: the label policy.
        selected: by what rule an epoch was chosen; "last" where none was.

    Returns:
        "wca-hard,epsilon:0.01|en-nl|paper|data:ab12cd34|enc:...|recipe:epochs:2|F1:micro,strict-IOB2|words:all|..."
    """
    read = Configuration(config)
    # Selection and precision have fields of their own, always there: target-dev is not zero-shot.
    own_fields = {"select": read.recipe["select"], "precision": read.recipe["precision"]}
    recipe = _changed(read.recipe, {**json.loads(json.dumps(resolved(RecipeConfig()))), **own_fields})
    fields = [
        ",".join([read.method, *_changed(read.options, option_defaults)]),
        read.pair,
        read.suite,
        f"data:{short_hash(read.data_sha256)},labels:{labels}",
        ",".join([f"enc:{_encoder(read.encoder, encoder_name)}", *_encoder_changes(read.encoder)]),
        f"recipe:{','.join(recipe)}" if recipe else "recipe:default",
        f"F1:{STRICT.signature}",
        "words:all" if read.recipe.get("long_sentences", "windows") == "windows" else "words:truncated",
        f"select:{selected}",
        f"seed:{read.seed}",
        f"wcabench:{wcabench.__version__}",
    ]
    return "|".join(fields)


def environment_fields(record: Mapping[str, Any]) -> list[str]:
    """What else decides a number to its last bit, as a finished cell's record has it; what it has not is left out.

    Returns:
        "code:1a2b3c4d" (the harness's, see `code`), "torch:2.6.0", "precision:fp32", "device:cpu".
    """
    environment = _table(record, "environment")
    code = _table(_table(_table(record, "config"), "model"), "code") or _table(record, "code")
    values = {
        "code": str(code.get("harness") or "")[:CODE_DIGITS],
        "torch": str(_table(environment, "packages").get("torch") or "").partition("+")[0],
        "precision": _table(record, "training").get("precision") or environment.get("precision"),
        "device": re.sub(r"[\s|+]+", "-", str(environment.get("device") or "").replace(": ", ":")),
    }
    return [f"{name}:{value}" for name, value in values.items() if value]


def cell_signature(record: Mapping[str, Any]) -> str:
    """The signature of a finished cell; one that was stored without its last fields gets them from the record."""
    line = str(record.get("signature") or "")
    there = {field.partition(":")[0] for field in line.split("|")}
    more = [field for field in environment_fields(record) if field.partition(":")[0] not in there]
    return "|".join([line, *more]) if line else ""


def _table(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}


def _changed(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    missing = object()
    return [
        f"{key}:{_show(value)}"
        for key, value in sorted(values.items())
        if defaults.get(key, missing) != value
    ]


def _show(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_show, value))
    return str(value).lower() if isinstance(value, bool) or value is None else str(value).replace("|", "/")


def short_hash(table: Mapping[str, str]) -> str:
    """Eight digits for the sha256 of all resources."""
    return hashlib.sha256(canonical_json(table).encode()).hexdigest()[:8]


def _encoder(encoder: Mapping[str, Any], name: str) -> str:
    kind, _, content = str(encoder["identity"]).partition(":")
    return f"{name}@sha256:{content[:12]}" if kind == "sha256" else content


def _encoder_changes(encoder: Mapping[str, Any]) -> list[str]:
    defaults = dataclasses.asdict(EncoderConfig())
    return _changed({key: value for key, value in encoder.items() if key in defaults}, defaults)
