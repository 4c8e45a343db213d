"""A section of the page: its ids, its tables by name, and its cells by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from wcabench.reports.table import ReportTable, Row, Section, TableEntry
from wcabench.reports.tiers import ShownTier

if TYPE_CHECKING:
    from wcabench.runs.cells import Cell


@dataclass(frozen=True)
class PageSection:
    """A section of the report with its number on the page.

    Attributes:
        number: from 1; it stands at the beginning of every id within the section.
        section: what is shown.
    """

    number: int
    section: Section

    @cached_property
    def tables(self) -> Mapping[str, ReportTable]:
        """The section's tables by name."""
        return {table.name: table for table in self.section.tables}

    @cached_property
    def pairs(self) -> tuple[str, ...]:
        """The pairs, in the order of the columns."""
        return self.tables["scores"].columns

    @cached_property
    def cells(self) -> Mapping[str, "Cell"]:
        """The finished cells by key."""
        return {cell.key: cell for cell in self.section.cells}

    def id(self, *parts: object) -> str:
        """An id that is unique on the page; characters that an id cannot hold are percent-encoded."""
        return "-".join(quote(str(part), safe="") for part in ("s", self.number, *parts))

    def title(self, table: ReportTable) -> str:
        """A table's title without the suite and the encoder, which the section's heading names."""
        facts = self.section.facts
        return table.title.removesuffix(f", encoder {facts['encoder_name']}").removesuffix(
            f", suite {facts['suite']}"
        )

    def tier(self, row: Row) -> ShownTier:
        """What a row's method may see."""
        facts = row.more if row.kind == "published" else self.section.facts["methods"].get(row.label, {})
        tier: ShownTier = facts.get("tier", "unknown")
        return tier

    def behind(self, entry: TableEntry) -> list["Cell"]:
        """The cells behind a number."""
        return [self.cells[key] for key in entry.cells if key in self.cells]
