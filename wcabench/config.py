"""Frozen settings: the encoder, the recipe and the data options, read from TOML tables or `--set KEY=VALUE`.

An unknown key is an error that names the known ones. Everything here is part of a cell's key.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from wcabench.errors import UserError, suggest

T = TypeVar("T")


@dataclass(frozen=True)
class EncoderConfig:
    """Which pretrained encoder, and how much of it.

    Attributes:
        name: a hub id ("google-bert/bert-base-multilingual-cased") or a local folder.
        revision: commit of the hub repository; a local folder is known by the sha256 of its files instead.
        layers: keep this many transformer layers from the bottom; None keeps all.
        bidirectional: lift the causal mask of a decoder.
        freeze: number of bottom transformer layers frozen together with the embeddings; -1 freezes nothing.
        dropout: probability on the states before the linear layer.
    """

    name: str = "google-bert/bert-base-multilingual-cased"
    revision: str | None = None
    layers: int | None = None
    bidirectional: bool = False
    freeze: int = -1
    dropout: float = 0.1


@dataclass(frozen=True)
class RecipeConfig:
    """How every method trains and predicts. Source: section 4.1 of the paper, else METHODS decision named.

    Attributes:
        epochs: passes over the labelled sentences.
        batch_size: labelled sentences a step.
        pair_batch_size: sentence pairs a step; the parallel text is cycled (14).
        learning_rate: peak rate of AdamW.
        warmup: share of the steps with a linearly rising rate (17).
        decay: what follows the warm-up: "linear" to zero, or "constant" (17).
        weight_decay: not applied to biases and norms (18).
        clip: largest gradient norm; 0 clips nothing (18).
        max_length: word pieces a sequence, special tokens included; longer sentences go through windows (16).
        max_labelled: use only N labelled sentences, the first of one fixed shuffle; None: all.
        max_pairs: use only N sentence pairs, chosen likewise; None: all.
        cross_entropy: "mean-token" over the labelled words of the batch, or "sum-sentence": summed within a
            sentence, mean over sentences, as eq. (2) is printed (1).
        label_pieces: "first" piece of each word carries the label, or "all" of them (7).
        decode: "argmax" followed by the stated repair, or "viterbi" over legal IOB2 sequences (22).
        select: which step's weights are kept: "last", "source-dev", or "target-dev", which is not zero-shot (20).
        train_on: "train" or "train+dev" of the source language (33).
        precision: "auto" (bf16 where the processor multiplies in it, else fp32), "bf16" or "fp32".
    """

    epochs: int = 3
    batch_size: int = 32
    pair_batch_size: int = 32
    learning_rate: float = 5e-5
    warmup: float = 0.1
    decay: Literal["linear", "constant"] = "linear"
    weight_decay: float = 0.01
    clip: float = 1.0
    max_length: int = 128
    max_labelled: int | None = None
    max_pairs: int | None = None
    cross_entropy: Literal["mean-token", "sum-sentence"] = "mean-token"
    label_pieces: Literal["first", "all"] = "first"
    decode: Literal["argmax", "viterbi"] = "argmax"
    select: Literal["last", "source-dev", "target-dev"] = "last"
    train_on: Literal["train", "train+dev"] = "train"
    precision: Literal["auto", "bf16", "fp32"] = "auto"


@dataclass(frozen=True)
class DataConfig:
    """Choices about the data that change a number.

    Attributes:
        labels: what happens to entity types that the target does not have: "drop" takes them out of the training
            labels, "map" trains with them and turns predictions of them into O, "keep" leaves them as they are (30).
        translation: which translation of the parallel text, by the name that the suite gives it; None: its first.
    """

    labels: Literal["drop", "map", "keep"] = "drop"
    translation: str | None = None


def build(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """A settings dataclass from a mapping of strings or TOML values.

    Args:
        cls: any frozen dataclass whose fields are bool, int, float, str, Literal, tuples or None-able ones of these.
        values: field name -> value; strings are read as the field's type. `-` and `_` are the same in names.
        where: how the user knows this table ("recipe", "wca-hard"): it stands in the errors.

    Raises:
        UserError: unknown key (the nearest is offered), or a value that is not of the field's type.
    """
    hints = typing.get_type_hints(cls)
    known = {f.name: hints[f.name] for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]
    given: dict[str, Any] = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in known:
            raise suggest(f"{where}.{key}", [f"{where}.{k}" for k in known], "key")
        given[name] = convert(value, known[name], f"{where}.{name}")
    return cls(**given)


def convert(value: Any, hint: Any, where: str) -> Any:
    """One value as the type of its field, or a `UserError` that says what the field takes."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None or (isinstance(value, str) and value.lower() in ("none", "null", "")):
            return None
        (hint,) = (a for a in args if a is not type(None))
        return convert(value, hint, where)
    if origin is Literal:
        if value not in args:
            raise UserError(f"{where}: '{value}' is not one of {', '.join(map(str, args))}")
        return value
    if origin is tuple:
        items = value.split(",") if isinstance(value, str) else list(value)
        return tuple(convert(i, args[0], where) for i in items)
    return _scalar(value, hint, where)


def _scalar(value: Any, hint: Any, where: str) -> Any:
    if hint is bool:
        words = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
        if isinstance(value, bool):
            return value
        if str(value).lower() in words:
            return words[str(value).lower()]
    elif hint is float or hint is int:
        try:
            if not isinstance(value, bool) and not (hint is int and isinstance(value, float) and value % 1):
                return hint(value)
        except (TypeError, ValueError):
            pass
    elif hint is str and isinstance(value, str):
        return value
    raise UserError(f"{where}: '{value}' is not {'a' if hint is not int else 'an'} {hint.__name__}")


def assignments(settings: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """`--set` strings as tables: `("recipe.epochs=1", "wca-hard.epsilon=.01")` -> `{"recipe": {"epochs": "1"}, ...}`.

    Raises:
        UserError: a string that is not TABLE.KEY=VALUE.
    """
    tables: dict[str, dict[str, str]] = {}
    for setting in settings:
        path, equals, value = setting.partition("=")
        table, dot, key = path.strip().partition(".")
        if not (equals and dot and table and key):
            raise UserError(f"--set {setting}: wanted TABLE.KEY=VALUE, e.g. recipe.epochs=1 or wca-hard.epsilon=0.01")
        tables.setdefault(table, {})[key] = value.strip()
    return tables
