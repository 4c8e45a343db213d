import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from wcabench.cli import main
from wcabench.config import DataConfig
from wcabench.data.data_source import DataSource
from wcabench.data.slot_items import DictionaryEntry
from wcabench.data.suites import load_suite, suite_names
from wcabench.errors import UserError

OFFLINE = DataSource(offline=True)


def change(suite: Path, old: str, new: str) -> str:
    text = suite.read_text()
    assert old in text
    suite.write_text(text.replace(old, new))
    return str(suite)


def test_a_users_suite_is_loaded_end_to_end(tiny):
    suite = load_suite(str(tiny))
    assert (suite.name, suite.summary, suite.caption) == ("tiny", "invented", "Invented sentences.")
    assert (suite.pairs, suite.translations("en-nl")) == (("en-nl",), ("parallel",))
    assert (suite.encoder.name, suite.encoder.revision, suite.recipe.epochs) == (
        "some/encoder",
        "abc0" * 10,
        1,
    )
    data = suite.load("en-nl", suite.data, OFFLINE)
    assert (data.suite, data.pair, data.types) == ("tiny", "en-nl", ("LOC", "ORG", "PER"))
    assert [len(part) for part in (data.train, data.source_dev, data.source_test)] == [3, 0, 1]
    assert [len(part) for part in (data.target_dev, data.target_test, data.parallel)] == [0, 2, 2]
    assert data.train[2].tags == ("O", "O", "O")
    assert data.target_text == [("Zij", "vertrok", "."), ("Hij", "won")]
    assert data.parallel[0].links == ((0, 0), (1, 1), (2, 2))
    assert data.dictionary == []
    assert data.notes[0] == "nl: invented" and "MISC" in data.notes[1]
    assert set(data.sha256) == {"en-train", "en-test", "nl-test", "en-nl-parallel"}
    assert data.sha256 == suite.fingerprint("en-nl", suite.data, OFFLINE)


def test_gold_word_alignments_are_read_checked_and_in_no_key(tiny):
    before = load_suite(str(tiny)).fingerprint("en-nl", DataConfig(), OFFLINE)
    text = tiny.read_text()
    tiny.write_text(
        text
        + '\n[pairs.en-nl.aligned]\npath = "gold.en"\ntarget_path = "gold.nl"\nlinks_path = "gold.links"\n'
    )
    (tiny.parent / "gold.en").write_text("Jon left\n")
    (tiny.parent / "gold.nl").write_text("Jon verliet Oudwijk\n")
    (tiny.parent / "gold.links").write_text("0-0 1-1\n")
    suite = load_suite(str(tiny))
    data = suite.load("en-nl", suite.data, OFFLINE)
    assert [pair.links for pair in data.aligned] == [((0, 0), (1, 1))]
    assert suite.fingerprint("en-nl", suite.data, OFFLINE) == data.sha256 == before
    assert "en-nl-aligned" in [one.name for one in suite.resources("en-nl", suite.data)]
    assert all(data.slot(need) is not data.aligned for need in ("labelled", "parallel", "target-text"))
    (tiny.parent / "gold.links").write_text("0-0 2-1\n")
    with pytest.raises(UserError, match=r"gold\.links:1: link between source word 2"):
        suite.load("en-nl", suite.data, OFFLINE)
    tiny.write_text(text + '\n[pairs.en-nl.aligned]\npath = "pairs.tsv"\n')
    with pytest.raises(UserError, match="aligned: no links; name their file by links_path"):
        load_suite(str(tiny))


def test_the_embedded_suite_has_gold_word_alignments_of_its_test_sets():
    suite = load_suite("mini")
    for pair in suite.pairs:
        data = suite.load(pair, suite.data, OFFLINE)
        assert [one.source for one in data.aligned] == [sentence.words for sentence in data.source_test]
        assert [one.target for one in data.aligned] == [sentence.words for sentence in data.target_test]
        assert all(one.links for one in data.aligned)


