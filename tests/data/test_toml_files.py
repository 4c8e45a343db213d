import pytest

from wcabench.data.suites import load_suite
from wcabench.data.toml_files import parse_toml, read_toml
from wcabench.errors import UserError
from wcabench.pretraining.settings import read_settings

TEXT = 'name = "Zoë"\n[text]\nheld_out = 2\n'


@pytest.mark.parametrize(
    "content", [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.replace("\n", "\r\n").encode()]
)
def test_a_byte_order_mark_and_either_line_end_make_no_difference(tmp_path, content):
    path = tmp_path / "some.toml"
    path.write_bytes(content)
    assert read_toml(path) == {"name": "Zoë", "text": {"held_out": 2}}


@pytest.mark.parametrize("read", [read_toml, read_settings, lambda path: load_suite(str(path))])
def test_another_encoding_and_no_file_are_named_by_every_reader(tmp_path, read):
    path = tmp_path / "some.toml"
    for content, message in (
        (TEXT.encode("utf-16"), "is in UTF-16"),
        (TEXT.encode("latin-1"), ":1: byte 0xeb is not UTF-8"),
        (b"[text", "no TOML"),
        (TEXT.replace("\n", "\r").encode(), "its line ends are carriage returns alone"),
        (TEXT.replace("\n", "\r\r\n").encode(), ":1: the line ends in two carriage returns"),
    ):
        path.write_bytes(content)
        with pytest.raises(UserError, match=message) as error:
            read(path)
        assert str(path) in str(error.value) and "\n" not in str(error.value)
    path.unlink()
    with pytest.raises(UserError, match=r"some\.toml: cannot be read"):
        read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "9" * 5000, "a number of thousands of digits"),
        ("a = 0x" + "f" * 5000, "a number of more than 64 bits"),
        ("a = [[1], [{b = 99999999999999999999}]]", "a number of more than 64 bits"),
        ("a = " + "[" * 900 + "]" * 900, "more than 32 deep"),
        ("a = " + "[" * 100_000, "more than 32 deep"),
        ("a" + ".a" * 100_000 + " = 1", "more than 32 deep"),
        ("[" + "a." * 100 + "a]", "more than 32 deep"),
        ('a = "b\\u0000c"', "a NUL character in 'b"),
        ('"b\\u0000c" = 1', "a NUL character in 'b"),
        ("a = 1\na = 2", "no TOML"),
    ],
)
def test_what_no_setting_can_be_is_refused_in_one_line(text, message):
    with pytest.raises(UserError, match=message) as error:
        parse_toml(text, "some.toml")
    assert "\n" not in str(error.value) and len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "a/b"', "'a/b' cannot be the name of a folder"),
        ('name = ".."', r"'\.\.' cannot be the name of a folder"),
        ("name = 3", "name: '3' is no text"),
        ('name = "x"\nstart = 3', "start: '3' is no text"),
        ('name = "x"\nstart = "~nobody-such/x"', "that user has no home folder"),
        ('name = "x"\n[text]\nlanguages = ["en", "../de"]', r"'\.\./de' is no language"),
        ('name = "x"\n[text]\nlanguages = []', r"text\.languages: 0 given"),
        ('name = "x"\n[text]\nlanguages = ["en", "en"]', "en is given twice"),
        ('name = "x"\n[text]\nheld_out = -1', "held_out: -1"),
    ],
)
def test_settings_of_a_pretraining_that_name_no_file_are_refused(tmp_path, text, message):
    path = tmp_path / "some.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        read_settings(path)
