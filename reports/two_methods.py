"""Two methods against each other, of one store or of two: which of their cells may be compared, and the tables."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wcabench.errors import UserError
from wcabench.registry import canonical
from wcabench.reports.collect import Group, MethodRow, Samples, collect
from wcabench.reports.selection import CellSelection, select
from wcabench.reports.settings import setting
from wcabench.runs.cells import Cell
from wcabench.runs.differences import differences


@dataclass(frozen=True)
class MethodSide:
    """One of the two methods.

    Attributes:
        name: the method's name or its label, in any spelling.
        cells: of its store.
        store: how messages call the store; empty where both sides are of one.
    """

    name: str
    cells: Sequence[Cell]
    store: str = ""


@dataclass(frozen=True)
class Match:
    """Cells of both sides that may be compared: by suite, encoder, recipe and data options.

    Attributes:
        group: has two rows, the first side's and the second's.
        unlike: what else they differ in, besides the method; empty for cells of one setting.
    """

    group: Group
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matches:
    """All that can be compared, and (pair, reason) for what cannot."""

    matches: tuple[Match, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Candidate:
    """The rows of both sides on one pair of one suite."""

    pair: str
    groups: tuple[Group, Group]
    rows: tuple[MethodRow, MethodRow]
    unlike: tuple[str, ...]

    @property
    def place(self) -> tuple[str, str]:
        return self.groups[0].suite, self.pair

    def samples(self) -> tuple[Samples, Samples]:
        return self.rows[0].samples[self.pair], self.rows[1].samples[self.pair]


def match(a: MethodSide, b: MethodSide, suites: tuple[str, ...], pairs: tuple[str, ...]) -> Matches:
    """Which cells of two methods may be compared.

    In one store these share suite, encoder, recipe and data. Cells of two stores that do not are compared where
    there is one setting on each side and the test set is the same, and `Match.unlike` says what differs.

    Raises:
        UserError: a name that fits nothing or several rows, twice the same row, or nothing that can be compared.
    """
    of_a, of_b = _rows(a, suites, pairs), _rows(b, suites, pairs)
    candidates = list(_candidates(of_a, of_b))
    if not candidates:
        raise UserError(
            f"nothing to compare: {_named(a)} has finished cells on {_where(of_a)}, {_named(b)} on {_where(of_b)}"
        )
    chosen, left_out = _of_one_setting(candidates)
    if not chosen and a.store != b.store:
        chosen, left_out = _of_two_settings(candidates)
    chosen, unpaired = _same_test(chosen)
    left_out += unpaired
    if not chosen:
        (pair, reason), *_ = left_out
        raise UserError(f"{_named(a)} and {_named(b)} cannot be compared on {pair}: {reason}")
    return Matches(tuple(_matches(chosen, (a.store, b.store))), tuple(left_out))


def _rows(side: MethodSide, suites: tuple[str, ...], pairs: tuple[str, ...]) -> list[tuple[Group, MethodRow]]:
    """Every group of a side with the row that its name means; none where it was not run there."""
    try:
        there = {id(cell) for cell in select(side.cells, CellSelection(suites, pairs))}
        own = [cell for cell in select(side.cells, CellSelection(methods=(side.name,))) if id(cell) in there]
    except UserError as error:
        raise UserError(f"{side.store}: {error}" if side.store else str(error)) from None
    return [(group, _row(group, side.name)) for group in (collect(own, CellSelection()) if own else ())]


def _row(group: Group, name: str) -> MethodRow:
    exact = [row for row in group.rows if canonical(row.label) == canonical(name)]
    fitting = exact or list(group.rows)
    if len(fitting) > 1:
        raise UserError(f"method '{name}': which one? " + "; ".join(f"'{row.label}'" for row in fitting))
    return fitting[0]


def _candidates(
    of_a: list[tuple[Group, MethodRow]], of_b: list[tuple[Group, MethodRow]]
) -> Iterator[_Candidate]:
    for group_a, row_a in of_a:
        for group_b, row_b in of_b:
            for pair in group_a.pairs:
                both = group_a.suite == group_b.suite and pair in group_b.pairs
                if both and row_a.samples[pair].done and row_b.samples[pair].done:
                    _refuse_one_row(row_a, row_b, pair)
                    unlike = tuple(differences(setting(group_a, pair), setting(group_b, pair)))
                    yield _Candidate(pair, (group_a, group_b), (row_a, row_b), unlike)


def _refuse_one_row(a: MethodRow, b: MethodRow, pair: str) -> None:
    paths = [[cell.path for cell in row.samples[pair].done] for row in (a, b)]
    if paths[0] == paths[1]:
        raise UserError(f"'{a.label}' is named twice: give two methods, or a second store with --results-b")


def _of_one_setting(candidates: list[_Candidate]) -> tuple[list[_Candidate], list[tuple[str, str]]]:
    alike = [one for one in candidates if not one.unlike]
    done = {one.place for one in alike}
    unlike = {one.place: one for one in candidates if one.place not in done}
    return alike, [(one.pair, f"the cells differ in {', '.join(one.unlike)}") for one in unlike.values()]


def _of_two_settings(candidates: list[_Candidate]) -> tuple[list[_Candidate], list[tuple[str, str]]]:
    by_pair: dict[tuple[str, str], list[_Candidate]] = {}
    for one in candidates:
        by_pair.setdefault(one.place, []).append(one)
    return (
        [own[0] for own in by_pair.values() if len(own) == 1],
        [
            (pair, "the stores hold cells of several settings, and none on both sides")
            for (_, pair), own in by_pair.items()
            if len(own) > 1
        ],
    )


def common_cells(samples: Sequence[Samples]) -> tuple[list[Cell], list[Cell]]:
    """The cells of two methods on the seeds that both have, by ascending seed."""
    a, b = ({cell.seed: cell for cell in one.done} for one in samples)
    common = sorted(a.keys() & b.keys())
    return [a[seed] for seed in common], [b[seed] for seed in common]


def _same_test(chosen: list[_Candidate]) -> tuple[list[_Candidate], list[tuple[str, str]]]:
    """Those with a common seed and the same gold entities in the same sentences."""
    kept, left_out = [], []
    for one in chosen:
        a, b = common_cells(one.samples())
        if not a:
            seeds = (
                ", ".join(map(str, sorted(cell.seed for cell in samples.done))) for samples in one.samples()
            )
            left_out.append((one.pair, f"no seed in common ({' against '.join(seeds)})"))
        elif not all(map(_same_gold, a, b)):
            left_out.append((one.pair, "the cells were scored on different test sets or label sets"))
        else:
            kept.append(one)
    return kept, left_out


def _same_gold(a: Cell, b: Cell) -> bool:
    import numpy as np

    mine, theirs = a.counts(), b.counts()
    return mine.types == theirs.types and np.array_equal(mine.gold, theirs.gold)


def _matches(chosen: list[_Candidate], stores: tuple[str, str]) -> Iterator[Match]:
    """One match a pair of groups."""
    together: dict[tuple[int, int, tuple[str, ...]], list[_Candidate]] = {}
    for one in chosen:
        key = id(one.groups[0]), id(one.groups[1]), one.unlike
        together.setdefault(key, []).append(one)
    for own in together.values():
        first, pairs = own[0], tuple(one.pair for one in own)
        rows = tuple(
            dataclasses.replace(row, label=row.label + store)
            for row, store in zip(first.rows, _store_names(stores), strict=True)
        )
        encoders = dict.fromkeys(group.encoder_name for group in first.groups)
        group = dataclasses.replace(
            first.groups[0], pairs=pairs, rows=rows, encoder_name=" | ".join(encoders)
        )
        yield Match(group, first.unlike)


def _where(rows: list[tuple[Group, MethodRow]]) -> str:
    """Suites and pairs with finished cells: "mini en-nl, mini en-de"."""
    places = {
        f"{group.suite} {pair}": None for group, row in rows for pair in group.pairs if row.samples[pair].done
    }
    return ", ".join(places) or "no pair"


def _store_names(stores: tuple[str, str]) -> tuple[str, str]:
    """What tells the two stores apart in a label, as short as it can be; nothing for one store."""
    if stores[0] == stores[1]:
        return "", ""
    names = Path(stores[0]).name, Path(stores[1]).name
    a, b = names if names[0] != names[1] and all(names) else stores
    return f" [{a}]", f" [{b}]"


def _named(side: MethodSide) -> str:
    return f"'{side.name}' of {side.store}" if side.store else f"'{side.name}'"
