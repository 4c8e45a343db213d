"""The settings of encoder, recipe and data, and their conversion from TOML tables or `--set KEY=VALUE`.

All settings are part of a cell's key.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from wcabench.errors import UserError, require, suggest

T = TypeVar("T")


@dataclass(frozen=True)
class EncoderConfig:
    """The pretrained encoder, and which parts of it are used and trained.

    Attributes:
        name: a hub id ("google-bert/bert-base-multilingual-cased") or a local folder.
        revision: commit of the hub repository; None for a local folder, which is identified by its files' sha256.
        layers: keep this many transformer layers from the bottom; None keeps all.
        bidirectional: remove the causal mask of a decoder.
        freeze: number of bottom transformer layers frozen together with the embeddings; -1 freezes nothing.
        dropout: dropout rate of the states before the linear layer.
    """

    name: str = "google-bert/bert-base-multilingual-cased"
    revision: str | None = None
    layers: int | None = None
    bidirectional: bool = False
    freeze: int = -1
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Refuse numbers out of range."""
        require(self.layers is None or self.layers >= 1, f"encoder.layers: {self.layers} is not at least 1")
        require(self.freeze >= -1, f"encoder.freeze: {self.freeze} is below -1, which freezes nothing")
        require(0 <= self.dropout < 1, f"encoder.dropout: {self.dropout} is not in [0, 1)")


@dataclass(frozen=True)
class RecipeConfig:
    """The settings of training and prediction, shared by all methods.

    Source: section 4.1 of the paper; (n) is decision n of methods/README.md.

    Attributes:
        epochs: number of passes over the labelled sentences.
        batch_size: number of labelled sentences in a step.
        pair_batch_size: number of sentence pairs in a step; the parallel text is cycled (14).
        learning_rate: peak rate of AdamW.
        warmup: share of the steps with a linearly rising rate (17).
        decay: the rate after the warm-up: "linear" decay to zero, or "constant" (17).
        weight_decay: decoupled weight decay, not of biases and norms (18).
        clip: largest gradient norm; 0: no clipping (18).
        adam_betas: decay rates of AdamW's two moments.
        adam_epsilon: added to the root of AdamW's second moment.
        max_length: largest number of word pieces in a sequence, special tokens included; longer sentences are read in
            windows (16).
        max_labelled: use only this many labelled sentences, the first of a fixed shuffle; None: all.
        max_pairs: use only this many sentence pairs, the first of a fixed shuffle; None: all.
        cross_entropy: "mean-token" over the labelled words of the batch, or "sum-sentence": summed within a
            sentence, mean over sentences, as eq. (2) is printed (1).
        label_pieces: which pieces of a word carry its label, the "first" or "all" (7).
        decode: "argmax" for each word, or "viterbi" over legal IOB2 sequences (22).
        select: which weights are kept: those of the "last" step, or of the best epoch on "source-dev" or
            "target-dev" (not zero-shot) (20).
        train_on: "train" or "train+dev" of the source language (33).
        long_sentences: "windows" tags every word; "truncate" removes words beyond `max_length` from prediction and
            gold, as TSL and UniTrans do (16), for reproducing such rows; they are not comparable with others.
        precision: "auto" (bf16 if the processor multiplies bf16 matrices natively, else fp32), "bf16" or "fp32".
    """

    epochs: int = 3
    batch_size: int = 32
    pair_batch_size: int = 32
    learning_rate: float = 5e-5
    warmup: float = 0.1
    decay: Literal["linear", "constant"] = "linear"
    weight_decay: float = 0.01
    clip: float = 1.0
    adam_betas: tuple[float, ...] = (0.9, 0.999)
    adam_epsilon: float = 1e-8
    max_length: int = 128
    max_labelled: int | None = None
    max_pairs: int | None = None
    cross_entropy: Literal["mean-token", "sum-sentence"] = "mean-token"
    label_pieces: Literal["first", "all"] = "first"
    decode: Literal["argmax", "viterbi"] = "argmax"
    select: Literal["last", "source-dev", "target-dev"] = "last"
    train_on: Literal["train", "train+dev"] = "train"
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    long_sentences: Literal["windows", "truncate"] = "windows"

    def __post_init__(self) -> None:
        """Refuse numbers out of range."""
        for name in ("epochs", "batch_size", "pair_batch_size", "max_labelled", "max_pairs"):
            value = getattr(self, name)
            require(value is None or value >= 1, f"recipe.{name}: {value} is not at least 1")
        # Two special tokens, and room for overlapping windows.
        require(self.max_length >= 8, f"recipe.max_length: {self.max_length} is not at least 8 pieces")
        require(self.learning_rate > 0, f"recipe.learning_rate: {self.learning_rate} is not above 0")
        require(0 <= self.warmup <= 1, f"recipe.warmup: {self.warmup} is not a share of the steps in [0, 1]")
        for name in ("weight_decay", "clip"):
            require(getattr(self, name) >= 0, f"recipe.{name}: {getattr(self, name)} is below 0")
        betas = self.adam_betas
        require(
            len(betas) == 2 and all(0 <= beta < 1 for beta in betas),
            f"recipe.adam_betas: {', '.join(map(str, betas))} are not two numbers in [0, 1)",
        )
        require(self.adam_epsilon > 0, f"recipe.adam_epsilon: {self.adam_epsilon} is not above 0")


