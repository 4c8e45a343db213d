"""Output files and folders, written whole or not at all: what stood there stands until the new one is complete.

Every command that writes a file or a folder which the user named does it by these functions. The new content is written
into a temporary folder beside the target, flushed to the disk, and then renamed.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from wcabench.errors import UserError, require

# Bytes of the name of a suite, pair or method: folders are named after it, and a file name holds 255.
LONGEST_NAME = 200
# Device and number of the files that the command has read; None: no command runs, as where this package is imported.
_were_read: set[tuple[int, int]] | None = None
TEMPORARY = ".part-"  # how the names of temporary folders begin
REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space in your quota",
    errno.EFBIG: "raise the limit on file sizes",
    errno.EACCES: "make it writable, or choose another name",
    errno.EPERM: "make it writable, or choose another name",
    errno.EROFS: "choose a folder on a writable disk",
    errno.EISDIR: "give the name of a file",
    errno.EEXIST: "what should be a folder on the way to it is a file",
    errno.ENOTDIR: "what should be a folder on the way to it is a file",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EIO: "the disk failed; choose another one",
}


@contextmanager
def new_files(*paths: Path, rewrite: bool = False) -> Iterator[tuple[Path, ...]]:
    """Write files that belong together: all of them appear when the block ends without an error, or none does.

    A device or a pipe (`/dev/stdout`, `>(gzip)`) is written directly, since it cannot be replaced. Behind a link, the
    file that it leads to is replaced. Permissions of a file that is replaced are kept.

    Args:
        paths: the files; missing folders are made.
        rewrite: whether the command may have read them: its own log, say. A file of the user's is never overwritten by
            what was made of it.

    Yields:
        For each file the path to write to. It has the same name, in another folder.

    Raises:
        UserError: a file cannot be written, was read by this command, or two of the paths are the same file.
    """
    targets = _targets(*paths)
    folders: list[Path] = []
    try:
        with _one_line(*paths):
            partial = []
            for path, target in zip(paths, targets, strict=True):
                if _is_special(target):
                    partial.append(target)
                    continue
                _check_replaceable(target)
                require(
                    rewrite or not _was_read(target),
                    f"{path}: was read by this command; give the output another name",
                )
                folders.append(_temporary_beside(target))
                partial.append(folders[-1] / target.name)
            yield tuple(partial)
            renames = [(part, end) for part, end in zip(partial, targets, strict=True) if part != end]
            for part, target in renames:
                _flush(part)
                if target.exists():
                    shutil.copymode(target, part)
            for part, target in renames:
                part.replace(target)
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def inputs_kept() -> Iterator[None]:
    """Refuse to write, inside the context, a file that was read inside it: no output of a command replaces its input.

    Outside of any such context files may be read and written again: a program that imports this package knows what it
    does.
    """
    global _were_read
    before, _were_read = _were_read, set()
    try:
        yield
    finally:
        _were_read = before


def note_read(status: os.stat_result) -> None:
    """A file is read: see `inputs_kept`.

    Args:
        status: of the open file, by which it is known under every name.
    """
    if _were_read is not None:
        _were_read.add(_identity(status))


def _was_read(path: Path) -> bool:
    return _were_read is not None and path.exists() and _identity(path.stat()) in _were_read


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def check_distinct(*paths: Path | None) -> None:
    """Refuse outputs of one command that are the same file, before anything is computed for them.

    Args:
        paths: the outputs; None: not asked for.

    Raises:
        UserError: two are the same file.
    """
    _targets(*(path for path in paths if path is not None))


def _targets(*paths: Path) -> list[Path]:
    """The files that the paths lead to, each another."""
    with _one_line(*paths):
        targets = [path if _is_special(path) else _target(path) for path in paths]
    for number, target in enumerate(targets):
        require(
            target not in targets[:number], f"{paths[number]}: named for two outputs; give each its own name"
        )
    return targets


@contextmanager
def new_file(path: Path, *, rewrite: bool = False) -> Iterator[Path]:
    """Write one file; see `new_files`."""
    with new_files(path, rewrite=rewrite) as (partial,):
        yield partial


def write_text(path: Path, text: str) -> None:
    r"""Write a text as UTF-8; its ends of lines stay as they are, on every system.

    Raises:
        UserError: the file cannot be written.
    """
    with new_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="")


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes.

    Raises:
        UserError: the file cannot be written.
    """
    with new_file(path) as partial:
        partial.write_bytes(data)


