"""An encoder of the hub without a network: from the cache, by its commit, or one line."""

import shutil

import huggingface_hub
import pytest
from encoders_by_hand import save_encoder

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import UserError
from wcabench.nn import hub, probe
from wcabench.nn.encoder import load_encoder, load_tokenizer
from wcabench.nn.identity import encoder_identity, encoder_status
from wcabench.nn.probe import open_encoder, probe_encoder

COMMIT = "89abcdef01" * 4
ENCODER = EncoderConfig(name="owner/tiny", revision=COMMIT)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, and no network."""
    hub._snapshot.cache_clear()
    monkeypatch.setattr(probe, "_tried", {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr("transformers.utils.hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    hub._snapshot.cache_clear()


@pytest.fixture
def cached(cache, tmp_path):
    """The folder of the encoder in the cache, as the hub's library keeps it: links to files named by content."""
    made = save_encoder(tmp_path / "made")
    repository = cache / "models--owner--tiny"
    folder = repository / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    (repository / "blobs").mkdir()
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    for number, file in enumerate(sorted(made.iterdir())):
        shutil.move(file, repository / "blobs" / str(number))
        (folder / file.name).symlink_to(repository / "blobs" / str(number))
    return folder


def test_what_is_not_cached_is_one_line_that_says_what_to_do():
    for attempt in (load_tokenizer, load_encoder, lambda encoder: probe_encoder(encoder, 40)):
        with pytest.raises(
            UserError, match=f"'owner/tiny' at {COMMIT} is not in the hub cache.*wcabench suite prepare"
        ):
            attempt(ENCODER)
    with pytest.raises(UserError, match="--offline forbids the download"):
        encoder_status(ENCODER, offline=True)
    assert encoder_status(ENCODER, offline=False) == "to be downloaded"


def test_a_cached_encoder_is_read_without_a_network(cached, tmp_path):
    assert encoder_status(ENCODER, offline=True) == "in the hub cache"
    assert encoder_identity(ENCODER) == f"hub:owner/tiny@{COMMIT}"
    assert probe_encoder(ENCODER, 40).layers == 2
    model = open_encoder(ENCODER, RecipeConfig(max_length=40), "cpu", limit_given=True)
    assert model.table.truncated(("the",)).ids[0] == 0


def test_a_snapshot_that_lacks_its_weights_is_one_line(cached):
    (cached / "model.safetensors").unlink()
    with pytest.raises(UserError, match="no weights"):
        probe_encoder(ENCODER, 40)


def test_another_commit_than_the_cached_one_is_not_taken_for_it(cached):
    with pytest.raises(UserError, match="is not in the hub cache"):
        load_encoder(EncoderConfig(name="owner/tiny", revision="0" * 40))


def test_only_files_that_decide_ids_or_states_are_asked_for(cached, monkeypatch):
    asked = {}

    def answer(name, **settings):
        asked.update(settings, name=name)
        return str(cached)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", answer)
    hub.snapshot(ENCODER)
    assert (asked["name"], asked["revision"], asked["local_files_only"]) == ("owner/tiny", COMMIT, True)
    files = [
        "config.json",
        "model.safetensors",
        "spiece.model",
        "pytorch_model.bin",
        "onnx/model.onnx",
        "README.md",
    ]
    kept = huggingface_hub.utils.filter_repo_objects(
        files, allow_patterns=asked["allow_patterns"], ignore_patterns=asked["ignore_patterns"]
    )
    assert list(kept) == files[:3]


def test_an_error_of_the_hub_is_one_line(monkeypatch):
    def fail(*_, **__):
        raise ConnectionError("404\n\nRepository Not Found")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(UserError, match=r"cannot be downloaded: .*404 Repository Not Found; try again"):
        load_encoder(ENCODER)
