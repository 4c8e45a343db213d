"""tags.npz of a cell: the predicted tags of both test sets, without any word of them.

Arrays: `names`, the tags by id, of which 0 is "" and stands for a word without a prediction; for each side
`<side>_tags`, the ids of all words, [n_words], and `<side>_lengths`, the words of each sentence, [n_sentences].
"""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wcabench.runs.npz_arrays import (
    array_names,
    open_arrays,
    read_array,
    read_texts,
    smallest_unsigned,
    write_arrays,
)
from wcabench.scoring.scorer import SIDES, TestSide
from wcabench.scoring.tags import Tag, split_tag

NO_PREDICTION = ""
Tags = list[Tag]
TagsBySide = dict[TestSide, list[Tags]]


def tag_array_names() -> list[str]:
    """Names of the arrays in tags.npz."""
    return ["names", *(f"{side}_{kind}" for side in SIDES for kind in ("tags", "lengths"))]


def write_tags(path: Path, tags: Mapping[TestSide, Sequence[Sequence[Tag]]]) -> None:
    """Write tags.npz.

    Args:
        path: the file.
        tags: side -> one IOB2 tag a word, by sentence; None for a word without a prediction.

    Raises:
        UserError: a malformed tag.
    """
    ids: dict[Tag, int] = {None: 0}
    arrays: dict[str, NDArray[np.integer]] = {}
    for side, sentences in tags.items():
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        words = chain.from_iterable(sentences)
        numbers = np.fromiter((ids.setdefault(tag, len(ids)) for tag in words), np.int64, lengths.sum())
        arrays[f"{side}_tags"] = smallest_unsigned(numbers)
        arrays[f"{side}_lengths"] = smallest_unsigned(lengths)
    for tag in ids:
        split_tag(tag)
    names = np.array([tag or NO_PREDICTION for tag in ids], dtype=str)
    write_arrays(path, {"names": names, **arrays})


def read_tags(path: Path, *, sha256: str | None = None) -> TagsBySide:
    """The tags of every side that the file holds.

    Args:
        path: the file.
        sha256: of the file as it was written; None: it is not compared.

    Raises:
        UserError: the file is missing or damaged, or holds what is no tag.
    """
    with open_arrays(path, sha256) as file:
        names = _names(file)
        arrays = array_names(file)
        return {
            side: _sentences(names, read_array(file, f"{side}_tags"), read_array(file, f"{side}_lengths"))
            for side in SIDES
            if f"{side}_tags" in arrays
        }


def read_types(path: Path) -> set[str]:
    """The entity types of the tags in the file.

    Raises:
        UserError: see `read_tags`.
    """
    with open_arrays(path) as file:
        return {split_tag(tag)[1] for tag in _names(file)} - {""}


def _names(file: zipfile.ZipFile) -> list[Tag]:
    names: list[Tag] = [name or None for name in read_texts(file, "names")]
    for name in names:
        split_tag(name)
    return names


def _sentences(names: Sequence[Tag], ids: NDArray[np.integer], lengths: NDArray[np.integer]) -> list[Tags]:
    """The tags of each sentence."""
    if ids.dtype.kind != "u" or lengths.dtype.kind != "u":
        raise ValueError("arrays of another type than unsigned integers")
    if ids.ndim != 1 or lengths.ndim != 1 or int(lengths.max(initial=0)) > len(ids):
        raise ValueError("numbers of words and of tags that do not agree")
    ends = np.cumsum(lengths, dtype=np.int64)
    if (ends[-1] if len(ends) else 0) != len(ids):
        raise ValueError("numbers of words and of tags that do not agree")
    tags = [names[number] for number in ids.tolist()]
    starts: Iterable[int] = [0, *ends[:-1].tolist()]
    return [tags[start:end] for start, end in zip(starts, ends.tolist(), strict=False)]
