"""Settings from strings and TOML values: what is read as what, and what is refused with which line."""

import dataclasses
import math
import tomllib
from dataclasses import dataclass
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig, assignments, build
from wcabench.errors import UserError


@dataclass(frozen=True)
class Everything:
    """One field of every kind that a settings dataclass may have."""

    shared: ClassVar[int] = 1

    flag: bool = False
    count: int = 3
    rate: float = 0.5
    name: str = "a"
    kind: Literal["soft", "hard"] = "soft"
    level: Literal[1, 2] = 1
    names: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    perhaps: float | None = 1.0
    either: int | Literal["auto"] = "auto"


@dataclass(frozen=True)
class Required:
    must: int
    may: int = 1
    made: int = dataclasses.field(default=0, init=False)


def read(**values):
    return build(Everything, values, "everything")


def refusal(cls=Everything, where="everything", **values) -> str:
    with pytest.raises(UserError) as error:
        build(cls, values, where)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("field", "text", "toml", "value"),
    [
        ("flag", "true", "true", True),
        ("count", "7", "7", 7),
        ("count", "7", "7.0", 7),
        ("rate", "1e-5", "1e-5", 1e-5),
        ("rate", "2", "2", 2.0),
        ("name", "a b", "'a b'", "a b"),
        ("name", "7", "'7'", "7"),
        ("kind", "hard", "'hard'", "hard"),
        ("level", "2", "2", 2),
        ("names", "a, b,c", "['a', 'b', 'c']", ("a", "b", "c")),
        ("names", "", "[]", ()),
        ("names", "one", "['one']", ("one",)),
        ("sizes", "1,2", "[1, 2]", (1, 2)),
        ("perhaps", ".25", "0.25", 0.25),
        ("perhaps", "none", "'none'", None),
        ("either", "3", "3", 3),
        ("either", "auto", "'auto'", "auto"),
    ],
)
def test_a_string_and_a_toml_value_give_the_same(field, text, toml, value):
    from_text = getattr(read(**{field: text}), field)
    from_toml = getattr(build(Everything, tomllib.loads(f"{field} = {toml}"), "x"), field)
    assert from_text == from_toml == value
    assert type(from_text) is type(from_toml) is type(value)


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "yes", "1", 1, True])
def test_words_for_true(word):
    assert read(flag=word).flag is True


@pytest.mark.parametrize("word", ["false", "False", "no", "0", 0, False])
def test_words_for_false(word):
    assert read(flag=word).flag is False


