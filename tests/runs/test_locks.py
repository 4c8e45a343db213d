"""A lock that can never be had is said for what it is, and nothing hangs or is destroyed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wcabench.runs.locks import LockError, take_lock
from wcabench.runs.store import Store, StoreError


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (link_to("../precious"), "is a link, not a lock file"),
        (link_to("key.lock"), "is a link, not a lock file"),
        (link_to("nowhere"), "is a link, not a lock file"),
        (Path.mkdir, "is a folder, not a lock file"),
        (os.mkfifo, "is a pipe, not a lock file"),
    ],
)
@pytest.mark.parametrize("wait", [False, True])
def test_what_is_no_lock_file_is_named(
    tmp_path: Path, make: Callable[[Path], None], says: str, wait: bool
) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / ".locks").mkdir()
    make(tmp_path / ".locks" / "key.lock")
    with pytest.raises(StoreError, match=says) as error, Store(tmp_path).lock("key", wait=wait):
        pass
    assert "\n" not in str(error.value) and str(tmp_path / ".locks" / "key.lock") in str(error.value)
    assert (tmp_path / "precious").read_text() == "kept"


@pytest.mark.parametrize("make", [link_to(".locks"), link_to("nowhere"), os.mkfifo, Path.touch])
def test_what_is_no_folder_of_locks_is_named(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / ".locks")
    with pytest.raises(LockError, match="not a folder; remove it"):
        take_lock(tmp_path, "key", wait=False)


def test_another_users_lock_says_whose_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / ".locks").mkdir()
    (tmp_path / ".locks" / "key.lock").touch()
    monkeypatch.setattr(FileLock, "acquire", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(LockError, match="belongs to user"):
        take_lock(tmp_path, "key", wait=False)


def test_a_file_system_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from filelock import FileLock

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with pytest.raises(LockError, match="the file system has no locks"):
        take_lock(tmp_path, "key", wait=False)


def test_a_lock_that_another_has_is_no_error(tmp_path: Path) -> None:
    lock = take_lock(tmp_path, "key", wait=False)
    assert lock is not None and take_lock(tmp_path, "key", wait=False) is None
    lock.release()
