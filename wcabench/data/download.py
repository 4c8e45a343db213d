"""Downloads files into the cache: into a temporary file first, which is checked and then renamed."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from wcabench.errors import UserError

TIMEOUT_SECONDS = 60.0


def download(write: Callable[[IO[bytes]], None], destination: Path, check: Callable[[Path], None]) -> None:
    """Download and check a file; after a failure nothing is left behind.

    Args:
        write: writes the file's bytes to a stream.
        destination: path of the file.
        check: raises if the file is not what it should be.

    Raises:
        UserError: `write` or `check` raised it, or the file cannot be written.
    """
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".part-") as folder:
            part = Path(folder) / destination.name  # readers recognise some files by their name
            with part.open("wb") as stream:
                write(stream)
            check(part)
            part.replace(destination)
    except OSError as error:
        raise UserError(
            f"{destination}: cannot be written: {error.strerror or error}; free some space, or set another cache "
            "folder with XDG_CACHE_HOME"
        ) from error


def from_url(url: str) -> Callable[[IO[bytes]], None]:
    """Return a function that writes the file of a URL (http, https or file) to a stream."""

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
    """Return a function that writes a file of a Hugging Face dataset repository, at a pinned revision, to a stream."""

    def write(stream: IO[bytes]) -> None:
        import shutil

        import huggingface_hub

        try:
            downloaded = huggingface_hub.hf_hub_download(
                repository, file, repo_type="dataset", revision=revision
            )
        except Exception as error:  # the hub's errors have no other common base class
            reason = " ".join(str(error).split())
            raise UserError(
                f"{repository}@{revision}/{file}: download failed: {reason}; try again later"
            ) from error
        with Path(downloaded).open("rb") as cached:
            shutil.copyfileobj(cached, stream)

    return write


def default_cache() -> Path:
    """Return the folder of downloads in the user's cache folder."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("wcabench"))
