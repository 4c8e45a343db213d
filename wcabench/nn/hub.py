"""Downloads encoders from the hub into its cache: only the files that decide piece ids and states."""

import os
from functools import cache
from pathlib import Path

from wcabench.config import EncoderConfig
from wcabench.errors import UserError
from wcabench.nn.encoder_files import CONFIG, INDEX, TOKENIZER_SETTINGS, VOCABULARIES, WEIGHTS, one_line

# Pickled weights are left out: they are never loaded.
FILES = [
    CONFIG,
    WEIGHTS,
    INDEX,
    "model-*.safetensors",
    "adapter_config.json",
    *VOCABULARIES,
    *TOKENIZER_SETTINGS,
]


def snapshot(encoder: EncoderConfig) -> Path:
    """Return the folder of a pinned encoder in the hub's cache, after downloading it where needed.

    Raises:
        UserError: the encoder is not in the cache and cannot be downloaded.
    """
    return _snapshot(encoder.name, str(encoder.revision))


def cached_snapshot(encoder: EncoderConfig) -> Path | None:
    """Return the folder of a pinned encoder in the hub's cache; None where it is not cached."""
    from huggingface_hub import try_to_load_from_cache

    file = try_to_load_from_cache(encoder.name, CONFIG, revision=encoder.revision)
    return Path(file).parent if isinstance(file, str) else None


def not_cached(encoder: EncoderConfig, why: str) -> UserError:
    """Return the error for an encoder that is not cached and cannot be downloaded."""
    return UserError(
        f"encoder '{encoder.name}' at {encoder.revision} is not in the hub cache, and {why}: run "
        "`wcabench suite prepare` once with a network, or give --encoder a local folder"
    )


@cache
def _snapshot(name: str, revision: str) -> Path:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    encoder = EncoderConfig(name=name, revision=revision)
    offline = constants.HF_HUB_OFFLINE or os.environ.get("HF_HUB_OFFLINE", "").upper() in (
        "1",
        "ON",
        "YES",
        "TRUE",
    )
    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                allow_patterns=FILES,
                ignore_patterns=["*/*"],
                local_files_only=offline,
            )
        )
    except LocalEntryNotFoundError as error:
        raise not_cached(
            encoder, "it may not be downloaded" if offline else "the hub does not answer"
        ) from error
    except Exception as error:  # the hub's errors have no other common base class
        raise UserError(
            f"encoder '{name}' at {revision} cannot be downloaded: {one_line(error)}; try again with a network, or "
            "give --encoder a local folder"
        ) from error
