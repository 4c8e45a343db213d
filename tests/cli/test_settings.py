import dataclasses
import json

from click.testing import CliRunner

from wcabench.cli import main
from wcabench.cli.settings import TABLES, attribute_docs, option_rows, shown
from wcabench.data.suites import load_suite
from wcabench.registry import find

METHODS = ("none", "nearest-token", "fastalign", "wca-soft", "wca-hard")


def rows(*names: str) -> list[dict]:
    """What `list options` says of these tables, or with these options."""
    result = CliRunner().invoke(main, ["list", "options", *names, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_option_of_a_built_in_method_and_table_is_explained():
    classes = TABLES | {name: find(name).load() for name in METHODS}
    for name, cls in classes.items():
        for row in option_rows(name, cls):
            assert len(row["about"]) > 10, f"{name}.{row['key']} is not explained in the docstring"


def test_a_method_has_its_own_options_and_those_of_its_family():
    found = {row["key"]: row for row in rows("WCA_Hard")}
    assert {"beta", "epsilon", "direction"} <= set(found)
    assert found["epsilon"]["default"] == "0.05"
    assert found["epsilon"]["type"] == "float or none"
    assert found["direction"]["type"] == "columns|rows|intersection"


def test_every_option_that_is_listed_can_be_set():
    for name, cls in TABLES.items():
        listed = {row["key"] for row in rows(name)}
        assert listed | {"name", "revision"} >= {f.name for f in dataclasses.fields(cls)}


def test_without_a_name_all_tables_and_methods_are_listed():
    assert {row["table"] for row in rows()} >= {*TABLES, "nearest-token", "wca-hard"}


def test_the_list_is_readable_and_an_unknown_name_gets_the_nearest():
    runner = CliRunner()
    shown = runner.invoke(main, ["list", "options", "recipe", "--suite", "paper"]).stdout
    assert "recipe.epochs=3  (int)\n    " in shown and "passes over" in shown
    wrong = runner.invoke(main, ["list", "options", "wca-hrad"])
    assert wrong.exit_code == 2
    assert "did you mean 'wca-hard'" in wrong.stderr


def test_a_long_explanation_is_read_whole():
    assert attribute_docs(TABLES["recipe"])["cross_entropy"].endswith("(1).")


OWN = """
[suite]
name = "frisian"
[encoder]
name = "here"
freeze = 2
[recipe]
epochs = 7
[data]
labels = "map"
[source]
train = { path = "en.conll" }
test = { path = "en.conll" }
[pairs.en-fy.target]
test = { path = "fy.conll" }
[pairs.en-fy.parallel]
path = "en-fy.tsv"
"""


def test_a_suite_has_defaults_of_its_own_and_what_it_changes_is_marked(tmp_path):
    suite = tmp_path / "frisian.toml"
    suite.write_text(OWN)
    changed = {f"{row['table']}.{row['key']}": row for row in rows("--suite", str(suite)) if row["changed"]}
    assert {name: (row["default"], row["general_default"]) for name, row in changed.items()} == {
        "encoder.freeze": ("2", "-1"),
        "recipe.epochs": ("7", "3"),
        "data.labels": ("map", "drop"),
    }
    shown = CliRunner().invoke(main, ["list", "options", "data", "--suite", str(suite)]).stdout
    assert "data.labels=map *  (drop|map|keep; drop without suite frisian)" in shown
    assert "1 of 2 defaults are changed by suite frisian" in shown


def test_the_defaults_that_are_listed_are_those_of_a_run():
    settings = load_suite("mini").recipe
    listed = {row["key"]: row["default"] for row in rows("recipe")}
    assert listed == {key: shown(value) for key, value in dataclasses.asdict(settings).items()}
    assert (
        "suite paper changes none"
        in CliRunner().invoke(main, ["list", "options", "data", "-s", "paper"]).stdout
    )
