"""Identifies an encoder by its content, without its path and before any weight is loaded."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from wcabench.config import EncoderConfig
from wcabench.errors import UserError, require
from wcabench.nn.encoder_files import identifying_files

Stamp = tuple[str, int, int, int]  # name, size, time of the last change, inode number
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


def encoder_identity(encoder: EncoderConfig) -> str:
    """Return `sha256:<hex>` of a local folder's weights, configuration and tokenizer, or `hub:<id>@<commit>`.

    Raises:
        UserError: a local folder has no configuration, tokenizer or safetensors weights, or is given with a revision;
            or a hub id has no revision, or one that is not a commit.
    """
    if is_local(encoder.name):
        folder = local_folder(encoder)
        files = identifying_files(folder)
        return f"sha256:{_folder_sha256(folder, tuple(map(_stamp, files)))}"
    require(
        _HUB_ID.fullmatch(encoder.name) is not None,
        f"encoder '{encoder.name}' is no folder here, and no hub id (OWNER/NAME) either",
    )
    pin = "pin one with --encoder ID@COMMIT (a branch moves; a commit does not)"
    require(
        encoder.revision is not None,
        f"encoder '{encoder.name}' is no local folder, and as a hub id it has no revision: {pin}",
    )
    require(
        _COMMIT.fullmatch(str(encoder.revision)) is not None,
        f"encoder '{encoder.name}@{encoder.revision}': '{encoder.revision}' is no commit (40 hex digits) but a "
        f"branch, a tag or the beginning of one; {pin}",
    )
    return f"hub:{encoder.name}@{encoder.revision}"


def local_folder(encoder: EncoderConfig) -> Path:
    """Return the folder of a local encoder.

    Raises:
        UserError: it is given with a revision, so the hub's repository of that name may have been meant.
    """
    folder = _path(encoder.name).resolve()
    require(
        encoder.revision is None or not folder.is_dir(),
        f"encoder '{encoder.name}@{encoder.revision}': there is a folder {folder}, which is used instead of the hub's "
        f"repository of that name, and a folder has no revision: leave out @{encoder.revision} to use the folder, or "
        "run this in another directory to use the hub's",
    )
    return folder


def encoder_name(encoder: EncoderConfig) -> str:
    """Return the encoder's display name: the hub id, or the base name of the local folder."""
    return _path(encoder.name).resolve().name if is_local(encoder.name) else encoder.name


def shown(encoder: EncoderConfig) -> str:
    """Return how errors name the encoder; a folder whose name looks like a hub id is marked as a folder."""
    alike = is_local(encoder.name) and _HUB_ID.fullmatch(encoder.name)
    return f"encoder '{encoder.name}'" + (" (the folder of that name here)" if alike else "")


def is_local(name: str) -> bool:
    """Whether a name means a local folder: a folder of that name exists, or it is written as a path.

    Raises:
        UserError: the name cannot be a path.
    """
    if name.startswith(("/", "./", "../", "~")) or name.count("/") > 1:
        return True
    try:
        return _path(name).is_dir()
    except OSError as error:
        raise UserError(f"encoder '{name[:80]}': {error.strerror}") from error


def encoder_status(encoder: EncoderConfig, offline: bool) -> str:
    """Return where the encoder will be loaded from: "local folder", "in the hub cache" or "to be downloaded".

    Raises:
        UserError: it cannot be loaded: the folder is incomplete, or the hub id is not cached and `offline` is True.
    """
    encoder_identity(encoder)
    if is_local(encoder.name):
        return "local folder"
    from wcabench.nn.hub import cached_snapshot, not_cached

    if cached_snapshot(encoder) is not None:
        return "in the hub cache"
    if offline:
        raise not_cached(encoder, "--offline forbids the download")
    return "to be downloaded"


def _path(name: str) -> Path:
    try:
        require("\0" not in name, f"encoder '{name!r}': no path has a NUL in it")
        return Path(name).expanduser()
    except RuntimeError as error:  # ~nobody
        raise UserError(f"encoder '{name}': {error}") from error


def _stamp(file: Path) -> Stamp:
    facts = file.stat()
    return file.name, facts.st_size, facts.st_mtime_ns, facts.st_ino


@lru_cache(maxsize=64)
def _folder_sha256(folder: Path, stamps: tuple[Stamp, ...]) -> str:
    """Return the sha256 of the files' names and contents. It is cached until a file's stamp changes."""
    digest = hashlib.sha256()
    for name, *_ in stamps:
        digest.update(f"{name}\0{_file_sha256(folder / name)}\n".encode())
    return digest.hexdigest()


def _file_sha256(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"encoder {file}: cannot be read: {error.strerror}") from error
