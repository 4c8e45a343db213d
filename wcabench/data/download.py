"""Downloads: into a temporary file, checked there, then renamed, so that the cache holds whole files."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from wcabench.errors import UserError

TIMEOUT_SECONDS = 60.0


def download(write: Callable[[IO[bytes]], None], place: Path, check: Callable[[Path], None]) -> None:
    """Put a file into its place, whole and checked, or leave nothing.

    Args:
        write: writes the file's bytes to a stream.
        place: where the file goes.
        check: raises if the file is not what it should be.

    Raises:
        UserError: `write` or `check` raise it, or the place cannot be written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".part-") as folder:
            part = Path(folder) / place.name  # the readers know some files by their name
            with part.open("wb") as stream:
                write(stream)
            check(part)
            part.replace(place)
    except OSError as error:
        raise UserError(
            f"{place}: cannot be written: {error.strerror or error}; free some space, or set another cache "
            "folder with XDG_CACHE_HOME"
        ) from error


def from_url(url: str) -> Callable[[IO[bytes]], None]:
    """Writes what a http(s) or file URL gives."""

    def write(stream: IO[bytes]) -> None:
        import http.client
        import shutil
        import urllib.error
        import urllib.request

        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  (from a suite file)
                shutil.copyfileobj(answer, stream)
                wanted = answer.headers.get("Content-Length")
        except (
            urllib.error.URLError,
            TimeoutError,
            ConnectionError,
            ValueError,
            http.client.HTTPException,
        ) as error:
            raise UserError(
                f"{url}: download failed: {getattr(error, 'reason', error)}; try again later"
            ) from error
        if wanted and int(wanted) != stream.tell():
            raise UserError(f"{url}: download broke off after {stream.tell()} of {wanted} bytes; try again")

    return write


def from_hub(repository: str, revision: str, file: str) -> Callable[[IO[bytes]], None]:
    """Writes a file of a dataset repository of the Hugging Face hub at a pinned revision."""

    def write(stream: IO[bytes]) -> None:
        import shutil

        import huggingface_hub

        try:
            got = huggingface_hub.hf_hub_download(repository, file, repo_type="dataset", revision=revision)
        except Exception as error:  # the hub's errors have no common ancestor but this
            reason = " ".join(str(error).split())
            raise UserError(
                f"{repository}@{revision}/{file}: download failed: {reason}; try again later"
            ) from error
        with Path(got).open("rb") as cached:
            shutil.copyfileobj(cached, stream)

    return write


def default_cache() -> Path:
    """Where downloads are kept: the user's cache folder."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("wcabench"))