def test_the_label_policy_is_an_option(tiny):
    suite = load_suite(str(tiny))
    mapped = suite.load("en-nl", DataConfig(labels="map"), OFFLINE)
    assert mapped.types == ("LOC", "MISC", "ORG", "PER") and mapped.mapped_to_o == ("MISC",)
    kept = suite.load("en-nl", DataConfig(labels="keep"), OFFLINE)
    assert kept.types == mapped.types and kept.mapped_to_o == ()
    assert kept.train[2].tags == ("O", "B-MISC", "I-MISC")


def test_types_that_are_not_declared_are_those_of_the_labels(tiny):
    change(tiny, 'types = ["LOC", "MISC", "ORG", "PER"]', "")
    path = change(tiny, 'types = ["LOC", "ORG", "PER"]', "")
    data = load_suite(path).load("en-nl", DataConfig(), OFFLINE)
    assert data.types == ("LOC", "ORG", "PER")
    (tiny.parent / "test.nl.conll").write_text("Jan B-GPE\n")
    with pytest.raises(UserError, match=r"test\.nl\.conll:1: tag 'B-GPE'"):
        load_suite(path).load("en-nl", DataConfig(), OFFLINE)


@pytest.mark.parametrize(
    ("file", "known"), [("train.conll", "LOC, MISC"), ("test.nl.conll", "LOC, ORG, PER")]
)
def test_a_tag_that_the_suite_does_not_know_is_named_with_file_and_line(tiny, file, known):
    path = tiny.parent / file
    path.write_text(path.read_text() + "\nGent B-GPE\n")
    with pytest.raises(UserError) as error:
        load_suite(str(tiny)).load("en-nl", DataConfig(), OFFLINE)
    line = path.read_text().count("\n")
    assert f"{path}:{line}: tag 'B-GPE'" in str(error.value) and f"known: {known}" in str(error.value)


def test_dictionary_text_and_dev_are_read_where_they_are_named(tiny):
    (tiny.parent / "dict.txt").write_text("she zij\n")
    (tiny.parent / "raw.txt").write_text("Hallo, jij.\n")
    change(
        tiny,
        "target = { test",
        'dictionary = { path = "dict.txt" }\ntarget = { '
        'text = { path = "raw.txt", layout = "lines", tokenise = "punctuation" }, '
        'dev = { path = "test.nl.conll" }, test',
    )
    data = load_suite(str(tiny)).load("en-nl", DataConfig(), OFFLINE)
    assert data.dictionary == [DictionaryEntry("she", "zij")]
    assert data.target_text == [("Hallo", ",", "jij", ".")]
    assert data.target_dev == data.target_test


def test_translations_have_names_and_the_first_is_the_default(tiny):
    (tiny.parent / "en.txt").write_text("one\ntwo\n")
    (tiny.parent / "nl.txt").write_text("een\ntwee\n")
    change(tiny, "[pairs.en-nl.parallel]", "[pairs.en-nl.parallel.web]")
    tiny.write_text(
        tiny.read_text() + '\n[pairs.en-nl.parallel.book]\npath = "en.txt"\ntarget_path = "nl.txt"\n'
    )
    suite = load_suite(str(tiny))
    assert suite.translations("en-nl") == ("web", "book")
    assert "en-nl-web" in suite.fingerprint("en-nl", DataConfig(), OFFLINE)
    book = DataConfig(translation="book")
    assert [pair.target for pair in suite.load("en-nl", book, OFFLINE).parallel] == [("een",), ("twee",)]
    with pytest.raises(UserError, match=r"unknown translation.*did you mean 'book'"):
        suite.resources("en-nl", DataConfig(translation="boook"))
    (tiny.parent / "nl.txt").write_text("een\n")
    with pytest.raises(UserError, match=r"en\.txt has 2 lines, .*nl\.txt has 1"):
        suite.load("en-nl", book, OFFLINE)


def test_a_pair_may_stand_in_a_file_of_its_own(tiny):
    text = tiny.read_text()
    cut = text.index("[pairs.en-nl]")
    tiny.write_text(text[:cut].replace("[suite]", '[suite]\npairs = ["en-nl"]'))
    (tiny.parent / "en-nl.toml").write_text(
        re.sub(r"\[pairs\.en-nl\.?(\w*)\]", r"[\1]", text[cut:]).replace("[]", "")
    )
    assert len(load_suite(str(tiny)).load("en-nl", DataConfig(), OFFLINE).target_test) == 2
    (tiny.parent / "en-nl.toml").unlink()
    with pytest.raises(UserError, match=r"en-nl\.toml: cannot be read"):
        load_suite(str(tiny))


