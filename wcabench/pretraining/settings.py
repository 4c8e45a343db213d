"""The settings of a pretraining, read from one TOML file; an unknown key is an error that names the known ones."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wcabench.config import build
from wcabench.data.files import expanded
from wcabench.data.resource_tables import check_keys, sub_table
from wcabench.data.toml_files import read_toml
from wcabench.errors import require
from wcabench.pretraining.limits import (
    MOST_LAYERS,
    MOST_PIECES,
    MOST_POSITIONS,
    MOST_WIDTH,
    SHORTEST,
    check_name,
    check_together,
    require_range,
)


@dataclass(frozen=True)
class TextConfig:
    """Which text is read.

    Attributes:
        languages: the languages; all parallel text is between the first one and another.
        held_out: number of sentence pairs of each language that are kept for measuring.
        max_length: word pieces a sentence, special tokens included; longer sentences are cut.
    """

    languages: tuple[str, ...] = ("en", "de", "es", "nl", "hy")
    held_out: int = 400
    max_length: int = 96

    def __post_init__(self) -> None:
        """Refuse invalid languages and numbers."""
        require(
            len(self.languages) > 1,
            f"text.languages: {len(self.languages)} given; wanted a first one, and others with translations into it",
        )
        twice = sorted({name for name in self.languages if self.languages.count(name) > 1})
        require(not twice, f"text.languages: {', '.join(twice)} is given twice")
        for name in self.languages:
            # Part of a file's name.
            plain = re.fullmatch(r"[\w-]+", name) is not None
            require(plain, f"text.languages: {name[:40]!r} is no language; wanted letters, digits, - and _")
        require_range(self, "text", "held_out", 1)
        require_range(self, "text", "max_length", SHORTEST)


@dataclass(frozen=True)
class VocabularyConfig:
    """The cased WordPiece vocabulary.

    Attributes:
        size: pieces, special tokens included.
        sampling: a language with n words gets a share proportional to n to this power; 1 leaves the text as it is.
    """

    size: int = 20_000
    sampling: float = 0.7

    def __post_init__(self) -> None:
        """Refuse numbers out of range."""
        require_range(self, "vocabulary", "size", 10, MOST_PIECES)
        require_range(self, "vocabulary", "sampling", 0, 1)


@dataclass(frozen=True)
class ModelConfig:
    """The BERT-style network.

    Attributes:
        width: d, the size of the states.
        layers: number of transformer layers.
        heads: number of attention heads.
        inner: width of the feed-forward layers.
        positions: longest input, in pieces.
        start_layers: layers of the start encoder that are copied, counted from 1, in this order, above the layers of
            the encoder that it grows from; empty: the first ones.
        kept: number of bottom layers of the saved encoder; None: all. Layers above the taught one may help to predict
            masked words more than to tag.
    """

    width: int = 384
    layers: int = 4
    heads: int = 12
    inner: int = 1536
    positions: int = 160
    start_layers: tuple[int, ...] = ()
    kept: int | None = None

    def __post_init__(self) -> None:
        """Refuse numbers out of range or that do not fit together."""
        for name in ("width", "heads", "inner"):
            require_range(self, "model", name, 1, MOST_WIDTH)
        require_range(self, "model", "layers", 1, MOST_LAYERS)
        require_range(self, "model", "positions", SHORTEST, MOST_POSITIONS)
        divides = self.width % self.heads == 0
        require(divides, f"model.heads: {self.heads} heads do not divide model.width, which is {self.width}")
        numbers = all(number >= 1 for number in self.start_layers)
        require(
            numbers,
            f"model.start_layers: {', '.join(map(str, self.start_layers))}; layers are counted from 1",
        )
        kept = self.kept is None or 1 <= self.kept <= self.layers
        require(kept, f"model.kept: {self.kept}, but model.layers is {self.layers}")


@dataclass(frozen=True)
class TeachingConfig:
    """Word-level distillation from the start encoder; see `wcabench.pretraining.teacher`.

    Attributes:
        share: share of a batch's tokens in sentence pairs that are taught; their words are masked like all others.
        layer: layer of the new encoder whose states are taught, from 1.
        of: layer of the start encoder whose states are the targets.
        weight: factor of this loss; cross entropy has factor 1.
    """

    share: float = 0.0
    layer: int = 3
    of: int = 4
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Refuse numbers out of range."""
        require(0 <= self.share <= 1, f"teaching.share: {self.share} is not a share in [0, 1]")
        for name in ("layer", "of"):
            require_range(self, "teaching", name, 1)
        require_range(self, "teaching", "weight", 0)


