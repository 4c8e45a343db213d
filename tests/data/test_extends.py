"""Suites that extend another."""

from pathlib import Path

import pytest

from wcabench.config import DataConfig
from wcabench.data.data_source import DataSource
from wcabench.data.suites import Suite, load_suite
from wcabench.errors import UserError

OFFLINE = DataSource(offline=True)


def write(folder: Path, text: str, name: str = "own.toml") -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return str(folder / name)


def own(tiny: Path, rest: str = "", suite: str = 'extends = "../tiny.toml"') -> Suite:
    return load_suite(write(tiny.parent / "below", f'[suite]\nname = "own"\n{suite}\n{rest}'))


def test_a_suite_that_only_extends_has_everything_of_the_other_but_its_name(tiny):
    other, mine = load_suite(str(tiny)), own(tiny)
    assert mine.name == "own" and (mine.caption, mine.pairs) == (other.caption, other.pairs)
    assert (mine.encoder, mine.recipe) == (other.encoder, other.recipe)
    assert mine.fingerprints("en-nl", DataConfig(), OFFLINE) == other.fingerprints(
        "en-nl", DataConfig(), OFFLINE
    )


def test_the_packaged_suites_can_be_extended(tmp_path):
    (tmp_path / "words.tsv").write_text("the\thet\n")
    for name in ("paper", "mini"):
        text = f'[suite]\nname = "own"\nextends = "{name}"\n[pairs.en-nl]\ndictionary = {{ path = "words.tsv" }}\n'
        mine, other = load_suite(write(tmp_path, text)), load_suite(name)
        assert mine.pairs == other.pairs and mine.tables.pairs["en-de"] == other.tables.pairs["en-de"]
        assert mine.translations("en-nl") == other.translations("en-nl")
        assert mine.roles("en-nl", DataConfig()).keys() - other.roles("en-nl", DataConfig()).keys() == {
            "dictionary"
        }
    data = mine.load("en-nl", mine.data, OFFLINE)
    assert len(data.train) == 1500 and [tuple(one) for one in data.dictionary] == [("the", "het", 1.0)]


def test_tables_are_merged_key_by_key_and_a_new_path_replaces_a_resource(tiny):
    (tiny.parent / "below").mkdir()
    (tiny.parent / "below" / "new.conll").write_text("Ada B-PER\n")
    mine = own(
        tiny,
        'types = ["LOC", "ORG", "PER"]\n[recipe]\nbatch_size = 4\n[source.train]\npath = "new.conll"\n'
        '[source.test]\ntitle = "a title"\n[pairs.en-nl]\nnotes = []\n',
    )
    assert (mine.recipe.epochs, mine.recipe.batch_size) == (1, 4)
    data = mine.load("en-nl", mine.data, OFFLINE)
    assert [one.words for one in data.train] == [("Ada",)] and len(data.source_test) == 1
    assert mine.tables.source_test.title == "a title" and "nl: invented" not in data.notes
    pinned = tiny.read_text().replace('{ path = "train.conll" }', '{ path = "train.conll", sentences = 3 }')
    tiny.write_text(pinned)
    assert (
        len(own(tiny, '[source.train]\npath = "new.conll"\n').load("en-nl", DataConfig(), OFFLINE).train) == 1
    )


def test_a_translation_is_added_beside_one_without_a_name_which_stays_the_default(tiny):
    (tiny.parent / "below").mkdir()
    (tiny.parent / "below" / "more.tsv").write_text("a\tb\n")
    mine = own(tiny, '[pairs.en-nl.parallel.more]\npath = "more.tsv"\n')
    assert mine.translations("en-nl") == ("parallel", "more")
    assert len(mine.load("en-nl", DataConfig(), OFFLINE).parallel) == 2
    assert len(mine.load("en-nl", DataConfig(translation="more"), OFFLINE).parallel) == 1


def test_pairs_are_added_and_chosen(tiny):
    pair = '[pairs.en-fy]\n[pairs.en-fy.target]\ntest = { path = "../test.nl.conll" }\n'
    assert own(tiny, pair).pairs == ("en-nl", "en-fy")
    assert own(tiny, pair, 'extends = "../tiny.toml"\npairs = ["en-fy"]').pairs == ("en-fy",)
    assert own(tiny, "", 'extends = "../tiny.toml"\npairs = ["en-nl"]').pairs == ("en-nl",)
    write(tiny.parent / "below", pair.partition("\n")[2].replace("pairs.en-fy.", ""), "en-fy.toml")
    assert own(tiny, "", 'extends = "../tiny.toml"\npairs = ["en-fy", "en-nl"]').pairs == ("en-fy", "en-nl")


def test_suites_extend_suites_that_extend(tiny):
    write(
        tiny.parent,
        '[suite]\nname = "middle"\nextends = "tiny.toml"\n[recipe]\nbatch_size = 4\n',
        "middle.toml",
    )
    mine = own(tiny, "[recipe]\nmax_length = 32\n", 'extends = "../middle.toml"')
    assert (mine.recipe.epochs, mine.recipe.batch_size, mine.recipe.max_length) == (1, 4, 32)


@pytest.mark.parametrize(
    ("suite", "rest", "message"),
    [
        ('extends = "../tinny.toml"', "", r"tinny\.toml: cannot be read"),
        ('extends = "mni"', "", "unknown suite .*did you mean 'mini'"),
        ("extends = 3", "", r"own\.toml: suite\.extends: wanted the name of a suite"),
        ('extends = "own.toml"', "", "extend one another in a circle"),
        ('extends = "../tiny.toml"', "[recipe]\nepoch = 3\n", r"own\.toml 'recipe\.epoch': did you mean"),
        ('extends = "../tiny.toml"', "[pairs.en-nl]\nnote = []\n", r"own\.toml: pairs\.en-nl"),
        ('extends = "../tiny.toml"\npairs = ["en-xx"]', "", r"en-xx\.toml: cannot be read"),
        ('extends = "../tiny.toml"\npairs = ["../en-xx"]', "", "'../en-xx' is no pair"),
        ('extends = "../tiny.toml"', '[source.train]\npath = "~nobody-such/x"\n', "has no home folder"),
    ],
)
def test_what_cannot_be_extended_is_named(tiny, suite, rest, message):
    with pytest.raises(UserError, match=message):
        own(tiny, rest, suite)


def test_the_name_must_be_its_own(tiny):
    for text in ('name = "Tiny"\n', ""):
        path = write(tiny.parent / "below", f'[suite]\n{text}extends = "../tiny.toml"\n', "tiny.toml")
        with pytest.raises(UserError, match="is that of the suite that it extends"):
            load_suite(path)
