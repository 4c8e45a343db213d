"""Rows copied from print, with their source, how far they were verified, and what is wrong with them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from wcabench.contract import Need
from wcabench.contract.slots import tier_of
from wcabench.reports.table import Row, TableEntry

VERIFICATION = {
    "repository": "agrees with the results in the authors' own repository",
    "second-hand": "agrees with a results table in somebody else's repository",
    "stated": "as Wang & Henao 2022 print it; stated nowhere else",
    "derived": "computed from stated numbers",
    "unverified": "as Wang & Henao 2022 print it; no second source could be read",
}
PROTOCOL = {
    "max_length": "length limit, pieces",
    "beyond": "words beyond it",
    "frozen": "frozen",
    "recipe": "recipe",
    "decoding": "decoding",
    "checkpoint": "checkpoint chosen on",
    "seeds": "seeds",
}


@dataclass(frozen=True)
class PublishedRow:
    """One system as somebody reported it.

    Attributes:
        label: as the table names it.
        section: where it was published.
        values: pair -> F1, as printed.
        deviations: pair -> standard deviation, as printed.
        source: where the numbers stand.
        verification: a key of `VERIFICATION`.
        remark: what is wrong with the row.
        remarks: pair -> what is wrong with that number.
        needs: what the system may see, by the names of `wcabench.contract.SLOTS`.
        protocol: how it was trained and scored, by the keys of `PROTOCOL`; empty where that could not be read.
    """

    label: str
    section: str
    values: Mapping[str, str]
    source: str
    verification: str
    deviations: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ("labelled",)
    protocol: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """All published rows of one suite, how their protocols differ from ours, and what the rows cannot show."""

    suite: str
    encoder: str
    protocol: str
    doubts: tuple[str, ...]
    rows: tuple[PublishedRow, ...]


@cache
def load_published() -> Published:
    """The published rows that come with the package."""
    text = files("wcabench.reports").joinpath("published.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    rows = [_row(row, section["title"]) for section in table["section"] for row in section["row"]]
    return Published(table["suite"], table["encoder"], table["protocol"], tuple(table["doubts"]), tuple(rows))


def _row(table: Mapping[str, Any], section: str) -> PublishedRow:
    """A row; a remark on the number of one pair has the key `remarks.<pair>`."""
    return PublishedRow(section=section, **{**table, "needs": tuple(table["needs"])})


def published_rows(pairs: Sequence[str], *, sources: bool) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows that have a number for one of these pairs, and the labels of those that have none.

    Args:
        pairs: columns of the table.
        sources: say in each row's footnote where it was published and how far it was verified.
    """
    rows, without = [], []
    for row in load_published().rows:
        if any(pair in row.values for pair in pairs):
            rows.append(_as_row(row, pairs, sources))
        else:
            without.append(row.label)
    return tuple(rows), tuple(without)


def _as_row(row: PublishedRow, pairs: Sequence[str], sources: bool) -> Row:
    source = f"{row.source}; {VERIFICATION[row.verification]}." if sources else ""
    footnote = " ".join(filter(None, [row.remark, source]))
    return Row(
        label=row.label,
        entries=tuple(_entry(row, pair) for pair in pairs),
        kind="published",
        section=row.section,
        footnotes=(footnote,) if footnote else (),
        more={
            "source": row.source,
            "verification": row.verification,
            "remark": row.remark,
            "needs": list(row.needs),
            "tier": tier_of(row.needs),
            "protocol": dict(row.protocol),
        },
    )


def _entry(row: PublishedRow, pair: str) -> TableEntry:
    if pair not in row.values:
        return TableEntry()
    deviation = row.deviations.get(pair)
    text = f"{row.values[pair]} ± {deviation}" if deviation else row.values[pair]
    return TableEntry(
        lines=(text,),
        footnotes=(row.remarks[pair],) if pair in row.remarks else (),
        value=float(row.values[pair]),
        std=float(deviation) if deviation else None,
    )
