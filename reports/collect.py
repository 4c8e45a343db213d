"""From cells to groups: what may stand in one table, and nothing else.

A group shares suite, encoder (its content and how much of it), recipe and data options. Within a pair it also
shares the sha256 of the data, so that no column mixes two versions of a corpus.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from wcabench.errors import UserError
from wcabench.reports.labels import encoder_name, method_label
from wcabench.reports.selection import Selection, select
from wcabench.runs.cells import Cell

PAPER_ORDER = ("none", "nearest-token", "fastalign", "wca-soft", "wca-hard")


@dataclass(frozen=True)
class Samples:
    """The cells of one method on one pair, by ascending seed.

    Attributes:
        done: finished cells, one a seed.
        failed: seeds whose cell failed.
        missing: seeds that another method has on this pair and this one has not.
        doubled: seeds with more than one finished cell; the latest is in `done`.
    """

    done: tuple[Cell, ...] = ()
    failed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the finished cells."""
        return tuple(cell.key for cell in self.done)


@dataclass(frozen=True)
class MethodRow:
    """One method with one set of options.

    Attributes:
        method: its registered name.
        label: the name with the options that are not its defaults: "wca-hard (epsilon=0.01)".
        samples: pair -> cells.
    """

    method: str
    label: str
    samples: Mapping[str, Samples]


@dataclass(frozen=True)
class Group:
    """What may stand in one table.

    Attributes:
        suite: name of the suite.
        encoder_name: hub id, or base name of the folder.
        encoder: identity and options.
        recipe: all recipe fields.
        data: labels, translation, and per pair the sha256 of the data.
        pairs: columns, in the suite's order.
        rows: methods, the paper's first.
    """

    suite: str
    encoder_name: str
    encoder: Mapping[str, Any]
    recipe: Mapping[str, Any]
    data: Mapping[str, Any]
    pairs: tuple[str, ...]
    rows: tuple[MethodRow, ...]

    @property
    def cells(self) -> list[Cell]:
        """All finished cells in the order of the table."""
        return [cell for row in self.rows for pair in self.pairs for cell in row.samples[pair].done]


def collect(cells: Sequence[Cell], selection: Selection) -> list[Group]:
    """Groups of the selected cells, by suite and encoder name; one without a finished cell is no group.

    Raises:
        UserError: the selection names something that the cells do not have.
    """
    chosen = select(cells, selection)
    parts: dict[str, list[Cell]] = {}
    for cell in chosen:
        parts.setdefault(_text(_shared(cell.config)), []).append(cell)
    groups = [_group(part) for whole in parts.values() for part in _split_by_data(whole)]
    groups.sort(key=lambda g: (g.suite, g.encoder_name, _text([g.encoder, g.recipe, g.data])))
    return [group for group in groups if group.cells]


def _shared(config: Mapping[str, Any]) -> dict[str, Any]:
    """What all cells of a group have in common, but for the hashes of the data."""
    data = {key: value for key, value in config["data"].items() if key != "sha256"}
    return {"suite": config["suite"], "encoder": config["encoder"], "recipe": config["recipe"], "data": data}


def _split_by_data(cells: list[Cell]) -> list[list[Cell]]:
    """Parts in which each pair has one version of its data; the version with the most cells goes first."""
    by_pair: dict[str, Counter[str]] = {}
    for cell in cells:
        by_pair.setdefault(cell.pair, Counter())[_hashes(cell)] += 1
    rank = {
        (pair, version): place
        for pair, versions in by_pair.items()
        for place, (version, _) in enumerate(sorted(versions.items(), key=lambda item: (-item[1], item[0])))
    }
    parts: dict[int, list[Cell]] = {}
    for cell in cells:
        parts.setdefault(rank[cell.pair, _hashes(cell)], []).append(cell)
    return [parts[place] for place in sorted(parts)]


def _group(cells: list[Cell]) -> Group:
    first = min(cells, key=lambda cell: cell.key)
    pairs = _in_suite_order(first.suite, {cell.pair for cell in cells})
    rows: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        rows.setdefault((cell.method, method_label(cell.config)), []).append(cell)
    seeds = {pair: {cell.seed for cell in cells if cell.pair == pair} for pair in pairs}
    shared = _shared(first.config)
    hashes = {cell.pair: dict(cell.config["data"].get("sha256", {})) for cell in cells}
    return Group(
        suite=first.suite,
        encoder_name=encoder_name(first),
        encoder=shared["encoder"],
        recipe=shared["recipe"],
        data={**shared["data"], "sha256": {pair: hashes[pair] for pair in pairs}},
        pairs=pairs,
        rows=tuple(
            MethodRow(method, label, {pair: _samples(own, pair, seeds[pair]) for pair in pairs})
            for (method, label), own in sorted(rows.items(), key=lambda item: _place(*item[0]))
        ),
    )


def _samples(cells: list[Cell], pair: str, seeds: set[int]) -> Samples:
    own = [cell for cell in cells if cell.pair == pair]
    if not own:
        return Samples()
    done: dict[int, list[Cell]] = {}
    for cell in own:
        if cell.state == "done":
            done.setdefault(cell.seed, []).append(cell)
    latest = {seed: max(several, key=_finished) for seed, several in done.items()}
    failed = {cell.seed for cell in own} - set(latest)
    return Samples(
        done=tuple(latest[seed] for seed in sorted(latest)),
        failed=tuple(sorted(failed)),
        missing=tuple(sorted(seeds - set(latest) - failed)),
        doubled=tuple(sorted(seed for seed, several in done.items() if len(several) > 1)),
    )


def _in_suite_order(suite: str, pairs: set[str]) -> tuple[str, ...]:
    order = {pair: place for place, pair in enumerate(suite_pairs(suite))}
    return tuple(sorted(pairs, key=lambda pair: (order.get(pair, len(order)), pair)))


@cache
def suite_pairs(suite: str) -> tuple[str, ...]:
    """The pairs of a suite in its own order; nothing for one that is not installed, such as a user's file."""
    from wcabench.data.suites import load_suite

    try:
        return tuple(load_suite(suite).pairs)
    except UserError:
        return ()


def _place(method: str, label: str) -> tuple[int, str, int, str]:
    known = PAPER_ORDER.index(method) if method in PAPER_ORDER else len(PAPER_ORDER)
    return known, method, len(label), label


def _finished(cell: Cell) -> tuple[str, str]:
    return str(cell.record.get("finished", "")), cell.key


def _hashes(cell: Cell) -> str:
    return _text(cell.config["data"].get("sha256", {}))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
