"""The page on the contract names all of it."""

import inspect
import re
from pathlib import Path

import pytest

from wcabench.contract import SLOTS, Bench, MethodInfo
from wcabench.nn.heads import HEADS

PAGE = Path(__file__).parents[1].joinpath("docs", "contract.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("slot", SLOTS.values(), ids=SLOTS)
def test_every_slot_stands_there_with_its_property(slot):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{slot.name}` |"))
    assert f"`{slot.name.replace('-', '_')}`" in row
    assert slot.given_by.split("]")[0].split(".")[0].strip("[") in row


@pytest.mark.parametrize("name", [n for n, _ in inspect.getmembers(Bench, inspect.isfunction) if n[0] != "_"])
def test_every_call_of_the_bench_stands_there(name):
    assert re.search(rf"`bench\.{name}\(", PAGE)


def test_every_head_and_every_field_of_the_information_stands_there():
    assert all(f"`{name}`" in PAGE for name in HEADS)
    fields = set(MethodInfo.__dataclass_fields__) - {"name", "paper"}
    assert all(f"| `{field}` |" in PAGE for field in fields)
