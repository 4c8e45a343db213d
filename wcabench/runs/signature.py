"""The signature: one line, in sacrebleu's manner, that says what a score was made with."""

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

import wcabench
from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.runs.plan import canonical_json


def signature(config: Mapping[str, Any], encoder_name: str, option_defaults: Mapping[str, Any]) -> str:
    """The line for one cell.

    What has its default value is left out, so that what was changed stands out; the key holds everything.

    Args:
        config: the cell's configuration.
        encoder_name: hub id or the folder's base name.
        option_defaults: the method's options as they are when nothing is set.

    Returns:
        "wca-hard,epsilon:0.01|en-nl|paper|data:ab12cd34|enc:...|recipe:epochs:2|F1:micro,strict-IOB2|words:all|..."
    """
    recipe_defaults = dataclasses.asdict(RecipeConfig())
    # Selection has a field of its own, always there: target-dev is not zero-shot.
    recipe = _changed(config["recipe"], {**recipe_defaults, "select": config["recipe"]["select"]})
    fields = [
        ",".join([config["method"]["name"], *_changed(config["method"]["options"], option_defaults)]),
        config["pair"],
        config["suite"],
        f"data:{_short_hash(config['data']['sha256'])},labels:{config['data']['labels']}",
        ",".join([f"enc:{_encoder(config['encoder'], encoder_name)}", *_encoder_changes(config["encoder"])]),
        f"recipe:{','.join(recipe)}" if recipe else "recipe:default",
        "F1:micro,strict-IOB2",
        "words:all" if config["recipe"].get("long_sentences", "windows") == "windows" else "words:truncated",
        f"select:{config['recipe']['select']}",
        f"seed:{config['seed']}",
        f"wcabench:{wcabench.__version__}",
    ]
    return "|".join(fields)


def _changed(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    missing = object()
    return [
        f"{key}:{_show(value)}"
        for key, value in sorted(values.items())
        if defaults.get(key, missing) != value
    ]


def _show(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value).replace("|", "/")


def _short_hash(table: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical_json(table).encode()).hexdigest()[:8]


def _encoder(encoder: Mapping[str, Any], name: str) -> str:
    kind, _, content = str(encoder["identity"]).partition(":")
    return f"{name}@sha256:{content[:12]}" if kind == "sha256" else content


def _encoder_changes(encoder: Mapping[str, Any]) -> list[str]:
    defaults = dataclasses.asdict(EncoderConfig())
    return _changed({key: value for key, value in encoder.items() if key in defaults}, defaults)
