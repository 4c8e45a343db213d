"""Two methods, of one results folder or of two: which of their cells may be compared with each other."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wcabench.errors import UserError
from wcabench.registry import canonical
from wcabench.reports.collect import Group, MethodRow, Samples, collect
from wcabench.reports.selection import CellSelection, select
from wcabench.reports.setting_differences import setting_differences
from wcabench.runs.cells import Cell


@dataclass(frozen=True)
class MethodSide:
    """One of the two methods, with the cells to take it from.

    Attributes:
        name: the method's name or its label, in any spelling.
        cells: all cells of its results folder.
        store: how messages call that folder; empty where both methods are of one.
    """

    name: str
    cells: Sequence[Cell]
    store: str = ""


@dataclass(frozen=True)
class Match:
    """Cells of both methods that may be compared, of one suite.

    Attributes:
        group: has two rows, the first method's and the second's.
        unlike: what the cells differ in besides the method; empty for cells of one setting.
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
    """The rows of both methods on one pair of one suite, which may turn out not to be comparable."""

    pair: str
    groups: tuple[Group, Group]
    rows: tuple[MethodRow, MethodRow]
    unlike: tuple[str, ...]

    @property
    def suite_and_pair(self) -> tuple[str, str]:
        return self.groups[0].suite, self.pair

    def samples(self) -> tuple[Samples, Samples]:
        return self.rows[0].samples[self.pair], self.rows[1].samples[self.pair]


def find_matches(a: MethodSide, b: MethodSide, suites: tuple[str, ...], pairs: tuple[str, ...]) -> Matches:
    """Which cells of two methods may be compared.

    Within one results folder they must share suite, encoder, recipe and data. Cells of two folders that do not are
    compared where each folder has one setting and the test set is the same; `Match.unlike` then says what differs.

    Raises:
        UserError: a name that fits nothing or several rows, twice the same row, or nothing that can be compared.
    """
    rows_of_a, rows_of_b = _rows(a, suites, pairs), _rows(b, suites, pairs)
    candidates = list(_candidates(rows_of_a, rows_of_b))
    if not candidates:
        raise UserError(
            f"nothing to compare: {_named(a)} has finished cells on {_where(rows_of_a)}, "
            f"{_named(b)} on {_where(rows_of_b)}"
        )
    chosen, left_out = _of_one_setting(candidates)
    if not chosen and a.store != b.store:
        chosen, left_out = _of_two_settings(candidates)
    chosen, not_paired = _same_test(chosen)
    left_out += not_paired
    if not chosen:
        (pair, reason), *_ = left_out
        raise UserError(f"{_named(a)} and {_named(b)} cannot be compared on {pair}: {reason}")
    return Matches(tuple(_matches(chosen, (a.store, b.store))), tuple(left_out))


def _rows(side: MethodSide, suites: tuple[str, ...], pairs: tuple[str, ...]) -> list[tuple[Group, MethodRow]]:
    """Every group of a method's cells with the method's row; none where it was not run on these suites and pairs."""
    try:
        wanted = {cell.key for cell in select(side.cells, CellSelection(suites, pairs))}
        of_method = select(side.cells, CellSelection(methods=(side.name,)))
    except UserError as error:
        raise UserError(f"{side.store}: {error}" if side.store else str(error)) from None
    cells = [cell for cell in of_method if cell.key in wanted]
    return [(group, _row(group, side.name)) for group in (collect(cells, CellSelection()) if cells else ())]


def _row(group: Group, name: str) -> MethodRow:
    rows = [row for row in group.rows if canonical(row.label) == canonical(name)] or list(group.rows)
    if len(rows) > 1:
        raise UserError(f"method '{name}': which one? " + "; ".join(f"'{row.label}'" for row in rows))
    return rows[0]


