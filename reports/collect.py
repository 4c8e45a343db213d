"""Groups of cells: those that may stand in one table.

The cells of a group share suite, encoder (its content and how much of it) and recipe. Within a pair they also share the
test sets, the scored entity types and the content of every slot that several of their methods were given, so that no
column mixes two versions of a corpus. A cell whose method was not given what two groups differ in stands in both.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from wcabench.errors import UserError
from wcabench.reports.labels import method_label
from wcabench.reports.selection import CellSelection, select
from wcabench.runs.cells import Cell

PAPER_ORDER = ("none", "nearest-token", "fastalign", "wca-soft", "wca-hard")
Version = dict[str, str]  # part of the data -> which content it has


@dataclass(frozen=True)
class Samples:
    """The cells of one method on one pair, by ascending seed.

    Attributes:
        done: finished cells, one a seed.
        failed: seeds whose cell failed.
        missing: seeds that another method has on this pair and this one has not.
        doubled: seeds with several finished cells of different settings; the latest is in `done`.
        outdated: how many finished cells are left out because a later one differs in nothing but its code.
    """

    done: tuple[Cell, ...] = ()
    failed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()
    outdated: int = 0

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
    """Cells that may stand in one table.

    Attributes:
        suite: name of the suite.
        encoder_name: hub id, or base name of the folder.
        encoder: identity and options.
        recipe: all recipe fields.
        data: "sha256": pair -> part of the data -> its sha256; with it "labels" in schema 1, and in schema 2
            "types" and "mapped_to_o", pair -> entity types.
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

    @property
    def outdated(self) -> int:
        """Number of finished cells that a later cell replaces which differs from them in its code only."""
        return sum(row.samples[pair].outdated for row in self.rows for pair in self.pairs)


def collect(cells: Sequence[Cell], selection: CellSelection) -> list[Group]:
    """Groups of the selected cells, by suite and encoder name; one without a finished cell is left out.

    Raises:
        UserError: the selection names something that the cells do not have.
    """
    by_setting: dict[str, list[Cell]] = {}
    for cell in select(cells, selection):
        by_setting.setdefault(_text(_shared(cell)), []).append(cell)
    groups = [_group(part) for alike in by_setting.values() for part in _split_by_data(alike)]
    groups.sort(key=lambda g: (g.suite, g.encoder_name, _text([g.encoder, g.recipe, g.data])))
    return [group for group in groups if group.cells]


def _shared(cell: Cell) -> dict[str, Any]:
    """What all cells of a group have in common, except for the content of the data."""
    return {
        "schema": cell.configuration.schema,
        "suite": cell.suite,
        "encoder": cell.encoder_table,
        "recipe": cell.recipe,
        "labels": cell.configuration.labels,
    }


def _split_by_data(cells: list[Cell]) -> list[list[Cell]]:
    """Split cells so that within a part each pair has one version of its data; versions with more cells come first."""
    by_pair: dict[str, list[Version]] = {}
    for cell in cells:
        by_pair.setdefault(cell.pair, []).append(_version(cell))
    merged = {pair: _merged(versions) for pair, versions in by_pair.items()}
    return [
        [
            cell
            for cell in cells
            if number < len(merged[cell.pair]) and _version(cell).items() <= merged[cell.pair][number].items()
        ]
        for number in range(max(map(len, merged.values())))
    ]


def _version(cell: Cell) -> Version:
    """The parts of the data that the cell's numbers depend on, each with its hash."""
    configuration = cell.configuration
    if (
        configuration.schema == 1
    ):  # every cell of a suite names all resources, whether its method reads them or not
        return {"all": _text(cell.data_sha256)}
    types = {
        "scored": configuration.types,
        "trained": configuration.trained_types,
        "mapped": configuration.mapped_to_o,
    }
    selection = configuration.model.get("selection")
    return {
        **cell.data_sha256,
        **{f"types {name}": _text(each) for name, each in types.items()},
        **({"selection": str(selection)} if selection else {}),
    }


