import hashlib
from pathlib import Path

import pytest

from wcabench.contract import Sentence, SentencePair
from wcabench.data.canonical import content_sha256
from wcabench.data.columns import write_columns
from wcabench.data.data_source import DataSource
from wcabench.data.formats import Columns, Parallel, Text
from wcabench.data.resources import Resource
from wcabench.data.slot_formats import Dictionary
from wcabench.data.slot_items import DictionaryEntry
from wcabench.errors import UserError

SENTENCES = [Sentence(("Mira", "zingt"), ("B-PER", "O")), Sentence(("Nee",), ("O",))]
SHA256 = content_sha256("columns", SENTENCES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def source(folder: Path | None, **options) -> DataSource:
    return DataSource(folder, cache=(folder.parent if folder else Path()) / "kept", **options)


def pinned(**changes) -> Resource:
    given = {
        "name": "nl-test",
        "title": "Invented test set",
        "path": ("some/test.conll", "ned.testb"),
        "sentences": 2,
        "sha256": SHA256,
        "licence": "CC0",
        "page": "https://example.org/page",
        "instructions": "ask its author",
    }
    return Resource(**{**given, **changes})


def test_the_pin_of_columns_is_the_sha256_of_the_file_as_written(tmp_path):
    write_columns(tmp_path / "out", SENTENCES)
    assert hashlib.sha256((tmp_path / "out").read_bytes()).hexdigest() == SHA256


def test_the_canonical_forms_are_those_that_are_documented():
    def sha256(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    assert content_sha256("text", [("a", "ë"), ("b",)]) == sha256("a\në\n\nb\n\n")
    pairs = [SentencePair(("a", "b"), ("c",), ((0, 0), (1, 0))), SentencePair(("d",), ("e",))]
    assert content_sha256("parallel", pairs) == sha256("a b\tc\t0-0 1-0\nd\te\t\n")
    assert content_sha256("dictionary", [DictionaryEntry("a", "b")]) == sha256("a\tb\n")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("some/test.conll", b"Mira\tB-PER\nzingt\tO\n\nNee\tO\n\n"),
        ("some/test.conll", b"-DOCSTART- -DOCSTART- O\r\nMira N I-PER\r\nzingt V O\r\n\r\n\r\nNee J O"),
        ("ned.testb", b"Mira S-PER\nzingt O\n\n-DOCSTART- O\n\nNee O\n"),
    ],
)
def test_any_distribution_of_the_same_content_passes(folder, name, content):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    loaded = source(folder).load(pinned())
    assert (loaded.content, loaded.sha256, loaded.files) == (SENTENCES, SHA256, (folder / name,))


def test_a_missing_file_is_named_with_checksum_licence_and_way(folder):
    with pytest.raises(UserError) as error:
        source(folder).load(pinned())
    message = str(error.value)
    for part in ("nl-test", "some/test.conll", "ned.testb", str(folder), SHA256, "CC0", "ask its author"):
        assert part in message
    assert "\n" not in message


def test_without_a_data_folder_the_way_to_name_one_is_said(folder):
    with pytest.raises(UserError, match="give --data-dir or set WCABENCH_DATA"):
        source(None).load(pinned())


def test_the_data_folder_of_the_environment_is_used(folder, monkeypatch):
    (folder / "ned.testb").write_text("Mira B-PER\nzingt O\n\nNee O\n")
    monkeypatch.setenv("WCABENCH_DATA", str(folder))
    assert source(None).load(pinned()).sha256 == SHA256
    monkeypatch.setenv("WCABENCH_DATA", str(folder / "no"))
    with pytest.raises(UserError, match=r"WCABENCH_DATA .*no such folder"):
        source(None).load(pinned())


def test_a_data_folder_that_does_not_exist_is_refused(folder):
    with pytest.raises(UserError, match=r"--data-dir .*: no such folder"):
        source(folder / "no").load(pinned())


@pytest.mark.parametrize(
    ("content", "got", "cause"),
    [
        ("Mira B-PER\nzingt O\n", "got 1 ", "cut short"),
        ("Mira B-LOC\nzingt O\n\nNee O\n", "got 2 ", "other tags"),
        ("Mira B-PER\nzingt O\n\nNee O\n\nJa O\n", "got 3 ", "more than this part"),
    ],
)
def test_wrong_content_is_named_with_counts_and_likely_cause(folder, content, got, cause):
    (folder / "ned.testb").write_text(content)
    with pytest.raises(UserError) as error:
        source(folder).load(pinned(hint="the revision of 1999"))
    message = str(error.value)
    for part in (str(folder / "ned.testb"), "wanted 2 sentences", SHA256, got, cause, "revision of 1999"):
        assert part in message
    assert "\n" not in message


