"""Which encoder it is, by content: known before any weight is loaded, and free of paths."""

import hashlib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from wcabench.config import EncoderConfig
from wcabench.errors import UserError

TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
IDENTIFYING = ("config.json", "tokenizer_config.json", "merges.txt", *TOKENIZERS, "*.safetensors")


def encoder_identity(encoder: EncoderConfig) -> str:
    """`sha256:<hex>` of a local folder's weights, configuration and tokenizer, or `hub:<id>@<revision>`.

    Raises:
        UserError: a local folder without configuration or safetensors weights; a hub id without a pinned revision.
    """
    if is_local(encoder.name):
        return f"sha256:{_folder_sha256(Path(encoder.name).resolve())}"
    if encoder.revision is None:
        raise UserError(
            f"encoder '{encoder.name}' is no local folder, and as a hub id it has no revision: "
            "pin one with --encoder ID@COMMIT (a branch moves; a commit does not)"
        )
    return f"hub:{encoder.name}@{encoder.revision}"


def encoder_name(encoder: EncoderConfig) -> str:
    """Name for people: the hub id, or the base name of the local folder."""
    return Path(encoder.name).resolve().name if is_local(encoder.name) else encoder.name


def is_local(name: str) -> bool:
    """Whether a name means a folder here: it exists, or it is written as a path and not as `owner/name`."""
    return Path(name).is_dir() or name.startswith(("/", "./", "../", "~")) or name.count("/") > 1


def encoder_status(encoder: EncoderConfig, offline: bool) -> str:
    """One line on whether the encoder can be loaded now: "local folder", "in the hub cache", "to be downloaded".

    Raises:
        UserError: it cannot be had: an incomplete folder, or a hub id that is not cached while offline.
    """
    encoder_identity(encoder)
    if is_local(encoder.name):
        return "local folder"
    from huggingface_hub import try_to_load_from_cache

    if isinstance(try_to_load_from_cache(encoder.name, "config.json", revision=encoder.revision), str):
        return "in the hub cache"
    if offline:
        raise UserError(
            f"encoder '{encoder.name}' at {encoder.revision} is not in the hub cache and --offline forbids the "
            "download: run `wcabench suite prepare` once with a network, or give --encoder a local folder"
        )
    return "to be downloaded"


@cache
def _folder_sha256(folder: Path) -> str:
    if not folder.is_dir():
        raise UserError(f"encoder {folder}: no such folder")
    files = sorted({f for pattern in IDENTIFYING for f in folder.glob(pattern)})
    names = [f.name for f in files]
    if "config.json" not in names:
        raise UserError(f"encoder {folder}: no config.json; wanted a folder written by `save_pretrained`")
    if not any(name.endswith(".safetensors") for name in names):
        raise UserError(
            f"encoder {folder}: no weights (*.safetensors); pickled weights are never loaded, and nothing is "
            "run on random ones: save the model with `save_pretrained(..., safe_serialization=True)`"
        )
    if not any(fnmatch(name, pattern) for name in names for pattern in TOKENIZERS):
        raise UserError(
            f"encoder {folder}: no tokenizer ({', '.join(TOKENIZERS)}); every word would be unknown: save the "
            "model's tokenizer beside it with `save_pretrained`"
        )
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{_file_sha256(file)}\n".encode())
    return digest.hexdigest()


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
