import dataclasses
from typing import Any

import pytest
from attempts import attempt_one

from wcabench.config import EncoderConfig
from wcabench.errors import UserError
from wcabench.runs.cells import read_cell
from wcabench.runs.here import Here
from wcabench.runs.repeat_signature import repeat_signature
from wcabench.runs.signature_fields import merged_signature


@pytest.fixture
def here(world: Any) -> Here:
    return Here(world.DataSource())


@pytest.fixture
def sign(make_plan: Any, place: Any) -> Any:
    """Runs grids and gives their keys and the one signature under their table."""

    def several(*grids: Any) -> tuple[set[str], str]:
        planned = [cell for grid in grids for cell in make_plan(**grid)]
        cells = [read_cell(attempt_one(one, place).path) for one in planned]
        return {cell.key for cell in cells}, merged_signature([cell.record for cell in cells])

    return several


GRID = {"pairs": ("all",), "seeds": (1, 2)}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lookup": {"drop": "1", "kinds": "x,y,z", "weight": "1e-16"}},
        {"recipe": {"epochs": "1", "train_on": "train+dev", "long_sentences": "truncate"}},
        {"recipe": {"select": "source-dev", "learning_rate": "3e-4"}, "data": {"labels": "map"}},
        {"encoder": {"layers": "9", "bidirectional": "true", "dropout": "0"}},
    ],
)
def test_a_signature_alone_gives_the_very_cells_again(sign: Any, here: Here, settings: Any) -> None:
    keys, line = sign({**GRID, "settings": settings})
    again = repeat_signature(line, here)
    assert {cell.key for cell in again.cells} == keys and len(keys) == 4
    assert again.changed == again.installation == ()


def test_one_method_with_several_options_is_taken_apart(sign: Any, here: Here) -> None:
    keys, line = sign({}, {"settings": {"lookup": {"drop": "1"}}}, {"settings": {"lookup": {"weight": "1"}}})
    assert line.startswith("lookup+lookup,drop:1+lookup,weight:1.0|")
    assert {cell.key for cell in repeat_signature(line, here).cells} == keys


def test_the_cells_come_seed_by_seed(sign: Any, here: Here) -> None:
    _, line = sign({**GRID, "seeds": (2, 1)})
    assert [cell.seed for cell in repeat_signature(line, here).cells] == [1, 1, 2, 2]


def test_the_defaults_are_those_of_the_encoder_and_not_the_suites(
    sign: Any, here: Here, world: Any, monkeypatch: Any
) -> None:
    keys, line = sign({})
    encoder = dataclasses.replace(world.Suite().encoder, layers=3)
    monkeypatch.setattr("wcabench.data.suites.load_suite", lambda name: world.Suite(encoder=encoder))
    assert {cell.key for cell in repeat_signature(line, here).cells} == keys


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("|data:", "|data:0", "data (0"),
        (
            "enc:nowhere/enc@abc0abc0abc0abc0abc0abc0abc0abc0abc0abc0",
            "enc:nowhere/enc@abc0abc0abc0abc0abc0abc0abc0abc0abc0abc0,layers:9",
            "",
        ),
        ("F1:micro", "F1:macro", "F1 (macro,strict-IOB2 | micro,strict-IOB2)"),
        ("words:all", "words:truncated", "words (truncated | all)"),
    ],
)
def test_a_setting_that_is_not_as_signed_is_named(
    sign: Any, here: Here, old: str, new: str, found: str
) -> None:
    _, line = sign({})
    assert old in line
    changed = repeat_signature(line.replace(old, new), here).changed
    assert [one.startswith(found) for one in changed] == ([True] if found else [])


def test_an_installation_that_is_not_as_signed_is_named(sign: Any, here: Here) -> None:
    _, line = sign({})
    named = ("wcabench", "code", "torch", "precision")
    kept = [field for field in line.split("|") if field.partition(":")[0] not in named]
    other = ["wcabench:0.0.9", "code:00000000+11111111", "torch:1.0", "precision:bf16"]
    again = repeat_signature("|".join([*kept, *other]), here)
    assert [one.partition(" (")[0] for one in again.installation] == ["wcabench", "code", "torch"]
    assert {cell.recipe.precision for cell in again.cells} == {"bf16"}, (
        "a signature's precision is taken over"
    )
    cuda = line.replace("device:cpu", "device:cuda:NVIDIA-H100")
    assert repeat_signature(cuda, here).installation == ("device (cuda:NVIDIA-H100 | cpu)",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("|en-xx|", "|9 values|", r"leaves out the values of pair \(9 values\).*--from"),
        ("lookup|", "lookup,heat:1|", "sets heat, which this wcabench does not know"),
        ("lookup|", "lokup|", "did you mean 'lookup'"),
        ("recipe:default", "recipe:epoch:3", "sets epoch, which"),
        ("recipe:default", "recipe:epochs:many", "'many' is not an int"),
        ("|toy|", "|frisian|", "TOML file of suite 'frisian' with --suite"),
        (
            "enc:nowhere/enc@abc0abc0abc0abc0abc0abc0abc0abc0abc0abc0",
            "enc:mine@sha256:0123456789ab",
            "encoder mine .*give its folder with --encoder",
        ),
        ("|en-xx|", "|en-zz|", "unknown pair"),
        ("seed:1", "seed:x", "wanted seeds"),
    ],
)
def test_what_cannot_be_read_here_is_said_in_one_line(
    sign: Any, here: Here, old: str, new: str, says: str
) -> None:
    _, line = sign({})
    assert old in line
    with pytest.raises(UserError, match=says) as error:
        repeat_signature(line.replace(old, new), here)
    assert "\n" not in str(error.value)


def test_another_encoder_than_signed_is_a_changed_setting(sign: Any, here: Here) -> None:
    _, line = sign({})
    other = dataclasses.replace(
        here, encoder=EncoderConfig("other/enc", "def0def0def0def0def0def0def0def0def0def0")
    )
    assert repeat_signature(line, other).changed == (
        f"enc (nowhere/enc@{'abc0' * 10} | other/enc@{'def0' * 10})",
    )