def test_a_count_alone_can_be_pinned(folder):
    (folder / "ned.testb").write_text("Mira B-PER\n")
    with pytest.raises(UserError, match="wanted 2 sentences"):
        source(folder).load(pinned(sha256=None))


def served(folder: Path, content: str) -> str:
    file = folder.parent / "server.conll"
    file.write_text(content)
    return file.as_uri()


def test_a_download_is_checked_and_kept(folder):
    url = served(folder, "Mira B-PER\nzingt O\n\nNee O\n")
    loaded = source(folder).load(pinned(url=url))
    assert loaded.content == SENTENCES
    assert loaded.files[0].is_relative_to(folder.parent / "kept")
    (folder.parent / "server.conll").unlink()
    assert source(folder, offline=True).load(pinned(url=url)).files == loaded.files


def test_a_wrong_download_is_not_kept(folder):
    url = served(folder, "Mira B-PER\nzingt O\n")
    with pytest.raises(UserError, match=r"downloaded from .*not kept: .*got 1 "):
        source(folder).load(pinned(url=url))
    assert not [file for file in (folder.parent / "kept").rglob("*") if file.is_file()]


def test_offline_downloads_nothing(folder):
    url = served(folder, "Mira B-PER\nzingt O\n\nNee O\n")
    with pytest.raises(UserError, match="--offline forbids"):
        source(folder, offline=True).load(pinned(url=url))


def test_a_download_that_fails_is_named(folder):
    with pytest.raises(UserError, match=r"file:///no/where: download failed"):
        source(folder).load(pinned(url="file:///no/where"))


def test_a_cache_that_cannot_be_written_is_named(folder):
    (folder.parent / "kept").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        source(folder).load(pinned(url=served(folder, "Mira B-PER\nzingt O\n\nNee O\n")))


def test_the_hub_is_asked_for_the_pinned_revision(folder, monkeypatch):
    import huggingface_hub

    served(folder, "Mira B-PER\nzingt O\n\nNee O\n")
    asked = []

    def answer(repository, file, *, repo_type, revision):
        asked.append((repository, file, repo_type, revision))
        return str(folder.parent / "server.conll")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", answer)
    resource = pinned(hub="someone/corpus", revision="abc123", file="data/test.txt")
    assert source(folder).load(resource).content == SENTENCES
    assert asked == [("someone/corpus", "data/test.txt", "dataset", "abc123")]


def test_line_parallel_files_belong_together(folder):
    form = Parallel(target_path=("nl",), links_path=("links",))
    resource = Resource(name="en-nl", path=("en",), format=form)
    (folder / "en").write_text("a b\n")
    (folder / "nl").write_text("c\n")
    with pytest.raises(UserError, match=r"links is missing, which belongs to .*en"):
        source(folder).load(resource)
    (folder / "links").write_text("1-0\n")
    assert source(folder).load(resource).content == [SentencePair(("a", "b"), ("c",), ((1, 0),))]


def test_text_and_dictionaries_are_read(folder):
    (folder / "text").write_text("Hello, you.\n\nBye\n")
    text = Resource(name="text", path=("text",), format=Text(layout="lines", tokenise="punctuation"))
    loaded = source(folder).load(text)
    assert loaded.content == [("Hello", ",", "you", "."), ("Bye",)]
    assert loaded.skipped == {"empty": 1}
    (folder / "dict").write_text("the @ der\nthe @ die\nthe @ der\n\nbe @ zijn\n")
    words = Resource(name="words", path=("dict",), format=Dictionary(source_column=0, target_column=2))
    loaded = source(folder).load(words)
    assert loaded.content == [
        DictionaryEntry(*pair) for pair in (("the", "der"), ("the", "die"), ("be", "zijn"))
    ]
    assert loaded.skipped == {"repeated": 1}
    (folder / "dict").write_text("the der\nalone\n")
    with pytest.raises(UserError, match=r"dict:2: "):
        source(folder).load(Resource(name="words", path=("dict",), format=Dictionary()))
    (folder / "dict").write_text("\n")
    for form in (Dictionary(), Text(layout="lines"), Text(), Columns()):
        with pytest.raises(UserError, match="no "):
            source(folder).load(Resource(name="words", path=("dict",), format=form))
