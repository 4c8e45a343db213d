"""Which cells a report is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wcabench.errors import UserError, suggest
from wcabench.registry import canonical
from wcabench.reports.labels import encoder_identity, encoder_name, method_label
from wcabench.runs.cells import Cell


@dataclass(frozen=True)
class Selection:
    """Which cells a report is made of; an empty field takes all.

    Attributes:
        suites: names of suites.
        pairs: names of pairs.
        methods: names of methods in any spelling, or labels as the table prints them.
        encoder: part of an encoder's name or identity.
    """

    suites: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    encoder: str = ""


def select(cells: Sequence[Cell], selection: Selection) -> list[Cell]:
    """The cells that fit.

    Raises:
        UserError: none does, or the selection names something that the cells do not have.
    """
    left = list(cells)
    for what, wanted in (("suite", selection.suites), ("pair", selection.pairs)):
        known = {canonical(str(getattr(cell, what))) for cell in cells}
        names = _known(wanted, known, what)
        left = [c for c in left if not names or canonical(str(getattr(c, what))) in names]
    if selection.methods:
        names_of = {id(c): {canonical(c.method), canonical(method_label(c.config))} for c in cells}
        names = _known(selection.methods, set().union(*names_of.values()), "method")
        left = [c for c in left if names & names_of[id(c)]]
    if selection.encoder:
        part = selection.encoder.lower()
        left = [c for c in left if part in encoder_name(c).lower() or part in encoder_identity(c).lower()]
    if not left:
        encoders = sorted({encoder_name(cell) for cell in cells})
        raise UserError(
            "no cell is left by --suite, --pair, --method and --encoder together; "
            f"the results have the encoders {', '.join(encoders)}: `wcabench list results` shows all cells"
        )
    return left


def _known(wanted: Iterable[str], known: set[str], what: str) -> set[str]:
    names = {canonical(name) for name in wanted}
    for name in sorted(names - known):
        raise suggest(name, sorted(known), f"{what} in these results")
    return names