def write_lines(path: Path, lines: Iterable[str], *, rewrite: bool = False) -> None:
    r"""Write lines as UTF-8, each ended by "\n"; `rewrite` as in `new_files`.

    Raises:
        UserError: the file cannot be written.
    """
    with (
        new_file(path, rewrite=rewrite) as partial,
        partial.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        stream.writelines(chain.from_iterable((line, "\n") for line in lines))


@contextmanager
def new_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Write a folder with all that is in it: it appears when the block ends without an error, or nothing does.

    Args:
        path: the folder; missing parents are made.
        replace: put the new folder in the place of one that is there; otherwise one that is there must be empty.

    Yields:
        An empty folder of the same name to write into.

    Raises:
        UserError: it cannot be written, or is there and not empty.
    """
    temporary = None
    try:
        with _one_line(path):
            target = _target(path)
            stands = target.is_dir() and any(target.iterdir())
            require(replace or not stands, f"{path}: is there already and not empty; nothing is overwritten")
            temporary = _temporary_beside(target)
            partial = temporary / target.name
            partial.mkdir()
            yield partial
            for file in partial.rglob("*"):
                if file.is_file():
                    _flush(file)
            if not target.exists():
                partial.rename(target)
            elif stands:
                _exchange(target, partial)
            else:
                # Its contents alone are moved: the empty folder may be the one that the user's shell stands in.
                _move_contents(partial, target)
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _exchange(target: Path, new: Path) -> None:
    """Put the new folder in the place of the target, and remove that; on an error it is put back."""
    aside = _temporary_beside(target)
    old = aside / target.name
    try:
        target.rename(old)
        try:
            new.rename(target)
        except BaseException:
            old.rename(target)
            raise
    except BaseException:
        aside.rmdir()  # fails where the old folder could not be put back, which is then still in it
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _move_contents(source: Path, target: Path) -> None:
    """Move all that is in a folder into an empty one; on an error the latter is emptied again."""
    moved: list[Path] = []
    try:
        for entry in sorted(source.iterdir()):
            moved.append(entry.rename(target / entry.name))
    except BaseException:
        for entry in moved:
            entry.rename(source / entry.name)
        raise


def _target(path: Path) -> Path:
    """The file that is replaced: behind a link, the one that it leads to."""
    try:
        return path.resolve()
    except RuntimeError:  # what Python 3.11 raises
        raise UserError(f"{path}: is a link that leads back to itself; remove it") from None


def _is_special(path: Path) -> bool:
    """Whether a device, a pipe or a socket stands there, or a name for an open stream such as /dev/stdout."""
    parts = path.absolute().parts
    if parts[1:2] in (("dev",), ("proc",)) and parts[2:3] != ("shm",):
        return True
    return path.exists() and not path.is_file() and not path.is_dir()


def _check_replaceable(target: Path) -> None:
    """Refuse a folder, and a file that is write-protected: renaming would replace it all the same."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _temporary_beside(target: Path) -> Path:
    """A new empty folder on the same disk as the target, so that renaming is enough."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=target.parent))


def _flush(file: Path) -> None:
    """Have the disk take the bytes now: some file systems say that they are full only then."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())


@contextmanager
def _one_line(*paths: Path) -> Iterator[None]:
    """Turn an `OSError` into a `UserError` that names the outputs."""
    try:
        yield
    except OSError as error:
        raise unwritable(error, *paths) from error


def unwritable(error: Exception, *paths: Path) -> UserError:
    """The error for outputs that could not be written: one line with the reason and what to do.

    Args:
        error: what the writer raised.
        paths: the outputs.
    """
    number = error.errno if isinstance(error, OSError) else None
    reason = (error.strerror if isinstance(error, OSError) else None) or " ".join(str(error).split())
    remedy = REMEDIES.get(number or 0, "choose another place")
    return UserError(f"{', '.join(map(str, paths))}: cannot be written: {reason}; {remedy}")