@dataclass(frozen=True)
class DataConfig:
    """Choices about the data that change a number.

    Attributes:
        labels: how entity types are handled that the target does not have: "drop" removes them from the training
            labels, "map" trains them and replaces predictions of them by O, "keep" changes nothing (30).
        translation: name of the parallel text in the suite; None: the first.
    """

    labels: Literal["drop", "map", "keep"] = "drop"
    translation: str | None = None


# The suite that commands use by default.
DEFAULT_SUITE = "mini"
# The tables of `--set`, besides one for each method.
TABLES: dict[str, type[Any]] = {"encoder": EncoderConfig, "recipe": RecipeConfig, "data": DataConfig}


def resolved(settings: Any) -> dict[str, Any]:
    """Return a settings dataclass as a table, as it is part of a configuration and its key."""
    table = dataclasses.asdict(settings)
    return {field.name: table[field.name] for field in dataclasses.fields(settings) if field.init}


def build(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """Build a settings dataclass from a mapping of strings or TOML values.

    Args:
        cls: any frozen dataclass whose fields are bool, int, float, str, Literal, tuples of one of these, or unions of
            them with each other or None. Its `__post_init__` may refuse values by a `UserError`.
        values: field name -> value; strings are converted to the field's type. `-` and `_` are the same in names.
        where: the user's name of this table ("recipe", "wca-hard", "my.toml: recipe"); errors start with it.

    Raises:
        UserError: a key is unknown (the nearest is offered), a value does not have the field's type or is refused by
            the class, or a field without a default is missing.
    """
    hints = typing.get_type_hints(cls)
    known = {f.name: f for f in dataclasses.fields(cls) if f.init}  # type: ignore[arg-type]
    file, _, table = where.rpartition(": ")
    kind = f"key in {file}" if file else "key"
    given: dict[str, Any] = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in known:
            raise suggest(f"{table}.{key}", [f"{table}.{k}" for k in known], kind)
        given[name] = convert(value, hints[name], f"{where}.{name}")
    for name, field in known.items():
        if name not in given and field.default is field.default_factory is dataclasses.MISSING:
            raise UserError(f"{where}.{name}: has no default; give it a value")
    try:
        return cls(**given)
    except UserError as error:
        if not file:
            raise
        raise UserError(f"{file}: {error}") from error  # the class does not know the file


def convert(value: Any, hint: Any, where: str) -> Any:
    """Convert a value to the type of its field.

    Raises:
        UserError: the value does not have this type; the message says what the field takes.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _one_of(value, args, where)
    if origin is Literal:
        for choice in args:
            if (type(value) is type(choice) and value == choice) or value == str(choice):
                return choice
        raise UserError(f"{where}: {_shown(value)} is not one of {', '.join(map(str, args))}")
    if origin is tuple:
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, list | tuple):
            raise UserError(f"{where}: {_shown(value)} is not a list")
        return tuple(convert(item, args[0], where) for item in value)
    return _scalar(value, hint, where)


def _one_of(value: Any, hints: tuple[Any, ...], where: str) -> Any:
    """Convert a value to the first of several types that accepts it; "none" is None if None is among them."""
    if type(None) in hints and (value is None or str(value).lower() in ("none", "null", "")):
        return None
    errors = []
    for hint in hints:
        if hint is not type(None):
            try:
                return convert(value, hint, where)
            except UserError as error:
                errors.append(str(error))
    raise UserError("; ".join(errors))


def _scalar(value: Any, hint: Any, where: str) -> Any:
    read = {bool: _bool, int: _number, float: _number, str: _text}.get(hint)
    if read is None:
        raise TypeError(f"{where}: settings of type {hint} cannot be read")
    converted = read(value, hint)
    if converted is None:
        raise UserError(f"{where}: {_shown(value)} is not {'an' if hint is int else 'a'} {hint.__name__}")
    return converted


def _bool(value: Any, _: Any) -> bool | None:
    words = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    return words.get(str(value).lower())


def _number(value: Any, kind: type[int] | type[float]) -> float | None:
    """Convert a value to a finite number, an integer of 64 bits at most: neither keys nor records hold others."""
    if isinstance(value, bool) or (kind is int and isinstance(value, float) and value % 1):
        return None
    try:
        number = kind(value)
        return number if math.isfinite(number) and (kind is float or abs(number) < 2**63) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: Any, _: Any) -> str | None:
    return value if isinstance(value, str) else None


def _shown(value: Any) -> str:
    """Return a value as it is shown in an error: quoted, on one line, and shortened."""
    text = " ".join(str(value).split())
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'"


def assignments(settings: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Parse `--set` strings into tables.

    `("recipe.epochs=1", "wca-hard.epsilon=.01")` -> `{"recipe": {"epochs": "1"}, "wca-hard": {...}}`. Names are
    compared without regard to case, `-` and `_`: `WCA_Hard` is `wca-hard`, `batch-size` is `batch_size`. Of two values
    for one key, the last one counts.

    Raises:
        UserError: a string that is not TABLE.KEY=VALUE.
    """
    tables: dict[str, dict[str, str]] = {}
    for setting in settings:
        path, equals, value = setting.partition("=")
        table, dot, key = path.strip().partition(".")
        if not (equals and dot and table and key):
            raise UserError(
                f"--set {_shown(setting)}: wanted TABLE.KEY=VALUE, e.g. recipe.epochs=1 or "
                "wca-hard.epsilon=0.01"
            )
        table = table.lower().replace("_", "-")
        tables.setdefault(table, {})[key.replace("-", "_")] = value.strip()
    return tables
