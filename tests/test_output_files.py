"""Outputs: whole or not at all, through links, into devices and pipes, beside files that may not be written."""

import os
import stat
import threading
from pathlib import Path

import pytest

from wcabench import output_files
from wcabench.data.files import open_regular
from wcabench.errors import UserError
from wcabench.output_files import inputs_kept, new_file, new_files, new_folder, write_lines, write_text


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_missing_folders_are_made_and_ends_of_lines_stay(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b" / "c", "one\r\ntwo\n")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"one\r\ntwo\n"
    write_lines(tmp_path / "lines", ["a", "", "é"])
    assert (tmp_path / "lines").read_bytes() == "a\n\né\n".encode()


def test_an_error_of_the_writer_passes_and_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(KeyboardInterrupt), new_file(tmp_path / "file") as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert (tmp_path / "file").read_text() == "old" and names(tmp_path) == ["file"]


def test_a_writer_whose_lines_fail_leaves_the_old_file(tmp_path: Path) -> None:
    def lines():
        yield "first"
        raise UserError("the input ends here")

    (tmp_path / "file").write_text("old")
    with pytest.raises(UserError, match="the input ends here"):
        write_lines(tmp_path / "file", lines())
    assert (tmp_path / "file").read_text() == "old" and names(tmp_path) == ["file"]


def test_of_two_files_neither_is_written_where_one_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").mkdir()
    with (
        pytest.raises(UserError, match="cannot be written"),
        new_files(tmp_path / "a", tmp_path / "b") as (a, b),
    ):
        a.write_text("new")
        b.write_text("new")
    assert (tmp_path / "a").read_text() == "old" and names(tmp_path) == ["a", "b"]


def test_one_file_for_two_outputs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(UserError, match="two outputs"), new_files(tmp_path / "a", tmp_path / "link"):
        pass
    assert names(tmp_path) == ["link"]


def test_what_the_command_has_read_is_not_written_over_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("words")
    (tmp_path / "link").symlink_to("corpus")
    os.link(tmp_path / "corpus", tmp_path / "second-name")
    with inputs_kept():
        with open_regular(tmp_path / "corpus") as stream:
            stream.read()
        for name in ("corpus", "link", "second-name"):
            with pytest.raises(UserError, match=f"{name}: was read by this command"):
                write_text(tmp_path / name, "links")
    assert (tmp_path / "corpus").read_text() == "words"
    with open_regular(tmp_path / "corpus") as stream:
        stream.read()
    write_text(tmp_path / "corpus", "links")  # no command: a program may rewrite what it has read
    assert (tmp_path / "corpus").read_text() == "links"


def test_the_file_behind_a_link_is_replaced_and_its_permissions_kept(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    target = tmp_path / "kept" / "file"
    target.write_text("old")
    target.chmod(0o640)
    (tmp_path / "link").symlink_to(target)
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_links_in_a_circle_are_one_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(UserError, match="a"):
        write_text(tmp_path / "a", "new")


def test_a_write_protected_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # whoever runs the tests may be root
    with pytest.raises(UserError, match="Permission denied; make it writable"):
        write_text(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old" and names(tmp_path) == ["file"]


def test_a_pipe_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    write_text(tmp_path / "pipe", "through")
    reader.join(10)
    assert read == ["through"] and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_device_stays_a_device() -> None:
    write_text(Path(os.devnull), "nothing")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_name_as_long_as_any_can_be_is_written(tmp_path: Path) -> None:
    write_text(tmp_path / ("x" * 255), "text")
    assert len(names(tmp_path)[0]) == 255
    with pytest.raises(UserError, match="File name too long; choose a shorter name"):
        write_text(tmp_path / ("x" * 256), "text")
    assert len(names(tmp_path)) == 1


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "new") as partial:
        (partial / "file").write_text("half")
        raise ZeroDivisionError
    assert names(tmp_path) == []
    with new_folder(tmp_path / "new") as partial:
        (partial / "below").mkdir()
        (partial / "below" / "file").write_text("whole")
    assert names(tmp_path) == ["new"] and (tmp_path / "new" / "below" / "file").read_text() == "whole"


def test_an_empty_folder_is_filled_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    with new_folder(Path()) as partial:
        (partial / "file").write_text("whole")
    assert names(tmp_path) == ["file"] and tmp_path.stat().st_ino == before


def test_a_folder_with_something_in_it_is_refused_or_exchanged(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "kept").write_text("old")
    with pytest.raises(UserError, match="nothing is overwritten"), new_folder(tmp_path / "old"):
        pass
    with new_folder(tmp_path / "old", replace=True) as partial:
        (partial / "file").write_text("new")
    assert names(tmp_path) == ["old"] and names(tmp_path / "old") == ["file"]


def test_a_folder_that_cannot_be_exchanged_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "kept").write_text("old")
    real = Path.rename

    def rename(source: Path, target: Path) -> Path:
        if (
            source.parent.name.startswith(output_files.TEMPORARY)
            and source.name == "old"
            and (source / "file").exists()
        ):
            raise OSError(5, "Input/output error")
        return real(source, target)

    monkeypatch.setattr(Path, "rename", rename)
    with (
        pytest.raises(UserError, match="Input/output error"),
        new_folder(tmp_path / "old", replace=True) as partial,
    ):
        (partial / "file").write_text("new")
    assert names(tmp_path) == ["old"] and (tmp_path / "old" / "kept").read_text() == "old"
