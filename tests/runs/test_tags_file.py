"""tags.npz: predicted tags come back as they were, in little space, and nothing else passes."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.errors import UserError
from wcabench.runs.tags_file import read_tags, read_types, tag_array_names, write_tags

TAGS = st.sampled_from(["O", "B-LOC", "I-LOC", "B-A-B", "I-ß", None])
SIDE = st.lists(st.lists(TAGS, max_size=6), max_size=6)


@given(SIDE, SIDE)
def test_tags_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, target: list[list[str | None]], source: list[list[str | None]]
) -> None:
    path = tmp_path_factory.mktemp("tags") / "tags.npz"
    write_tags(path, {"target": target, "source": source})
    assert read_tags(path) == {"target": target, "source": source}
    types = {
        tag[2:] for side in (target, source) for sentence in side for tag in sentence if tag and tag != "O"
    }
    assert read_types(path) == types
    with np.load(path, allow_pickle=False) as peer:
        assert set(peer.files) == set(tag_array_names())
        names = peer["names"]
        words = [names[i] for i in peer["target_tags"]]
        assert words == [tag or "" for sentence in target for tag in sentence]
        assert peer["target_lengths"].tolist() == [len(sentence) for sentence in target]


def test_more_tags_than_a_byte_can_number_come_back(tmp_path: Path) -> None:
    tags = [[f"B-T{number}" for number in range(300)]]
    write_tags(tmp_path / "tags.npz", {"target": tags, "source": []})
    assert read_tags(tmp_path / "tags.npz")["target"] == tags


def test_a_test_set_of_fifty_thousand_words_takes_a_byte_for_every_four(tmp_path: Path) -> None:
    chooser = np.random.default_rng(0)
    tags = np.array(["O", "B-PER", "I-PER", "B-LOC"])
    sentences = [
        tags[chooser.choice(4, chooser.integers(1, 30), p=[0.85, 0.06, 0.04, 0.05])].tolist()
        for _ in range(3500)
    ]
    write_tags(tmp_path / "tags.npz", {"target": sentences, "source": sentences})
    words = 2 * sum(map(len, sentences))
    assert words > 90_000 and (tmp_path / "tags.npz").stat().st_size < words / 4


def test_equal_tags_give_equal_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write_tags(tmp_path / name, {"target": [["O", None]], "source": [["B-PER"]]})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_malformed_tag_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="malformed tag 'Oldwick'"):
        write_tags(tmp_path / "tags.npz", {"target": [["Oldwick"]], "source": []})
    assert not (tmp_path / "tags.npz").exists()


GOOD = {
    "names": np.array(["", "O", "B-PER"]),
    "target_tags": np.array([1, 2], np.uint8),
    "target_lengths": np.array([2], np.uint8),
    "source_tags": np.zeros(0, np.uint8),
    "source_lengths": np.zeros(0, np.uint8),
}


@pytest.mark.parametrize(
    "changed",
    [
        {"names": np.array(["", "O", "Oldwick"])},
        {"names": np.array([print], dtype=object)},
        {"target_tags": np.array([1, 3], np.uint8)},
        {"target_tags": np.array([1, -1])},
        {"target_tags": np.array([1.0, 2.0])},
        {"target_lengths": np.array([3], np.uint8)},
        {"target_lengths": np.array([[2]], np.uint8)},
    ],
    ids=["a word", "pickled", "unknown id", "negative", "floats", "too long", "a table"],
)
def test_what_are_no_tags_is_refused(tmp_path: Path, changed: dict[str, np.ndarray]) -> None:
    path = tmp_path / "tags.npz"
    np.savez(path, **GOOD)
    assert read_tags(path)["target"] == [["O", "B-PER"]]
    np.savez(path, **{**GOOD, **changed})
    with pytest.raises(UserError, match=r"tags\.npz: damaged or missing") as error:
        read_tags(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [None, b"", b"not a zip"])
def test_no_file_and_half_a_file_are_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "tags.npz"
    if content is not None:
        path.write_bytes(content)
    for read in (read_tags, read_types):
        with pytest.raises(UserError, match="damaged or missing"):
            read(path)
    whole = io.BytesIO()
    np.savez(whole, **GOOD)
    path.write_bytes(whole.getvalue()[:-40])
    with pytest.raises(UserError, match="damaged or missing"):
        read_tags(path)
