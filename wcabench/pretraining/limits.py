"""Checks of a pretraining's settings: ranges of numbers, and settings that do not fit together."""

import re
from typing import Any

from wcabench.errors import require

# Far above any encoder; larger values would exhaust the memory.
MOST_PIECES = 1_000_000
MOST_LAYERS = 1000
MOST_WIDTH = 1 << 16
MOST_POSITIONS = 1 << 20
# The begin and end pieces, and one piece between them.
SHORTEST = 3
# Names that a pretraining gives to files and folders of its own, beside the encoder's folder.
OWN_NAMES = ("tokenizer", "checkpoint.safetensors", "log.jsonl")


def require_range(settings: Any, table: str, name: str, least: float, most: float | None = None) -> None:
    """Refuse a number of a table that is below `least` or above `most`."""
    value = getattr(settings, name)
    require(value >= least, f"{table}.{name}: {value} is not at least {least}")
    require(most is None or value <= most, f"{table}.{name}: {value} is more than {most}")


def check_name(name: str, where: str) -> None:
    """Refuse a name that cannot be used for a folder in the output folder."""
    plain = name not in (".", "..") and re.fullmatch(r"[^/\\\0-\x1f\x7f]{1,200}", name) is not None
    require(plain, f"{where}: name: {name[:40]!r} cannot be the name of a folder")
    require(
        name not in OWN_NAMES,
        f"{where}: name: '{name}' is a name that the pretraining itself uses in its folder",
    )


def check_together(settings: Any, where: str) -> None:
    """Refuse settings (`wcabench.pretraining.settings.Pretraining`) that do not fit together."""
    teaching, training, model, text = settings.teaching, settings.training, settings.model, settings.text
    require(
        text.max_length <= model.positions,
        f"{where}: text.max_length: {text.max_length}, but model.positions is {model.positions}",
    )
    require(
        training.batch_tokens >= text.max_length,
        f"{where}: training.batch_tokens: {training.batch_tokens}, but one sentence has up to {text.max_length} "
        "(text.max_length)",
    )
    total = training.translated + teaching.share
    require(total <= 1, f"{where}: training.translated and teaching.share are {total:g} of a batch together")
    if teaching.share:
        require(
            settings.start is not None, f"{where}: teaching.share: there is no teacher; name a start encoder"
        )
        require(
            teaching.layer <= model.layers,
            f"{where}: teaching.layer: {teaching.layer}, but model.layers is {model.layers}",
        )
    require(
        not model.start_layers or settings.start is not None,
        f"{where}: model.start_layers: there is nothing to copy them from; name a start encoder",
    )
