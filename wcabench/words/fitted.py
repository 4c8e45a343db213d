"""Saves a fitted aligner as safetensors, with the words and the options as JSON in the metadata, and loads it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wcabench.errors import UserError
from wcabench.output_files import new_file, unwritable
from wcabench.words.aligner import MakeDirection, Progress, trained_on
from wcabench.words.corpus import Corpus
from wcabench.words.direction import Direction
from wcabench.words.model import FastAlignModel
from wcabench.words.tables import Probabilities

FORMAT = "wcabench fast_align 1"
DIRECTION_NAMES = {False: "forward", True: "reverse"}
TYPES = {"rows": np.int64, "columns": np.int32, "values": np.float64, "null": np.float64}


@dataclass(frozen=True)
class FittedAligner:
    """Both directions of a trained model, with their vocabularies.

    Attributes:
        options: options of the forward direction.
        lowercase: whether words are compared without case.
        source_words: the vocabulary of the source side; a word's index is its number in the tables.
        target_words: the vocabulary of the target side.
        probabilities: `reverse` -> the translation table of that direction.
        tensions: `reverse` -> the fitted tension of that direction.
    """

    options: FastAlignModel
    lowercase: bool
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    probabilities: Mapping[bool, Probabilities]
    tensions: Mapping[bool, float]

    def applied(self, corpus: Corpus) -> MakeDirection:
        """Return a function that gives the trained model in either direction, ready to link another corpus.

        As in the C++ program's forced alignment, an unseen pair of words has probability 1e-9.
        """
        numbers = [
            {word: number for number, word in enumerate(words)}
            for words in (self.source_words, self.target_words)
        ]

        def make_direction(reverse: bool) -> Direction:
            known = (numbers[1], numbers[0]) if reverse else (numbers[0], numbers[1])
            model = self.options.in_direction(reverse)
            return model.apply(corpus, self.probabilities[reverse], known, self.tensions[reverse])

        return make_direction

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Raises:
            UserError: the file cannot be written.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import save_file

        arrays = {
            f"{DIRECTION_NAMES[reverse]}.{name}": np.ascontiguousarray(getattr(table, name))
            for reverse, table in self.probabilities.items()
            for name in TYPES
        }
        facts = {
            "format": FORMAT,
            "options": json.dumps(asdict(self.options)),
            "lowercase": json.dumps(self.lowercase),
            "tensions": json.dumps([self.tensions[False], self.tensions[True]]),
            "source_words": json.dumps(self.source_words, ensure_ascii=False),
            "target_words": json.dumps(self.target_words, ensure_ascii=False),
        }
        with new_file(path) as partial:
            # safetensors makes files that only their owner may read; this one gets the user's default permissions.
            partial.touch()
            mode = partial.stat().st_mode
            try:
                save_file(arrays, partial, metadata=facts)
            except SafetensorError as error:
                raise unwritable(error, path) from error
            partial.chmod(mode)


def fit_aligner(
    corpus: Corpus, options: FastAlignModel, *, lowercase: bool, progress: Progress = lambda *_: None
) -> FittedAligner:
    """Train both directions on a corpus.

    Args:
        corpus: a corpus encoded with the same `lowercase`.
        options: options of the forward direction.
        lowercase: whether words are compared without case.
        progress: called after each pass.

    Raises:
        UserError: no pair has words on both sides.
    """
    if not len(corpus.kept):
        raise UserError("fast_align: no pair has words on both sides; there is nothing to learn a model from")
    make_direction = trained_on(corpus, options, progress)
    probabilities, tensions = {}, {}
    for reverse in DIRECTION_NAMES:
        direction = make_direction(reverse)
        probabilities[reverse], tensions[reverse] = direction.tables.probabilities(), direction.tension
    return FittedAligner(
        options, lowercase, corpus.source.vocabulary, corpus.target.vocabulary, probabilities, tensions
    )


def load_aligner(path: Path) -> FittedAligner:
    """Load an aligner that `FittedAligner.save` wrote.

    Raises:
        UserError: the file cannot be read, was not written by `save`, or is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            facts = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path}: the model cannot be read: {error}") from error
    if facts.get("format") != FORMAT:
        raise UserError(f"{path}: not a model that `wcabench align --save-model` wrote")
    try:
        fitted = _parse(facts, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: the model is damaged ({error}); fit and save it again") from error
    return fitted


def _parse(facts: Mapping[str, str], arrays: Mapping[str, Any]) -> FittedAligner:
    source, target = (tuple(json.loads(facts[f"{side}_words"])) for side in ("source", "target"))
    tensions = json.loads(facts["tensions"])
    probabilities = {}
    for reverse, direction in DIRECTION_NAMES.items():
        table = Probabilities(*(arrays[f"{direction}.{name}"] for name in TYPES))
        _check(table, *((target, source) if reverse else (source, target)))
        probabilities[reverse] = table
    return FittedAligner(
        options=FastAlignModel(**json.loads(facts["options"])),
        lowercase=bool(json.loads(facts["lowercase"])),
        source_words=source,
        target_words=target,
        probabilities=probabilities,
        tensions={False: float(tensions[0]), True: float(tensions[1])},
    )


def _check(table: Probabilities, source: tuple[str, ...], target: tuple[str, ...]) -> None:
    """Refuse tables that would make the compiled code read beyond the ends of an array."""
    for name, kind in TYPES.items():
        if getattr(table, name).dtype != kind or getattr(table, name).ndim != 1:
            raise ValueError(f"{name} is no list of {np.dtype(kind).name}")
    sizes = len(table.rows) - 1, len(table.null), len(table.values)
    rising = len(table.rows) > 0 and table.rows[0] == 0 and bool((np.diff(table.rows) >= 0).all())
    if not rising or sizes != (len(source), len(target), int(table.rows[-1])):
        raise ValueError("its tables are not as large as its words say")
    if len(table.columns) != len(table.values) or not _within(table.columns, len(target)):
        raise ValueError("a number of a word is out of range")


def _within(numbers: Any, size: int) -> bool:
    """Whether all numbers are at least 0 and below the size."""
    return not len(numbers) or (int(numbers.min()) >= 0 and int(numbers.max()) < size)