@pytest.mark.parametrize("word", ["none", "None", "null", "", None])
def test_words_for_nothing(word):
    assert read(perhaps=word).perhaps is None


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("flag", "maybe", "everything.flag: 'maybe' is not a bool"),
        ("flag", 2, "everything.flag: '2' is not a bool"),
        ("flag", None, "everything.flag: 'None' is not a bool"),
        ("count", "3.5", "everything.count: '3.5' is not an int"),
        ("count", 3.5, "everything.count: '3.5' is not an int"),
        ("count", "", "everything.count: '' is not an int"),
        ("count", "none", "everything.count: 'none' is not an int"),
        ("count", True, "everything.count: 'True' is not an int"),
        ("count", str(2**63), "everything.count: '9223372036854775808' is not an int"),
        ("count", 1e19, "everything.count: '1e+19' is not an int"),
        ("count", "9" * 5000, "everything.count: '9999"),
        ("rate", "fast", "everything.rate: 'fast' is not a float"),
        ("rate", "nan", "everything.rate: 'nan' is not a float"),
        ("rate", math.inf, "everything.rate: 'inf' is not a float"),
        ("rate", "1e999", "everything.rate: '1e999' is not a float"),
        ("rate", 10**400, "everything.rate: '1000"),
        ("rate", False, "everything.rate: 'False' is not a float"),
        ("name", 3, "everything.name: '3' is not a str"),
        ("kind", "sofd", "everything.kind: 'sofd' is not one of soft, hard"),
        ("kind", None, "everything.kind: 'None' is not one of soft, hard"),
        ("kind", ["soft"], "everything.kind: '['soft']' is not one of soft, hard"),
        ("level", 3, "everything.level: '3' is not one of 1, 2"),
        ("level", True, "everything.level: 'True' is not one of 1, 2"),
        ("names", 3, "everything.names: '3' is not a list"),
        ("names", {"a": 1}, "everything.names: '{'a': 1}' is not a list"),
        ("names", ["a", 1], "everything.names: '1' is not a str"),
        ("sizes", "1,two", "everything.sizes: 'two' is not an int"),
        ("perhaps", "much", "everything.perhaps: 'much' is not a float"),
        (
            "either",
            "most",
            "everything.either: 'most' is not an int; everything.either: 'most' is not one of auto",
        ),
        ("either", "none", "everything.either: 'none' is not an int"),
        ("name", {"deep": {"er": 1}}, "everything.name: '{'deep': {'er': 1}}' is not a str"),
        ("count", {"deep": 1}, "everything.count: '{'deep': 1}' is not an int"),
        ("kind", "two\nlines", "everything.kind: 'two lines' is not one of"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_its_key(field, value, line):
    assert refusal(**{field: value}).startswith(line)


def test_a_long_value_is_cut_in_the_error():
    assert len(refusal(kind="x" * 10_000)) < 200


@pytest.mark.parametrize(
    ("cls", "key", "value", "wanted"),
    [
        (RecipeConfig, "epochs", "0", "at least 1"),
        (RecipeConfig, "batch_size", "-1", "at least 1"),
        (RecipeConfig, "pair_batch_size", "0", "at least 1"),
        (RecipeConfig, "max_labelled", "0", "at least 1"),
        (RecipeConfig, "max_pairs", "0", "at least 1"),
        (RecipeConfig, "max_length", "2", "at least"),
        (RecipeConfig, "warmup", "1.5", "in [0, 1]"),
        (RecipeConfig, "learning_rate", "-0.1", "above 0"),
        (RecipeConfig, "weight_decay", "-0.1", "below 0"),
        (RecipeConfig, "clip", "-1.0", "below 0"),
        (EncoderConfig, "layers", "0", "at least 1"),
        (EncoderConfig, "freeze", "-2", "below -1"),
        (EncoderConfig, "dropout", "1.1", "in [0, 1)"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_with_its_key_and_file(cls, key, value, wanted):
    table = "recipe" if cls is RecipeConfig else "encoder"
    line = refusal(cls, table, **{key: value})
    assert line.startswith(f"{table}.{key}: {value} is ") and wanted in line
    assert refusal(cls, f"my.toml: {table}", **{key: value}) == f"my.toml: {line}"


@pytest.mark.parametrize("cls", [EncoderConfig, RecipeConfig, DataConfig])
def test_the_defaults_are_read_as_themselves(cls):
    assert build(cls, dataclasses.asdict(cls()), "x") == cls()


@pytest.mark.parametrize(
    ("key", "near"), [("epoch", "epochs"), ("batchsize", "batch_size"), ("Learning_Rate", "learning_rate")]
)
def test_an_unknown_key_gets_the_nearest_and_the_known_ones(key, near):
    line = refusal(RecipeConfig, "recipe", **{key: 1})
    assert line.startswith(f"unknown key 'recipe.{key}': did you mean 'recipe.{near}'? known: ")
    assert all(f"recipe.{field.name}" in line for field in dataclasses.fields(RecipeConfig))


def test_an_unknown_key_of_a_file_names_the_file_once():
    line = refusal(RecipeConfig, "dir/my.toml: recipe", epoch=1)
    assert line.startswith("unknown key in dir/my.toml 'recipe.epoch': did you mean 'recipe.epochs'?")
    assert line.count("my.toml") == 1


def test_class_variables_and_fields_that_are_not_given_are_no_keys():
    assert refusal(shared=2).startswith("unknown key 'everything.shared'")
    assert refusal(Required, "required", must=1, made=2).startswith("unknown key 'required.made'")


def test_dashes_and_underscores_are_the_same_in_keys():
    assert build(RecipeConfig, {"pair-batch-size": "8"}, "recipe").pair_batch_size == 8


def test_a_field_without_default_must_be_given():
    assert refusal(Required, "required", may="2") == "required.must: has no default; give it a value"
    assert build(Required, {"must": "2"}, "required") == Required(2)


def test_a_field_of_a_type_that_cannot_be_read_is_an_error_of_its_author():
    @dataclass(frozen=True)
    class Odd:
        table: dict = dataclasses.field(default_factory=dict)

    with pytest.raises(TypeError, match=r"odd\.table: settings of type <class 'dict'>"):
        build(Odd, {"table": {}}, "odd")


def test_assignments_become_tables():
    given = ("recipe.epochs=1", " encoder.layers = 9 ", "wca-hard.epsilon=.01", "recipe.decay=constant")
    assert assignments(given) == {
        "recipe": {"epochs": "1", "decay": "constant"},
        "encoder": {"layers": "9"},
        "wca-hard": {"epsilon": ".01"},
    }


def test_spellings_of_one_table_and_key_are_one():
    given = ("WCA_Hard.beta=1", "wca-hard.epsilon=2", "recipe.batch-size=3", "Recipe.batch_size=4")
    assert assignments(given) == {"wca-hard": {"beta": "1", "epsilon": "2"}, "recipe": {"batch_size": "4"}}


def test_a_value_may_hold_dots_and_equals_signs_or_nothing():
    assert assignments(("encoder.name=./a=b.c", "data.translation=")) == {
        "encoder": {"name": "./a=b.c"},
        "data": {"translation": ""},
    }


@pytest.mark.parametrize(
    "text", ["", "epochs", "epochs=1", "recipe.epochs", ".epochs=1", "recipe.=1", "=", "a\nb"]
)
def test_a_malformed_assignment_is_shown_with_the_form_that_is_wanted(text):
    with pytest.raises(
        UserError, match=r"^--set '.*': wanted TABLE\.KEY=VALUE, e\.g\. recipe\.epochs=1"
    ) as error:
        assignments((text,))
    assert "\n" not in str(error.value)


def test_a_key_of_a_table_in_a_table_is_unknown():
    (table,) = assignments(("recipe.decay.kind=linear",)).values()
    assert refusal(RecipeConfig, "recipe", **table).startswith("unknown key 'recipe.decay.kind'")


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [field.name for field in dataclasses.fields(Everything)]


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(), json_like, max_size=3))
def test_any_table_is_read_or_refused_in_one_line(table):
    try:
        made = build(Everything, table, "table")
    except UserError as error:
        assert "\n" not in str(error) or any("\n" in key for key in table)
        return
    for field in dataclasses.fields(made):
        value = getattr(made, field.name)
        assert not isinstance(value, float) or math.isfinite(value)
        assert build(Everything, {field.name: value}, "again") == dataclasses.replace(
            Everything(), **{field.name: value}
        ), "what was read is read as itself"


@given(
    st.builds(
        RecipeConfig,
        epochs=st.integers(1, 10**6),
        learning_rate=st.floats(1e-300, 1e300),
        warmup=st.floats(0, 1),
        max_pairs=st.none() | st.integers(1, 10**9),
        select=st.sampled_from(["last", "source-dev", "target-dev"]),
    )
)
def test_every_recipe_survives_its_own_strings(recipe):
    def text(value):
        return ",".join(map(str, value)) if isinstance(value, tuple) else value

    settings_ = tuple(f"recipe.{name}={text(value)}" for name, value in dataclasses.asdict(recipe).items())
    assert build(RecipeConfig, assignments(settings_)["recipe"], "recipe") == recipe


@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_assignments_are_read_or_refused(texts):
    try:
        tables = assignments(tuple(texts))
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert all(table and keys for table, keys in tables.items())
