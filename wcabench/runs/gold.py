"""The test sets that stored cells were scored on, read again from the data of their suites."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from wcabench.contract import Sentence
from wcabench.errors import UserError
from wcabench.runs.cells import Cell
from wcabench.runs.tags_file import TagsBySide
from wcabench.scoring.scorer import SIDES, TestSide

if TYPE_CHECKING:
    from wcabench.data.data_source import DataSource
    from wcabench.data.resources import Loaded
    from wcabench.data.suites import Suite


class GoldReader:
    """Reads gold sentences for many cells; each test set is read from its file once."""

    def __init__(self, load_suite: "Callable[[str], Suite]", source: "DataSource") -> None:
        """Read with the suites and the data of this machine.

        Args:
            load_suite: the suite of that name.
            source: where the data is looked for.
        """
        self._load_suite = load_suite
        self._source = source
        self._suites: dict[str, Suite] = {}
        self._loaded: dict[tuple[str, str, TestSide], Loaded] = {}

    def sentences(self, cell: Cell, side: TestSide = "target") -> list[Sentence]:
        """The sentences of a test set with the gold tags that the cell was scored on.

        Entity types that the cell was not scored on are O, as the label policy made them.

        Raises:
            UserError: the suite or its data is not here, or is not what the cell was scored on.
        """
        from wcabench.data.labels import without_types

        if cell.suite not in self._suites:
            self._suites[cell.suite] = self._load_suite(cell.suite)
        resource = self._suites[cell.suite].test_set(cell.pair, side)
        test_set = cell.suite, cell.pair, side
        if test_set not in self._loaded:
            self._loaded[test_set] = self._source.load(resource)
        loaded = self._loaded[test_set]
        if loaded.sha256 != cell.configuration.test_sha256(side, resource.name):
            raise UserError(
                f"{' and '.join(map(str, loaded.files))} is not the {side}'s test set that {cell.pair} of suite "
                f"{cell.suite} was scored on (its sha256 is another); give the data that the cell was made with"
            )
        gold: list[Sentence] = [item for item in loaded.content if isinstance(item, Sentence)]
        gold_types = {tag[2:] for sentence in gold for tag in sentence.tags if tag != "O"}
        return without_types(gold, gold_types - set(cell.types))

    def tags(self, cell: Cell) -> TagsBySide:
        """The gold tags of both test sets.

        Raises:
            UserError: see `sentences`.
        """
        return {side: [list(sentence.tags) for sentence in self.sentences(cell, side)] for side in SIDES}
