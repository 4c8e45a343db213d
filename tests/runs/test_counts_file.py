"""counts.npz: read as numpy.load reads it, and nothing else passes."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wcabench.errors import UserError
from wcabench.runs.counts_file import count_names, read_counts, write_counts
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import LENIENT, SCORERS, SIDES, STRICT

EVERYTHING = [(side, scorer) for side in SIDES for scorer in SCORERS]
TABLES = st.integers(0, 9).flatmap(
    lambda n: arrays(np.int32, (3, n, 2), elements=st.sampled_from([0, 1, 2, 255, 256, 70_000]))
)


@given(TABLES)
def test_counts_come_back_as_they_were_and_as_numpy_reads_them(
    tmp_path_factory: pytest.TempPathFactory, table: np.ndarray
) -> None:
    path = tmp_path_factory.mktemp("counts") / "counts.npz"
    table[0] = table.min(0)  # no more are right than were predicted, or than there are
    write_counts(path, {key: Counts(("LOC", "PER"), *table) for key in EVERYTHING})
    found = read_counts(path, EVERYTHING)
    with np.load(path, allow_pickle=False) as peer:
        assert set(peer.files) == set(count_names())
        for side, scorer in EVERYTHING:
            for kind in ("tp", "predicted", "gold"):
                expected = peer[f"{side}_{'lenient_' * (scorer is LENIENT)}{kind}"]
                np.testing.assert_array_equal(getattr(found[side, scorer], kind), expected)
    assert found["target", STRICT].types == ("LOC", "PER")


def written(path: Path, **changed: bytes) -> Path:
    """A file of counts with some members replaced."""
    whole = io.BytesIO()
    np.savez(whole, types=np.array(["PER"]), **dict.fromkeys(count_names()[1:], np.zeros((2, 1), np.uint8)))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.removesuffix(".npy"), old.read(name)))
    return path


def saved(array: np.ndarray, **options: bool) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def test_counts_in_columns_are_read_in_their_order(tmp_path: Path) -> None:
    table = np.asfortranarray([[1, 0], [2, 3]])
    path = tmp_path / "counts.npz"
    np.savez(path, types=np.array(["LOC", "PER"]), **dict.fromkeys(count_names()[1:], table))
    assert read_counts(path, EVERYTHING)["target", STRICT].tp.tolist() == [[1, 0], [2, 3]]


@pytest.mark.parametrize(
    "member",
    [
        saved(np.array([[print]], dtype=object), allow_pickle=True),
        pickle.dumps([1]),
        b"",
        saved(np.zeros((2, 1)))[:-1],
        saved(np.zeros((2, 3), np.int64)),
        saved(np.zeros((2, 1), np.uint8)).replace(b"NUMPY\x01", b"NUMPY\x02"),
    ],
    ids=["pickled", "no array", "empty", "cut off", "other shape", "other version"],
)
def test_an_array_that_is_none_of_ours_is_refused(tmp_path: Path, member: bytes) -> None:
    path = written(tmp_path / "counts.npz", target_tp=member)
    with pytest.raises(UserError, match="damaged or missing"):
        read_counts(path, EVERYTHING)


def test_a_file_without_one_of_its_arrays_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "counts.npz"
    np.savez(path, types=np.array(["PER"]))
    with pytest.raises(UserError, match=r"counts.npz: damaged or missing .*target_tp"):
        read_counts(path, EVERYTHING)