def test_an_encoder_folder_is_found_beside_the_suite(tiny):
    (tiny.parent / "some" / "encoder").mkdir(parents=True)
    assert load_suite(str(tiny)).encoder.name == str(tiny.parent / "some" / "encoder")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[suite]", "[suite", "no TOML"),
        ("[recipe]", "[recipes]", "unknown key .*'recipes'.*did you mean 'recipe'"),
        ("epochs = 1", "epoch = 1", "did you mean .*epochs"),
        ("summary =", "sumary =", "did you mean 'summary'"),
        ("links_column", "link_column", "did you mean 'links_column'"),
        ("notes =", "note =", "did you mean 'notes'"),
        ('{ path = "train.conll" }', '{ path = "train.conll", sha = "x" }', "unknown key .*'sha'"),
        ('{ path = "train.conll" }', '{ title = "x" }', "path is missing"),
        ('{ path = "train.conll" }', "{ path = 3 }", "wanted a list of strings"),
        ('{ path = "train.conll" }', '"train.conll"', "is not a table"),
        ('{ path = "train.conll" }', '{ path = "t", sha256 = "ABC" }', "64 lower-case hex"),
        ('{ path = "train.conll" }', '{ path = "t", url = "https://x" }', "needs a sha256"),
        ('{ path = "train.conll" }', '{ path = "t", hub = "a/b", sha256 = "%s" }' % ("0" * 64), "a revision"),
        ('{ path = "train.conll" }', '{ path = "t", scheme = "iob9" }', "'iob9' is not one of"),
        ('path = "pairs.tsv"', 'path = "a"\ntarget_path = ["b", "c"]', "equally many"),
        ('path = "pairs.tsv"', 'path = "a"\nlinks_path = "b"', "links_path needs target_path"),
        ('path = "pairs.tsv"', 'path = "a"\nlayout = "columns"', "name the other one by target_path"),
        ("[source]", "[sources]", "did you mean 'source'"),
        ('types = ["LOC", "ORG", "PER"]', 'types = ["GPE"]', "GPE not among"),
        ('types = ["LOC", "ORG", "PER"]', 'types = "LOC"', "wanted a list of strings"),
        ("pairs.en-nl", "pairs.dutch", "'dutch' is no pair"),
        ("pairs.en-nl", "pairs.en-en", "'en-en' is no pair"),
        ("[pairs.en-nl]", "[pairs.de-nl.target]\n[pairs.en-nl]", "several source languages"),
        ('name = "tiny"', 'name = "../tiny"', "suite name"),
        ('caption = "Invented sentences."', "caption = 3", "wanted a string"),
        ("target = { test = ", "target = { tests = ", "did you mean 'test'"),
    ],
)
def test_a_wrong_suite_file_is_refused_with_its_name_and_the_key(tiny, old, new, message):
    path = change(tiny, old, new)
    with pytest.raises(UserError, match=message) as error:
        load_suite(path)
    assert "tiny.toml" in str(error.value) and "\n" not in str(error.value)


def test_unknown_names_are_refused_with_the_nearest(tiny):
    with pytest.raises(UserError, match=r"unknown suite .*'papr'.*did you mean 'paper'"):
        load_suite("papr")
    with pytest.raises(UserError, match=r"absent\.toml: cannot be read"):
        load_suite(str(tiny.parent / "absent.toml"))
    with pytest.raises(UserError, match=r"unknown pair 'en-nk' of suite 'tiny'.*did you mean 'en-nl'"):
        load_suite(str(tiny)).load("en-nk", DataConfig(), OFFLINE)


def test_a_missing_file_of_a_users_suite_is_named(tiny):
    (tiny.parent / "pairs.tsv").unlink()
    with pytest.raises(UserError, match=r"en-nl-parallel is missing: looked for pairs\.tsv in "):
        load_suite(str(tiny)).load("en-nl", DataConfig(), OFFLINE)


