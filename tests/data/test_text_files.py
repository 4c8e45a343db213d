import gzip
import os
from pathlib import Path

import pytest

from wcabench.data.columns import read_columns
from wcabench.data.files import expanded, is_file, read_bytes
from wcabench.data.parallel import read_tsv
from wcabench.data.text_files import LONGEST_LINE, iter_lines, read_lines, read_text
from wcabench.errors import UserError

LINES = ["Zoë\tB-PER", "a\u2028b\tO", "", "last"]
TEXT = "\n".join(LINES)


def file(tmp_path: Path, content: bytes, name: str = "some.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refused(path: Path, *parts: str, encoding: str | None = None) -> None:
    with pytest.raises(UserError) as error:
        read_lines(path, encoding)
    assert "\n" not in str(error.value) and all(part in str(error.value) for part in (str(path), *parts)), (
        error.value
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_either_line_end_a_byte_order_mark_and_gzip_make_no_difference(tmp_path, end, last, mark, pack):
    content = (mark + end.join(LINES) + last.replace("\n", end)).encode()
    assert read_lines(file(tmp_path, pack(content))) == LINES


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "UTF8", "cp1252", "latin-1"]
)
def test_a_declared_encoding_is_read_with_the_same_lines(tmp_path, encoding):
    text = TEXT if encoding.lower().startswith("utf") else TEXT.replace("\u2028", "-")
    assert read_lines(file(tmp_path, text.encode(encoding)), encoding) == text.split("\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_of_another_encoding_is_named_for_what_it_is(tmp_path, encoding):
    refused(file(tmp_path, TEXT.encode(encoding)), f"is in {encoding.upper()}", "declare its encoding")
    refused(file(tmp_path, gzip.compress(TEXT.encode(encoding))), f"is in {encoding.upper()}")


def test_utf_16_without_a_mark_and_binary_files_are_refused_at_their_nul(tmp_path):
    refused(file(tmp_path, TEXT.replace("ë", "e").encode("utf-16-le")), ":1: a NUL", "UTF-16")
    refused(file(tmp_path, TEXT.encode("utf-16-le")), ":1: a NUL", "UTF-16", "declare its encoding")
    refused(file(tmp_path, b"a\nb\0\n"), ":2: a NUL")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "latin-1"])
def test_utf_8_is_never_read_as_the_encoding_that_is_declared_for_another_file(tmp_path, encoding):
    refused(file(tmp_path, "Zoë sings\n".encode()), f"is in UTF-8, not in {encoding}", encoding=encoding)
    if encoding != "latin-1":
        refused(file(tmp_path, b"0-0 1-1\n0-0\n"), f"is in UTF-8, not in {encoding}", encoding=encoding)


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"a\rb\rc\r", (": its line ends are carriage returns alone",)),
        (b"a\rb", (": its line ends are carriage returns alone",)),
        (b"a\r\r\nb\r\r\n", (":1: ", "two carriage returns")),
        (b"a\nwoo\rnt\nb\n", (":2: ", "within the line")),
        (b"a\r\nb\rc\r\n", (":2: ", "within the line")),
        (b"a\nb\r", (":2: ", "within the line")),
    ],
)
def test_a_carriage_return_that_ends_no_line_is_refused(tmp_path, content, parts):
    refused(file(tmp_path, content), *parts)
    refused(file(tmp_path, content.decode().encode("utf-16")), *parts, encoding="utf-16")


def test_undecodable_bytes_are_named_with_their_line_in_every_encoding(tmp_path):
    refused(file(tmp_path, b"a\nK\xf6ln\n"), ":2: byte 0xf6", "latin-1")
    refused(file(tmp_path, "a\nb\n".encode("utf-16") + b"\0"), ":3: not utf-16", encoding="utf-16")
    refused(file(tmp_path, b"a\n+2AA-\n"), ":2: half a surrogate pair", encoding="utf-7")
    refused(file(tmp_path, b"a\n"), "unknown encoding 'undefined'", encoding="undefined")


def test_damaged_gzip_is_named(tmp_path):
    packed = gzip.compress(TEXT.encode() * 100)
    refused(file(tmp_path, packed[:-9]), "cannot be unpacked")
    refused(file(tmp_path, packed[:20] + b"\0\0" + packed[22:]), "cannot be unpacked")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_regular_file_is_refused_without_a_wait(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refused(pipe, "it is a pipe")
    refused(Path("/dev/zero"), "it is a device")
    refused(tmp_path, "Is a directory")
    for read in (read_columns, read_tsv, lambda path: read_text(path, 10)):
        with pytest.raises(UserError, match="it is a pipe"):
            read(pipe)
    with pytest.raises(UserError, match="it is a pipe"):
        is_file(pipe)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "loop"])
def test_a_path_that_no_file_can_have_is_said_not_to_be_readable(tmp_path, path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for read in (read_lines, is_file):
        with pytest.raises(UserError, match="cannot be read"):
            read(tmp_path / path)


def test_a_link_to_a_file_is_one_and_a_folder_is_none(tmp_path):
    (tmp_path / "link").symlink_to(file(tmp_path, b"a\n"))
    assert is_file(tmp_path / "link") and read_lines(tmp_path / "link") == ["a"]
    assert (
        not is_file(tmp_path)
        and not is_file(tmp_path / "absent")
        and not is_file(tmp_path / "link" / "below")
    )


def test_the_home_folder_is_found_and_that_of_an_unknown_user_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded("~/x") == tmp_path / "x"
    with pytest.raises(UserError, match="~nobody-such/x: that user has no home folder"):
        expanded("~nobody-such/x")


def test_sizes_are_bounded_before_anything_is_read(tmp_path):
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as stream:
        stream.truncate(2**42)
    for read in (read_bytes, lambda path: read_lines(path, "latin-1"), lambda path: read_text(path, 100)):
        with pytest.raises(UserError, match="holds more than"):
            read(sparse)
    with pytest.raises(UserError, match=r"sparse:1: a line of more than"):
        read_lines(sparse)
    with pytest.raises(UserError, match="holds more than 100 bytes"):
        read_text(file(tmp_path, gzip.compress(b"a" * 10_000)), 100)
    assert LONGEST_LINE >= 2**20


def test_a_large_file_is_read_line_by_line(tmp_path):
    lines = iter_lines(file(tmp_path, b"a\n\xff\n"))
    assert next(lines) == "a"
    with pytest.raises(UserError, match=":2: byte 0xff"):
        next(lines)


def test_a_file_that_is_no_text_of_its_own_is_named(tmp_path):
    refused(
        file(tmp_path, b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n"), "a pointer of Git LFS"
    )
    refused(
        file(tmp_path, "Zo\xeb\n".encode()), "is in UTF-8, not in latin-1 as declared", encoding="latin-1"
    )
    assert read_lines(file(tmp_path, b"plain\n"), "latin-1") == ["plain"]
    assert read_lines(file(tmp_path, "Zo\xeb\n".encode("cp1252")), "cp1252") == ["Zo\xeb"]
