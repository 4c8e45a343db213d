"""counts.npz of a cell: per-sentence counts on both test sets, by every scorer.

Arrays: `types`, and `<side>_<kind>` of the strict scorer and `<side>_<scorer>_<kind>` of each other one, a kind being
"tp", "predicted" or "gold": unsigned integers, [n_sentences, n_types].
"""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wcabench.runs.npz_arrays import (
    NotScoredError,
    array_names,
    open_arrays,
    read_array,
    read_texts,
    smallest_unsigned,
    write_arrays,
)
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import SCORERS, SIDES, STRICT, Scorer, TestSide

MOST = 1_000_000  # entities of a type in a sentence
KINDS = ("tp", "predicted", "gold")
CountsKey = tuple[TestSide, Scorer]


def count_names() -> list[str]:
    """Names of the arrays in counts.npz."""
    return ["types", *(name for side in SIDES for scorer in SCORERS for name in _names(side, scorer))]


def _names(side: TestSide, scorer: Scorer) -> list[str]:
    """The three arrays of one scorer on one test set."""
    start = side if scorer is STRICT else f"{side}_{scorer.name}"
    return [f"{start}_{kind}" for kind in KINDS]


def write_counts(path: Path, counts: Mapping[CountsKey, Counts]) -> None:
    """Write counts.npz.

    Args:
        path: the file.
        counts: (side, scorer) -> counts; all with the same types.
    """
    arrays = {"types": np.array(counts["target", STRICT].types, dtype=str)}
    for (side, scorer), of_scorer in counts.items():
        for name, kind in zip(_names(side, scorer), KINDS, strict=True):
            arrays[name] = smallest_unsigned(getattr(of_scorer, kind))
    write_arrays(path, arrays)


def read_counts(
    path: Path, wanted: Iterable[CountsKey] | None = None, *, sha256: str | None = None
) -> dict[CountsKey, Counts]:
    """Counts by (side, scorer), in one reading of the file.

    Args:
        path: the file.
        wanted: which; None: of the strict scorer, and of every other one that the cell was scored by.
        sha256: of the file as it was written; None: it is not compared.

    Raises:
        UserError: the file is missing or damaged, its counts cannot be those of a test set, or the cell was not scored
            by a wanted scorer.
    """
    with open_arrays(path, sha256) as file:
        names = array_names(file)
        if wanted is None:
            wanted = [(side, scorer) for side in SIDES for scorer in SCORERS if _is_counted(scorer, names)]
        types = tuple(read_texts(file, "types"))
        if len(set(types)) != len(types):
            raise ValueError("an entity type is there twice")
        counts = {}
        for side, scorer in wanted:
            if not _is_counted(scorer, names):
                raise NotScoredError(
                    f"{path}: no counts by the scorer '{scorer.name}'; `wcabench store rescore` adds them"
                )
            counts[side, scorer] = Counts(types, *(_read(file, name) for name in _names(side, scorer)))
            _check(counts[side, scorer])
        return counts


def _read(file: zipfile.ZipFile, name: str) -> NDArray[np.int32]:
    """One array of counts."""
    array = read_array(file, name)
    if (
        array.dtype.kind not in "ui"
        or not 0 <= int(array.min(initial=0)) <= int(array.max(initial=0)) <= MOST
    ):
        raise ValueError(f"array {name} holds what is no count")
    return array.astype(np.int32)


def _check(counts: Counts) -> None:
    """Refuse more true positives than there are predicted or gold entities."""
    if (counts.tp > counts.predicted).any() or (counts.tp > counts.gold).any():
        raise ValueError("more entities are right than were predicted, or than there are")


def _is_counted(scorer: Scorer, names: set[str]) -> bool:
    """Whether a file with these arrays has, or should have, counts by a scorer."""
    return scorer is STRICT or any(name in names for side in SIDES for name in _names(side, scorer))