def test_the_paper_suite_is_packaged_and_wholly_pinned():
    assert "paper" in suite_names()
    suite = load_suite("Paper")
    assert suite.pairs == ("en-de", "en-es", "en-nl", "en-hy")
    assert suite.encoder.name == "google-bert/bert-base-multilingual-cased" and suite.encoder.revision
    for pair in suite.pairs:
        for name in suite.translations(pair):
            for resource in suite.resources(pair, DataConfig(translation=name)):
                assert resource.sha256 and resource.sentences and resource.licence and resource.instructions
        assert set(suite.fingerprint(pair, suite.data, OFFLINE)) > {"en-train", f"{pair[3:]}-test"}
    assert suite.translations("en-nl") == ("deepl", "m2m100") and suite.translations("en-hy") == ("open",)


def test_the_mini_suite_is_whole_in_the_package_and_needs_no_data_folder(monkeypatch):
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    suite = load_suite("mini")
    for pair in suite.pairs:
        data = suite.load(pair, suite.data, OFFLINE)
        assert data.types == ("LOC", "MISC", "ORG", "PER") and not data.notes
        sizes = [len(part) for part in (data.train, data.source_dev, data.source_test)]
        assert sizes == [1500, 60, 140]
        assert [len(data.target_dev), len(data.target_test), len(data.parallel)] == [60, 140, 400]
        for resource in suite.resources(pair, suite.data):
            assert resource.sha256 and resource.licence == "CC0 1.0"


def prepare(*arguments: str):
    return CliRunner().invoke(main, ["suite", "prepare", *arguments])


def test_prepare_prints_what_was_found(tiny, tiny_encoder):
    encoder = str(tiny_encoder)
    result = prepare("--suite", str(tiny), "--encoder", encoder, "--offline")
    assert result.exit_code == 0, result.output
    assert re.search(r"nl-test +ok, not pinned +2 +[0-9a-f]{12} +\S+test\.nl\.conll", result.stdout)
    assert re.search(r"pairs\.tsv \(1 empty left out\)", result.stdout)
    answer = json.loads(prepare("--suite", str(tiny), "--encoder", encoder, "--json").stdout)
    rows = {row["resource"]: row for row in answer["resources"]}
    assert answer["suite"] == "tiny"
    assert rows["en-nl-parallel"]["skipped"] == {"empty": 1} and len(rows["en-test"]["sha256"]) == 64
    assert rows["encoder"]["state"] == "local folder"


def test_prepare_names_everything_that_is_missing_or_wrong_and_exits_2(tiny):
    (tiny.parent / "pairs.tsv").unlink()
    (tiny.parent / "train.conll").write_text("Mira PER\n")
    result = prepare("--suite", str(tiny), "--offline", "--pair", "en-nl")
    assert result.exit_code == 2
    assert re.search(r"en-train +wrong", result.stdout) and re.search(
        r"en-nl-parallel +missing", result.stdout
    )
    assert len(result.stderr.splitlines()) == 3  # the two, and the encoder
    assert "train.conll:1: 'PER' is no tag" in result.stderr


def test_prepare_downloads_an_encoder_of_the_hub_without_pickles(tiny, monkeypatch):
    import huggingface_hub

    from wcabench.nn import probe

    asked = {}
    tried_out = []
    monkeypatch.setattr(probe, "probe_encoder", lambda encoder, *_: tried_out.append(encoder.name))

    def answer(name, **options):
        asked[name] = options
        return str(tiny.parent)

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_, **__: None)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", answer)
    result = prepare("--suite", str(tiny))
    assert result.exit_code == 0, result.output
    assert asked["some/encoder"]["revision"] == "abc0" * 10 and tried_out == ["some/encoder"]
    assert not any(pattern.endswith("bin") for pattern in asked["some/encoder"]["allow_patterns"])


def test_prepare_refuses_unknown_pairs(tiny):
    result = prepare("--suite", str(tiny), "--pair", "en-ml")
    assert result.exit_code == 2 and "did you mean 'en-nl'" in result.stderr


def test_prepare_says_what_the_files_may_not_mean(tiny):
    (tiny.parent / "pairs.tsv").write_text("She left\tZij vertrok\t1-1\n")
    said = prepare("--suite", str(tiny), "--offline").stderr
    assert "en-nl-parallel: links are read with words counted from 0" in said