@dataclass(frozen=True)
class TrainingConfig:
    """The optimisation.

    Attributes:
        steps: number of steps.
        batch_tokens: approximate number of word pieces in a step.
        learning_rate: the peak rate, after the warm-up.
        embedding_rate: factor on the learning rate for the embeddings.
        warmup: share of the steps in which the learning rate rises; afterwards it falls linearly to 0.
        weight_decay: decoupled weight decay, on matrices only.
        clip: largest gradient norm.
        masked: share of the words that are masked.
        translated: share of a batch's tokens in sentence pairs for translation language modelling.
        sampling: a language with n sentences is drawn in proportion to n to this power.
        dropout: dropout rate in the network.
        seed: seed of the weights, the batches and the masks.
        report_every: number of steps between two lines of the log.
        checkpoint_minutes: minutes between two checkpoints.
    """

    steps: int = 10_000
    batch_tokens: int = 4096
    learning_rate: float = 5e-4
    embedding_rate: float = 1.0
    warmup: float = 0.03
    weight_decay: float = 0.01
    clip: float = 1.0
    masked: float = 0.2
    translated: float = 0.35
    sampling: float = 0.7
    dropout: float = 0.0
    seed: int = 1
    report_every: int = 100
    checkpoint_minutes: float = 5.0

    def __post_init__(self) -> None:
        """Refuse numbers out of range."""
        for name in ("steps", "batch_tokens", "report_every"):
            require_range(self, "training", name, 1)
        for name in ("embedding_rate", "weight_decay", "checkpoint_minutes"):
            require_range(self, "training", name, 0)
        for name in ("learning_rate", "clip"):
            require(getattr(self, name) > 0, f"training.{name}: {getattr(self, name)} is not above 0")
        require_range(self, "training", "sampling", 0, 1)
        require(0 <= self.dropout < 1, f"training.dropout: {self.dropout} is not in [0, 1)")
        for name in ("masked", "translated", "warmup"):
            value = getattr(self, name)
            require(0 <= value <= 1, f"training.{name}: {value} is not a share in [0, 1]")
        require(self.masked > 0, "training.masked: nothing would be learned; give a share above 0")


@dataclass(frozen=True)
class Pretraining:
    """All settings of a pretraining.

    Attributes:
        name: name of the encoder.
        start: encoder of the first language that the weights are taken from, as a folder or as the name of an installed
            package that holds one; None: random weights. See `wcabench.pretraining.start`.
        grown_from: folder of an encoder that was pretrained before. The new one takes over its pieces, its embeddings
            and its layers as the bottom ones, and ignores `vocabulary`; None: there is no such encoder.
        text: settings of the text.
        vocabulary: settings of the vocabulary.
        model: settings of the network.
        teaching: settings of the distillation from the start encoder.
        training: settings of the optimisation.
    """

    name: str
    start: str | None = None
    grown_from: str | None = None
    text: TextConfig = field(default_factory=TextConfig)
    vocabulary: VocabularyConfig = field(default_factory=VocabularyConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    teaching: TeachingConfig = field(default_factory=TeachingConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)


def read_settings(path: Path, overrides: dict[str, dict[str, str]] | None = None) -> Pretraining:
    """Read the settings of a pretraining from a file.

    Args:
        path: a TOML file.
        overrides: table -> key -> value; they replace the file's values.

    Raises:
        UserError: the file cannot be read, a key or value is wrong, or settings do not fit together.
    """
    top = read_toml(path)
    tables = {
        "text": TextConfig,
        "vocabulary": VocabularyConfig,
        "model": ModelConfig,
        "teaching": TeachingConfig,
        "training": TrainingConfig,
    }
    check_keys(top, ("name", "start", "grown_from", *tables), str(path))
    check_keys(overrides or {}, tables, "--set")
    parts: dict[str, Any] = {
        key: build(
            cls, {**sub_table(top, key, str(path), {}), **(overrides or {}).get(key, {})}, f"{path}: {key}"
        )
        for key, cls in tables.items()
    }
    given = {key: value for key, value in top.items() if key not in tables}
    require("name" in given, f"{path}: name is missing; say what the encoder is called")
    for key, value in given.items():
        right = isinstance(value, str) and value != "" and "\0" not in value
        require(right, f"{path}: {key}: {str(value)[:40]!r} is no text")
    check_name(given["name"], str(path))
    for key in ("start", "grown_from"):
        if given.get(key, "").startswith("~"):
            given[key] = str(expanded(given[key]))
    settings = Pretraining(**given, **parts)
    check_together(settings, str(path))
    return settings