def _candidates(
    rows_of_a: list[tuple[Group, MethodRow]], rows_of_b: list[tuple[Group, MethodRow]]
) -> Iterator[_Candidate]:
    for group_a, row_a in rows_of_a:
        for group_b, row_b in rows_of_b:
            for pair in group_a.pairs:
                in_both = group_a.suite == group_b.suite and pair in group_b.pairs
                if in_both and row_a.samples[pair].done and row_b.samples[pair].done:
                    _refuse_one_row(row_a, row_b, pair)
                    unlike = tuple(setting_differences(group_a, group_b, pair))
                    yield _Candidate(pair, (group_a, group_b), (row_a, row_b), unlike)


def _refuse_one_row(a: MethodRow, b: MethodRow, pair: str) -> None:
    paths = [[cell.path for cell in row.samples[pair].done] for row in (a, b)]
    if paths[0] == paths[1]:
        raise UserError(f"'{a.label}' is named twice: give two methods, or a second store with --results-b")


def _of_one_setting(candidates: list[_Candidate]) -> tuple[list[_Candidate], list[tuple[str, str]]]:
    """Those whose cells share their setting, and the reasons for the pairs of the others."""
    alike = [candidate for candidate in candidates if not candidate.unlike]
    done = {candidate.suite_and_pair for candidate in alike}
    others = {
        candidate.suite_and_pair: candidate
        for candidate in candidates
        if candidate.suite_and_pair not in done
    }
    return alike, [
        (other.pair, f"the cells differ in {', '.join(other.unlike)}") for other in others.values()
    ]


def _of_two_settings(candidates: list[_Candidate]) -> tuple[list[_Candidate], list[tuple[str, str]]]:
    """Those on whose pair each folder has one setting, and the reasons for the other pairs."""
    by_pair: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        by_pair.setdefault(candidate.suite_and_pair, []).append(candidate)
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
    a, b = ({cell.seed: cell for cell in each.done} for each in samples)
    common = sorted(a.keys() & b.keys())
    return [a[seed] for seed in common], [b[seed] for seed in common]


def _same_test(candidates: list[_Candidate]) -> tuple[list[_Candidate], list[tuple[str, str]]]:
    """Those with a common seed and the same gold entities in the same sentences, and the reasons for the others."""
    kept, left_out = [], []
    for candidate in candidates:
        a, b = common_cells(candidate.samples())
        if not a:
            seeds = (
                ", ".join(map(str, sorted(cell.seed for cell in samples.done)))
                for samples in candidate.samples()
            )
            left_out.append((candidate.pair, f"no seed in common ({' against '.join(seeds)})"))
        elif not all(map(_same_gold, a, b)):
            left_out.append((candidate.pair, "the cells were scored on different test sets or label sets"))
        else:
            kept.append(candidate)
    return kept, left_out


def _same_gold(a: Cell, b: Cell) -> bool:
    own, other = a.counts(), b.counts()
    return own.types == other.types and np.array_equal(own.gold, other.gold)


def _matches(candidates: list[_Candidate], stores: tuple[str, str]) -> Iterator[Match]:
    """One match for each two groups, with all of their pairs."""
    by_groups: dict[tuple[int, int, tuple[str, ...]], list[_Candidate]] = {}
    for candidate in candidates:
        key = id(candidate.groups[0]), id(candidate.groups[1]), candidate.unlike
        by_groups.setdefault(key, []).append(candidate)
    for own in by_groups.values():
        first, pairs = own[0], tuple(candidate.pair for candidate in own)
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
    names = {
        f"{group.suite} {pair}": None for group, row in rows for pair in group.pairs if row.samples[pair].done
    }
    return ", ".join(names) or "no pair"


def _store_names(stores: tuple[str, str]) -> tuple[str, str]:
    """What tells the two folders apart in a label, as short as it can be; nothing for one folder."""
    if stores[0] == stores[1]:
        return "", ""
    names = Path(stores[0]).name, Path(stores[1]).name
    a, b = names if names[0] != names[1] and all(names) else stores
    return f" [{a}]", f" [{b}]"


def _named(side: MethodSide) -> str:
    return f"'{side.name}' of {side.store}" if side.store else f"'{side.name}'"