def _merged(versions: list[Version]) -> list[Version]:
    """Merge versions that agree in everything that both name; versions with more cells come first."""
    counted = Counter(_text(version) for version in versions)
    merged: list[Version] = []
    for text, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        version: Version = json.loads(text)
        agreeing = [other for other in merged if all(other.get(k, v) == v for k, v in version.items())]
        if agreeing:
            agreeing[0].update(version)
        else:
            merged.append(version)
    return merged


def _group(cells: list[Cell]) -> Group:
    first = min(cells, key=lambda cell: cell.key)
    pairs = _in_suite_order(first.suite, {cell.pair for cell in cells})
    rows: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        rows.setdefault((cell.method, method_label(cell)), []).append(cell)
    seeds = {pair: {cell.seed for cell in cells if cell.pair == pair} for pair in pairs}
    return Group(
        suite=first.suite,
        encoder_name=first.encoder_name,
        encoder=first.encoder_table,
        recipe=first.recipe,
        data=_data(cells, pairs),
        pairs=pairs,
        rows=tuple(
            MethodRow(method, label, {pair: _samples(own, pair, seeds[pair]) for pair in pairs})
            for (method, label), own in sorted(rows.items(), key=lambda item: _row_order(*item[0]))
        ),
    )


def _data(cells: list[Cell], pairs: Sequence[str]) -> dict[str, Any]:
    """The value of `Group.data`."""
    sha256: dict[str, dict[str, str]] = {pair: {} for pair in pairs}
    for cell in cells:
        sha256[cell.pair] |= cell.data_sha256
    configurations = {cell.pair: cell.configuration for cell in cells}
    if configurations[pairs[0]].schema == 1:
        return {"labels": configurations[pairs[0]].labels, "sha256": sha256}
    return {
        "types": {pair: list(configurations[pair].types) for pair in pairs},
        "mapped_to_o": {pair: list(configurations[pair].mapped_to_o) for pair in pairs},
        "sha256": sha256,
    }


def _samples(cells: list[Cell], pair: str, seeds: set[int]) -> Samples:
    own = [cell for cell in cells if cell.pair == pair]
    if not own:
        return Samples()
    done: dict[int, list[Cell]] = {}
    for cell in own:
        if cell.state == "done":
            done.setdefault(cell.seed, []).append(cell)
    latest = {seed: max(several, key=_finished) for seed, several in done.items()}
    earlier = [cell for several in done.values() for cell in several if cell is not latest[cell.seed]]
    doubled = [cell for cell in earlier if not _differ_in_code_alone(cell, latest[cell.seed])]
    failed = {cell.seed for cell in own} - set(latest)
    return Samples(
        done=tuple(latest[seed] for seed in sorted(latest)),
        failed=tuple(sorted(failed)),
        missing=tuple(sorted(seeds - set(latest) - failed)),
        doubled=tuple(sorted({cell.seed for cell in doubled})),
        outdated=len(earlier) - len(doubled),
    )


def _differ_in_code_alone(a: Cell, b: Cell) -> bool:
    return a.configuration.without_code() == b.configuration.without_code()


def _in_suite_order(suite: str, pairs: set[str]) -> tuple[str, ...]:
    order = {pair: number for number, pair in enumerate(suite_pairs(suite))}
    return tuple(sorted(pairs, key=lambda pair: (order.get(pair, len(order)), pair)))


@cache
def suite_pairs(suite: str) -> tuple[str, ...]:
    """The pairs of a packaged suite in its own order; none for another suite, such as a user's file."""
    from wcabench.data.suites import load_suite

    try:
        return tuple(load_suite(suite).pairs)
    except UserError:
        return ()


def _row_order(method: str, label: str) -> tuple[int, str, int, str]:
    known = PAPER_ORDER.index(method) if method in PAPER_ORDER else len(PAPER_ORDER)
    return known, method, len(label), label


def _finished(cell: Cell) -> tuple[str, str]:
    rescored = cell.record.get("rescored", {})
    return str(rescored.get("finished") or cell.record.get("finished", "")), cell.key


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
