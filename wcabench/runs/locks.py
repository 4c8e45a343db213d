"""Lock files of a results folder, and what is said of one that cannot be had."""

import errno
import os
import stat
from pathlib import Path

from filelock import FileLock, Timeout

from wcabench.errors import UserError

LOCKS = ".locks"
POLL_SECONDS = 0.2
NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL})


class StoreError(UserError):
    """The results folder cannot be used: no further cell can be kept, so the run ends."""


class LockError(StoreError):
    """A lock can never be had, whatever other processes do; the message says why and what to do."""


def take_lock(root: Path, key: str, *, wait: bool) -> FileLock | None:
    """Lock a key of a results folder.

    Args:
        root: the results folder.
        key: what is locked.
        wait: wait for the process that has the lock.

    Returns:
        The lock, to be released; None: another process has it.

    Raises:
        LockError: something else than a lock file stands in its place, the file is another user's, or the file system
            has no locks.
        OSError: the folder of the locks cannot be made, or no file be made in it.
    """
    folder = root / LOCKS
    make_folder(folder)
    file = folder / f"{key}.lock"
    _require_lock_file(file)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=-1 if wait else 0, poll_interval=POLL_SECONDS)
    except Timeout:
        return None
    except OSError as error:
        raise _reason(file, error) from error
    return lock


def make_folder(folder: Path) -> None:
    """Make a folder of a results folder's own, where it is not there.

    Raises:
        LockError: something else stands in its place.
        OSError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise LockError(f"{folder}: {_what_stands_at(folder)}, not a folder; remove it") from None


def _require_lock_file(file: Path) -> None:
    """Refuse what is no regular file, before it is opened: a pipe or a device may do anything then."""
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise _reason(file, error) from error
    if not stat.S_ISREG(mode):
        raise LockError(
            f"{file}: {_what_stands_at(file)}, not a lock file; remove it while no run uses the folder"
        )


def _what_stands_at(path: Path) -> str:
    mode = path.lstat().st_mode
    kinds = (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISREG, "a file"),
    )
    return f"is {next((name for test, name in kinds if test(mode)), 'a device')}"


def _reason(file: Path, error: OSError) -> UserError | OSError:
    """What is said of a lock that the system refused."""
    if error.errno in NO_LOCKS:
        return LockError(
            f"{file}: cannot be locked ({error.strerror}): the file system has no locks, so that two runs could "
            "not share the folder; choose one on another disk with --results"
        )
    owner = _other_owner(file)
    if error.errno in (errno.EACCES, errno.EPERM) and owner is not None:
        return LockError(
            f"{file}: cannot be locked ({error.strerror}): it belongs to user {owner}, who ran into this folder; "
            "have it made writable, or choose another folder with --results"
        )
    if error.errno in (errno.EACCES, errno.EPERM) and file.exists():
        return LockError(
            f"{file}: cannot be locked ({error.strerror}): the file is not writable; make it writable"
        )
    return error


def _other_owner(file: Path) -> int | None:
    """The user number of a file that is not ours; None where it is ours or cannot be looked at."""
    try:
        owner = file.lstat().st_uid
    except OSError:
        return None
    return owner if hasattr(os, "geteuid") and owner != os.geteuid() else None
