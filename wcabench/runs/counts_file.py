"""counts.npz of a cell: per-sentence counts on both test sets, by every scorer.

Arrays: `types`, and `<side>_<kind>` of the strict scorer and `<side>_<scorer>_<kind>` of each other one, a kind being
"tp", "predicted" or "gold": unsigned integers, [n_sentences, n_types].
"""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from wcabench.errors import UserError
from wcabench.runs.npz_arrays import DAMAGED, array_names, read_array, smallest_unsigned, write_arrays
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import SCORERS, SIDES, STRICT, Scorer, TestSide

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
    for (side, scorer), one in counts.items():
        for name, kind in zip(_names(side, scorer), KINDS, strict=True):
            arrays[name] = smallest_unsigned(getattr(one, kind))
    write_arrays(path, arrays)


def read_counts(path: Path, wanted: Iterable[CountsKey] | None = None) -> dict[CountsKey, Counts]:
    """Counts by (side, scorer), in one reading of the file.

    Args:
        path: the file.
        wanted: which; None: of the strict scorer, and of every other one that the cell was scored by.

    Raises:
        UserError: the file is missing or damaged, or the cell was not scored by a wanted scorer.
    """
    try:
        with zipfile.ZipFile(path) as file:
            there = array_names(file)
            if wanted is None:
                wanted = [(side, one) for side in SIDES for one in SCORERS if _is_counted(one, there)]
            types = tuple(str(kind) for kind in read_array(file, "types"))
            counts = {}
            for side, scorer in wanted:
                if not _is_counted(scorer, there):
                    raise _NotScoredError(scorer.name)
                counts[side, scorer] = Counts(types, *(read_array(file, n) for n in _names(side, scorer)))
            return counts
    except _NotScoredError as error:
        raise UserError(
            f"{path}: no counts by the scorer '{error}'; `wcabench store rescore` adds them"
        ) from None
    except DAMAGED as error:
        raise UserError(f"{path}: damaged or missing ({error}); run the cell again") from error


class _NotScoredError(Exception):
    """The cell was written before there was this scorer."""


def _is_counted(scorer: Scorer, there: set[str]) -> bool:
    """Whether a file with these arrays has, or should have, counts by a scorer."""
    return scorer is STRICT or any(name in there for side in SIDES for name in _names(side, scorer))
