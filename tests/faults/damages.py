"""Damages to a cell: every part of its record made something else, and every file flipped, cut or replaced."""

import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wcabench.runs.keys import config_key

Damage = Callable[[Path], None]  # is given the folder of a cell
HUGE = 10**300
DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]
WRONG: dict[str, Any] = {
    "null": None,
    "a text": "ninety",
    "an empty text": "",
    "half a surrogate": "\ud800",
    "control characters": "\x1b[31m\nred\u202e",
    "a huge integer": HUGE,
    "a negative number": -1,
    "a number": 0.5,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "true": True,
    "a list": [1],
    "a table": {"a": {"b": 1}},
    "a deep list": DEEP,
}


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every part of a JSON value, of long lists the first item alone."""
    if at:
        yield at
    items = (
        value.items()
        if isinstance(value, dict)
        else list(enumerate(value))[:1]
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from paths(item, (*at, key))


def record_damages(record: dict[str, Any]) -> dict[str, Damage]:
    """Every part of a record taken away, or made another value; the key is made anew, as a forger would."""
    damages: dict[str, Damage] = {}
    for at in paths(record):
        name = ".".join(map(str, at))
        damages[f"{name} taken away"] = _edit(at, None, take_away=True)
        for what, value in WRONG.items():
            damages[f"{name} is {what}"] = _edit(at, value)
    return damages


def _edit(at: tuple[Any, ...], value: Any, *, take_away: bool = False) -> Damage:
    def damage(folder: Path) -> None:
        file = folder / "cell.json"
        record = json.loads(file.read_text())
        record.pop("checksums", None)
        owner = record
        for key in at[:-1]:
            owner = owner[key]
        if take_away:
            del owner[at[-1]]
        else:
            owner[at[-1]] = value
        if at[0] == "config":
            try:
                record["key"] = config_key(record["config"])
            except Exception:
                record["key"] = "0" * 16
        file.write_text(json.dumps(record))

    return damage


def file_damages(name: str, seed: int, flips: int) -> dict[str, Damage]:
    """One file of a cell flipped, cut, emptied, or with something else in its place."""
    chance = random.Random(seed)

    def changed(change: Callable[[bytearray], Any]) -> Damage:
        def damage(folder: Path) -> None:
            raw = bytearray((folder / name).read_bytes())
            (folder / name).write_bytes(bytes(change(raw)))

        return damage

    def flip(at: float, bit: int) -> Callable[[bytearray], bytearray]:
        def change(raw: bytearray) -> bytearray:
            raw[int(at * len(raw))] ^= 1 << bit
            return raw

        return change

    def cut(at: float) -> Callable[[bytearray], bytearray]:
        return lambda raw: raw[: int(at * len(raw))]

    def instead(make: Callable[[Path], Any]) -> Damage:
        def damage(folder: Path) -> None:
            (folder / name).unlink()
            make(folder / name)

        return damage

    return {
        **{f"{name} flipped {n}": changed(flip(chance.random(), chance.randrange(8))) for n in range(flips)},
        **{f"{name} cut {n}": changed(cut(chance.random())) for n in range(4)},
        f"{name} emptied": changed(lambda raw: b""),
        f"{name} of zeros": changed(lambda raw: bytes(len(raw))),
        f"{name} with more behind": changed(lambda raw: raw + b"PK\x05\x06" + bytes(18)),
        f"{name} gone": instead(lambda path: None),
        f"{name} is a pipe": instead(os.mkfifo),
        f"{name} is a folder": instead(Path.mkdir),
        f"{name} is a link to itself": instead(lambda path: path.symlink_to(path.name)),
        f"{name} is a link to nothing": instead(lambda path: path.symlink_to("nowhere")),
        f"{name} is a link to a device": instead(lambda path: path.symlink_to("/dev/zero")),
    }
