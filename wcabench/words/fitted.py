"""A fitted aligner in a file: safetensors, with the words and the options as JSON in its metadata; no pickle."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wcabench.errors import UserError
from wcabench.words.aligner import Progress, Source, learning
from wcabench.words.corpus import Corpus
from wcabench.words.model import FastAlign
from wcabench.words.tables import Probabilities

FORMAT = "wcabench fast_align 1"
WAYS = {False: "forward", True: "reverse"}
TYPES = {"rows": np.int64, "columns": np.int32, "values": np.float64, "null": np.float64}


@dataclass(frozen=True)
class FittedAligner:
    """Both directions of the model, with the words that they know.

    Attributes:
        options: of the forward direction.
        lowercase: words were compared without case, and are to be.
        source_words: by number.
        target_words: by number.
        probabilities: of each direction (reverse or not).
        tensions: of each direction.
    """

    options: FastAlign
    lowercase: bool
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    probabilities: Mapping[bool, Probabilities]
    tensions: Mapping[bool, float]

    def applied(self, corpus: Corpus) -> Source:
        """Directions over another corpus, with what was learned.

        As in the C++ program's forced alignment, a pair of words that was never seen has probability 1e-9.
        """
        numbers = [
            {word: number for number, word in enumerate(words)}
            for words in (self.source_words, self.target_words)
        ]

        def direction(reverse: bool) -> Any:
            known = (numbers[1], numbers[0]) if reverse else (numbers[0], numbers[1])
            options = self.options.turned(reverse)
            return options.apply(corpus, self.probabilities[reverse], known, self.tensions[reverse])

        return direction

    def save(self, path: Path) -> None:
        """Write the file; an unfinished one never stands under its name.

        Raises:
            UserError: it cannot be written.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import save_file

        arrays = {
            f"{WAYS[reverse]}.{name}": np.ascontiguousarray(getattr(table, name))
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
        unfinished = path.with_name(f"{path.name}.part-{os.getpid()}")
        try:
            unfinished.touch()
            # As any file of the user's; safetensors writes one for the owner alone.
            mode = unfinished.stat().st_mode
            save_file(arrays, unfinished, metadata=facts)
            unfinished.chmod(mode)
            unfinished.replace(path)
        except (OSError, SafetensorError) as error:
            unfinished.unlink(missing_ok=True)
            raise UserError(f"{path}: the model cannot be written: {error}") from error


def fit_aligner(
    corpus: Corpus, options: FastAlign, *, lowercase: bool, progress: Progress = lambda *_: None
) -> FittedAligner:
    """Learn both directions from a corpus.

    Args:
        corpus: encoded with this `lowercase`.
        options: of the forward direction.
        lowercase: whether words are compared without case.
        progress: see `learning`.

    Raises:
        UserError: no pair with words on both sides.
    """
    if not len(corpus.kept):
        raise UserError("fast_align: no pair has words on both sides; there is nothing to learn a model from")
    source = learning(corpus, options, progress)
    probabilities, tensions = {}, {}
    for reverse in WAYS:
        direction = source(reverse)
        probabilities[reverse], tensions[reverse] = direction.tables.probabilities(), direction.tension
    return FittedAligner(
        options, lowercase, corpus.source.vocabulary, corpus.target.vocabulary, probabilities, tensions
    )


def load_aligner(path: Path) -> FittedAligner:
    """Read what `FittedAligner.save` wrote.

    Raises:
        UserError: it cannot be read, is none, or is damaged.
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
    for reverse, way in WAYS.items():
        table = Probabilities(*(arrays[f"{way}.{name}"] for name in TYPES))
        _check(table, *((target, source) if reverse else (source, target)))
        probabilities[reverse] = table
    return FittedAligner(
        options=FastAlign(**json.loads(facts["options"])),
        lowercase=bool(json.loads(facts["lowercase"])),
        source_words=source,
        target_words=target,
        probabilities=probabilities,
        tensions={False: float(tensions[0]), True: float(tensions[1])},
    )


def _check(table: Probabilities, source: tuple[str, ...], target: tuple[str, ...]) -> None:
    """Refuse what the compiled code would read beyond its ends."""
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
    return not len(numbers) or (int(numbers.min()) >= 0 and int(numbers.max()) < size)
