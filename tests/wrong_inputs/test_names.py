"""Names, options and suites that a user has wrong: exit 2, and one line with what would do."""

import pytest
from mistakes_by_hand import ENCODER, RUN, change, refusal, wcabench


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ("--method", "wca-hrad"),
            "error: unknown method 'wca-hrad': did you mean 'wca-hard'? known: fastalign, ",
        ),
        (
            ("--pair", "en-ml"),
            "error: unknown pair 'en-ml' of suite 'tiny': did you mean 'en-nl'? known: all, en-nl",
        ),
        (
            ("--set", "recipe.epoch=1"),
            "error: unknown key 'recipe.epoch': did you mean 'recipe.epochs'? known: ",
        ),
        (
            ("--set", "encoder.layer=9"),
            "error: unknown key 'encoder.layer': did you mean 'encoder.layers'? known: ",
        ),
        (("--set", "data.label=map"), "error: unknown key 'data.label': did you mean 'data.labels'? known: "),
        (
            ("--set", "recipes.epochs=1"),
            "error: unknown table of --set 'recipes': did you mean 'recipe'? known: ",
        ),
        (("--set", "none.beta=1"), "error: unknown key 'none.beta': known: none\n"),
        (
            ("--set", "wca-hard.beta=1"),
            "error: --set wca-hard.…: method 'wca-hard' is not in this run; add --method",
        ),
        (("--set", "recipe.epochs"), "error: --set 'recipe.epochs': wanted TABLE.KEY=VALUE"),
        (("--set", "recipe.epochs=many"), "error: recipe.epochs: 'many' is not an int"),
        (("--set", "recipe.epochs=-1"), "error: recipe.epochs: -1 is not at least 1"),
        (("--set", "recipe.decay=cosine"), "error: recipe.decay: 'cosine' is not one of linear, constant"),
        (
            ("--set", "data.translation=deepl"),
            "error: unknown translation 'deepl' of en-nl in suite 'tiny': ",
        ),
        (
            ("--suite", "papr"),
            "error: unknown suite (a file of your own is written as PATH.toml) 'papr': did you mean",
        ),
        (("--suite", "no.toml"), "error: suite no.toml: cannot be read: No such file or directory"),
        (("--seeds", "one"), "error: --seeds one: wanted a number of seeds (5) or a list of them (1,7,42)"),
        (("--seeds", "0"), "error: --seeds 0: a single number is how many seeds"),
    ],
)
@pytest.mark.parametrize("command", ["run", "status"])
def test_an_unknown_name_or_option_is_refused_with_what_would_do(command, arguments, line):
    assert refusal(wcabench(command, *RUN[1:], *ENCODER, *arguments)).startswith(line)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("[suite]", "[suite", "tiny.toml: no TOML: "),
        (
            "[source]",
            "[recipe]\nepoch = 1\n[source]",
            "unknown key in tiny.toml 'recipe.epoch': did you mean 'recipe.epochs'",
        ),
        ("[source]", "[recipe]\nepochs = 0\n[source]", "tiny.toml: recipe.epochs: 0 is not at least 1"),
        ("[source]", "[recipes]\n[source]", "unknown key in tiny.toml 'recipes': did you mean 'recipe'"),
        (
            "[source]",
            "[recipe.epochs]\na = 1\n[source]",
            "tiny.toml: recipe.epochs: '{'a': 1}' is not an int",
        ),
        ('name = "tiny"', 'nam = "tiny"', "unknown key in tiny.toml: suite 'nam': did you mean 'name'"),
    ],
)
def test_a_mistake_in_a_suites_file_names_the_file_and_the_key(old, new, part):
    change("tiny.toml", old, new)
    for command in (RUN, ("list", "pairs", "--suite", "tiny.toml"), ("doctor", "--suite", "tiny.toml")):
        assert part in refusal(wcabench(*command))
