"""The last sentences under every table: what its suite is, where its cells differ, and their signature."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from wcabench.errors import UserError
from wcabench.reports.collect import Group
from wcabench.reports.table import as_sentence, listed
from wcabench.runs.cells import Cell
from wcabench.runs.signature import CODE_DIGITS
from wcabench.runs.signature_fields import merged_signature

# How the sentences begin that readers of a report look for, be they people or programs.
SIGNATURE, MIXED = "Signature: ", "Mixed: "


def provenance(group: Group) -> tuple[str, ...]:
    """The last sentences under every table: what its suite is, where its cells differ, and their signature."""
    signature = merged_signature([cell.record for cell in group.cells])
    return (
        *suite_captions(group),
        *mixtures(group.cells),
        *((f"{SIGNATURE}{signature}",) if signature else ()),
    )


def suite_captions(group: Group) -> tuple[str, ...]:
    """What the suite says under every table of it: as the cells recorded it, else as the packaged suite has it."""
    recorded = [str(cell.record["caption"]) for cell in group.cells if "caption" in cell.record]
    captions = recorded or [packaged_caption(group.suite)]
    return tuple(as_sentence(caption) for caption in dict.fromkeys(captions) if caption)


@cache
def packaged_caption(suite: str) -> str:
    """The caption of a packaged suite; empty for any other."""
    from wcabench.data.suites import load_suite, suite_names

    try:
        return load_suite(suite).caption if suite in suite_names() else ""
    except UserError:
        return ""


def mixtures(cells: list[Cell]) -> tuple[str, ...]:
    """The sentence that says in what the cells of one table differ: precision, machine, code, versions; or none."""
    packages = sorted({name for cell in cells for name in cell.environment.get("packages", {})})
    views: dict[str, Callable[[Cell], Any]] = {
        "precision": lambda cell: cell.precision,
        "device": lambda cell: cell.environment.get("device"),
        "processor": lambda cell: cell.environment.get("processor"),
        "threads": lambda cell: cell.environment.get("threads"),
        "wcabench": lambda cell: cell.environment.get("wcabench"),
        "code": lambda cell: _code(cell, "harness"),
        "tagging code": lambda cell: _code(cell, "tagging") if cell.code.get("tagging") else None,
        "scoring code": lambda cell: _code(cell, "scoring") if cell.code.get("scoring") else None,
        "python": lambda cell: cell.environment.get("python"),
    }
    differences = [_values(name, map(view, cells)) for name, view in views.items()]
    for method in dict.fromkeys(cell.method for cell in cells):
        own = (_code(cell, "method") for cell in cells if cell.method == method)
        differences.append(_values(f"code of {method}", own))
    for name in packages:
        versions = (cell.environment.get("packages", {}).get(name) for cell in cells)
        differences.append(_values(name, versions))
    mixed = [text for text in differences if text]
    return (f"{MIXED}the cells differ in {'; '.join(mixed)}.",) if mixed else ()


def _values(name: str, values: Iterable[Any]) -> str:
    """All values of something, where there are several: "precision (bf16 and fp32)"."""
    different = sorted({str(value) for value in values if value is not None})
    return f"{name} ({listed(different)})" if len(different) > 1 else ""


def _code(cell: Cell, of: str) -> str:
    """The first digits of a hash of code; "not recorded" for cells from before it was."""
    return str(cell.code[of])[:CODE_DIGITS] if cell.code.get(of) else "not recorded"


def older_note(cells: Iterable[Cell]) -> str:
    """How many cells an older wcabench wrote, and what that means; empty for none."""
    every = list(cells)
    older = [cell for cell in every if cell.is_older]
    if not older:
        return ""
    schemas = listed(sorted({str(cell.schema) for cell in older}))
    they = "it" if len(older) == 1 else "them"
    return (
        f"{_cells(len(older), len(every))} of an older schema ({schemas}): every command reads {they}, "
        f"but a run does not take {they} for done"
    )


def _cells(n: int, total: int) -> str:
    if n == total:
        return "The cell is" if n == 1 else f"All {n} cells are"
    return f"{n} of {total} cells {'is' if n == 1 else 'are'}"
