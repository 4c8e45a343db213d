"""Merge: the finished cells of other stores into one store, with nothing overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wcabench.errors import UserError
from wcabench.runs.cells import COUNTS, PREDICTIONS, TAGS, Cell, read_files
from wcabench.runs.store import Store, StoreError
from wcabench.runs.two_runs import equal_counts


@dataclass(frozen=True)
class Merged:
    """What was done with every cell; a list holds paths, or (path, reason).

    Attributes:
        copied: cells that the target did not have, or only as failed ones.
        identical: cells that the target has, with an equal record and equal counts.
        repeated: cells that the target has from another run with equal counts; its own is kept.
        refused: cells that the target has with other counts; its own is kept.
        left_out: corrupt, foreign and failed cells, and those that a run is just writing.
    """

    copied: list[str] = field(default_factory=list)
    identical: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def merge(sources: Mapping[str, Store], target: Store) -> Merged:
    """Copy every finished cell of the sources that the target does not have; each is copied whole or not at all.

    Args:
        sources: how messages call a store -> the store.
        target: is made where it does not exist.

    Raises:
        UserError: a source is no folder, holds no cell, or is the target itself.
        StoreError: the target cannot be written; what was copied before stays.
    """
    by_source = {name: _cells(name, store, target) for name, store in sources.items()}
    target.prepare()
    merged = Merged()
    for name, (cells, left_out) in by_source.items():
        root = str(sources[name].root)
        merged.left_out.extend(
            (str(path).replace(root, name), why.replace(root, name)) for path, why in left_out
        )
        for cell in cells:
            try:
                _take(cell, str(cell.path).replace(root, name), target, merged)
            except StoreError as error:
                total = sum(len(every) for every, _ in by_source.values())
                raise StoreError(
                    f"{error}; {len(merged.copied)} of {total} cells were copied before"
                ) from error
    return merged


def _cells(name: str, store: Store, target: Store) -> tuple[list[Cell], list[tuple[str, str]]]:
    if not store.root.is_dir():
        raise UserError(f"{name}: no such folder; give the folder of a store")
    if store.root.resolve() == target.root.resolve():
        raise UserError(f"{name}: this is the results folder itself; give other stores")
    cells, left_out = store.cells()
    if not cells and not left_out:
        raise UserError(f"{name}: no cell in it; give the folder that holds SUITE/PAIR/METHOD/seed-...")
    return cells, [(str(path), reason) for path, reason in left_out]


def _take(cell: Cell, path: str, target: Store, merged: Merged) -> None:
    """Copy one cell, or say why not."""
    if cell.state != "done":
        merged.left_out.append((path, "failed; only finished cells are copied"))
        return
    try:
        files = read_files(cell, (COUNTS, TAGS, PREDICTIONS))
        cell.tags()
    except UserError as error:
        merged.left_out.append((path, str(error)))
        return
    with target.lock(cell.key) as held:
        if not held:
            merged.left_out.append((path, "a run is just writing this cell; merge again when it has ended"))
            return
        own = target.get(cell.config, cell.key)
        if own is None or own.state != "done":
            _publish(cell, files, target)
            merged.copied.append(path)
        elif not equal_counts(cell, own):
            merged.refused.append(
                (path, f"F1 {cell.f1:.2f}, but {own.path} has {own.f1:.2f}, or other counts")
            )
        elif cell.record == own.record:
            merged.identical.append(path)
        else:
            merged.repeated.append(path)


def _publish(cell: Cell, files: Mapping[str, bytes], target: Store) -> None:
    def fill(folder: Path) -> None:
        for name, data in files.items():
            (folder / name).write_bytes(data)

    target.publish(cell.record, fill, copied=True)
