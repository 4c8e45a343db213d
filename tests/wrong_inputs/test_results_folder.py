"""Results that cannot be written: refused before training in one line, and nothing left behind."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mistakes_by_hand import ENCODER, RUN, refusal, wcabench


def test_a_results_folder_where_none_can_be_is_refused_before_training():
    line = refusal(wcabench(*RUN, *ENCODER, "--results", "tiny.toml/results"))
    assert "results folder tiny.toml/results: Not a directory" in line and "--results" in line


def test_a_read_only_results_folder_is_refused_before_training(monkeypatch):
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    line = refusal(wcabench(*RUN, *ENCODER))
    assert (
        "results folder results: Read-only file system; choose a folder on a writable disk with --results"
        in line
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to read-only folders")
def test_a_results_folder_without_permission_is_refused_before_training():
    Path("locked").mkdir(mode=0o555)
    line = refusal(wcabench(*RUN, *ENCODER, "--results", "locked"))
    assert "results folder locked: Permission denied; make it writable" in line


def test_a_full_disk_is_refused_before_training(monkeypatch):
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    line = refusal(wcabench(*RUN, *ENCODER))
    assert "results folder results: No space left on device; free some space" in line
    assert "finished cells are kept" in line


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limits")
def test_a_real_process_that_cannot_write_ends_with_one_line_and_exit_2():
    code = (
        "import resource\nfrom wcabench.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\nmain({[*RUN, *ENCODER]!r}, prog_name='wcabench')"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: results folder results: File too large; raise the limit on file sizes"
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_output_onto_a_full_disk_ends_with_one_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "wcabench", "list", "methods"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
