"""Selection of the cells that a report is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wcabench.errors import UserError, suggest
from wcabench.registry import canonical
from wcabench.reports.labels import method_label
from wcabench.runs.cells import Cell


@dataclass(frozen=True)
class CellSelection:
    """Conditions on cells; an empty one is met by all.

    Attributes:
        suites: names of suites.
        pairs: names of pairs.
        methods: names of methods in any spelling, or labels as tables print them.
        encoder: part of an encoder's name or identity.
    """

    suites: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    encoder: str = ""


def select(cells: Sequence[Cell], selection: CellSelection) -> list[Cell]:
    """The cells that meet all conditions.

    Raises:
        UserError: no cell does, or a name is that of no suite, pair or method of these cells.
    """
    left = list(cells)
    for what, wanted in (("suite", selection.suites), ("pair", selection.pairs)):
        known = {canonical(str(getattr(cell, what))) for cell in cells}
        names = _known(wanted, known, what)
        left = [cell for cell in left if not names or canonical(str(getattr(cell, what))) in names]
    if selection.methods:
        names_of = {cell.key: {canonical(cell.method), canonical(method_label(cell))} for cell in cells}
        names = _known(selection.methods, set().union(*names_of.values()), "method")
        left = [cell for cell in left if names & names_of[cell.key]]
    if selection.encoder:
        part = selection.encoder.lower()
        left = [c for c in left if part in c.encoder_name.lower() or part in c.encoder_identity.lower()]
    if not left:
        encoders = sorted({cell.encoder_name for cell in cells})
        raise UserError(
            "no cell is left by --suite, --pair, --method and --encoder together; "
            f"the results have the encoders {', '.join(encoders)}: `wcabench list results` shows all cells"
        )
    return left


def _known(wanted: Iterable[str], known: set[str], what: str) -> set[str]:
    """The canonical names that are wanted; each must be known."""
    names = {canonical(name) for name in wanted}
    for name in sorted(names - known):
        raise suggest(name, sorted(known), f"{what} in these results")
    return names
