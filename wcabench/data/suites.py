"""Suites: language pairs with their data and settings, packaged under tasks/ or in a user's TOML file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig
from wcabench.contract import SLOTS, Need, Sentence, SentencePair, Side
from wcabench.data.data_source import DataSource
from wcabench.data.formats import Parallel
from wcabench.data.labels import LabelPolicy
from wcabench.data.loading import PairLoader, SlotData, TaggedSets, UntaggedSets
from wcabench.data.resources import Resource
from wcabench.data.sentences import PairData
from wcabench.data.suite_files import read_suite, suite_names
from wcabench.data.suite_tables import PairTable, SuiteTables
from wcabench.errors import UserError, suggest

__all__ = ["Suite", "load_suite", "suite_names"]
# The roles of the resources that a slot is made of; a slot that is not listed has one role of its own name.
_SLOT_ROLES: dict[Need, tuple[str, ...]] = {
    "labelled": ("train",),
    "links": ("parallel",),
    "translated": ("train", "translated"),
}


@dataclass(frozen=True)
class Suite:
    """A suite as its file describes it; data is read only on request.

    Each resource of a pair has a role: "train", "source_dev", "source_test", "target_dev", "target_test",
    "target_text", "parallel", "dictionary", "translated", "embeddings", "entities" or "monolingual".
    """

    tables: SuiteTables

    @property
    def name(self) -> str:
        """The suite's name in records and on the command line."""
        return self.tables.name

    @property
    def summary(self) -> str:
        """A summary of one line, for lists."""
        return self.tables.summary

    @property
    def caption(self) -> str:
        """A caption that every table of this suite must show."""
        return self.tables.caption

    @property
    def pairs(self) -> tuple[str, ...]:
        """The language pairs, in the file's order."""
        return tuple(self.tables.pairs)

    @property
    def encoder(self) -> EncoderConfig:
        """The suite's encoder."""
        return self.tables.encoder

    @property
    def recipe(self) -> RecipeConfig:
        """The suite's recipe."""
        return self.tables.recipe

    @property
    def data(self) -> DataConfig:
        """The suite's choices about its data."""
        return self.tables.data

    def translations(self, pair: str) -> tuple[str, ...]:
        """Return the names of a pair's parallel texts, the default first."""
        return tuple(self._pair(pair).translations)

    def resources(self, pair: str, options: DataConfig) -> list[Resource]:
        """Return all resources of a pair, with the chosen parallel text.

        Raises:
            UserError: unknown pair or translation; the nearest is offered.
        """
        aligned = self._pair(pair).aligned
        return [*self.roles(pair, options).values(), *([aligned] if aligned else [])]

    def test_set(self, pair: str, side: Side) -> Resource:
        """Return the labelled test set of one side, on which a cell of the pair is scored.

        Raises:
            UserError: unknown pair; the nearest is offered.
        """
        return self._pair(pair).test if side == "target" else self.tables.source_test

    def roles(self, pair: str, options: DataConfig) -> dict[str, Resource]:
        """Return role -> resource, of all resources that decide a pair's numbers (without gold word alignments).

        Raises:
            UserError: unknown pair or translation; the nearest is offered.
        """
        tables, table = self.tables, self._pair(pair)
        chosen = options.translation or next(iter(table.translations), None)
        if chosen is not None and chosen not in table.translations:
            raise suggest(chosen, list(table.translations), "translation", f"{pair} in suite '{self.name}'")
        roles = {
            "train": tables.train,
            "source_dev": tables.source_dev,
            "source_test": tables.source_test,
            "target_dev": table.dev,
            "target_test": table.test,
            "target_text": table.text,
            "parallel": table.translations.get(chosen or ""),
            "dictionary": table.dictionary,
            "translated": table.translated,
            "embeddings": table.embeddings,
            "entities": table.entities,
            "monolingual": tables.monolingual,
        }
        return {role: resource for role, resource in roles.items() if resource is not None}

    def slot_roles(self, pair: str, options: DataConfig) -> dict[Need, tuple[str, ...]]:
        """Return slot -> roles of its resources, for every slot that the suite has for the pair.

        Raises:
            UserError: unknown pair or translation.
        """
        given = self.roles(pair, options)
        slots: dict[Need, tuple[str, ...]] = {}
        for name in get_args(Need):
            roles = _SLOT_ROLES.get(name, (name.replace("-", "_"),))
            if name == "target-text" and "target_text" not in given:
                roles = ("parallel",)
            if all(role in given for role in roles) and (name != "links" or _has_links(given["parallel"])):
                slots[name] = roles
        return slots

    def fingerprints(self, pair: str, options: DataConfig, source: DataSource) -> dict[str, str]:
        """Return role -> sha256 of its resource's content: the pinned sha256, else that of the available files.

        Raises:
            UserError: unknown pair or translation, or a resource that is not pinned cannot be read.
        """
        return {role: source.checksum(resource) for role, resource in self.roles(pair, options).items()}

    def fingerprint(self, pair: str, options: DataConfig, source: DataSource) -> dict[str, str]:
        """Return name of each resource -> sha256; see `fingerprints`."""
        roles = self.roles(pair, options)
        return {roles[role].name: sha256 for role, sha256 in self.fingerprints(pair, options, source).items()}

    def label_policy(self, pair: str, options: DataConfig, source: DataSource) -> LabelPolicy:
        """Return the label policy of a pair: how entity types are handled that the target does not have.

        If the suite does not declare the types, labels are read to find them, and are not kept.

        Raises:
            UserError: unknown pair or translation, or data that is missing or wrong.
        """
        return self._loader(pair, options, source).policy

    def load_slots(
        self, pair: str, options: DataConfig, source: DataSource, names: Iterable[Need]
    ) -> SlotData:
        """Load slots after the label policy; they never contain test sets or labels of the target.

        Raises:
            UserError: the pair, translation or slot is unknown, the suite does not have the slot, or data is missing,
                malformed, not the pinned content, or has an undeclared entity type.
        """
        given = self.slot_roles(pair, options)
        names = list(dict.fromkeys(names))
        for name in names:
            if name not in SLOTS:
                raise suggest(name, list(SLOTS), "slot")
            if name not in given:
                raise UserError(
                    f"suite '{self.name}' has no {name} data for {pair}: add {SLOTS[name].given_by} in a suite of your "
                    "own"
                )
        return self._loader(pair, options, source).slots({name: given[name] for name in names})

    def load_test_words(self, pair: str, options: DataConfig, source: DataSource) -> UntaggedSets:
        """Load the words of both test sets; their labels are checked, and not kept.

        Raises:
            UserError: as `load_test`.
        """
        sets = self.load_test(pair, options, source)
        return UntaggedSets(*([sentence.words for sentence in side] for side in (sets.source, sets.target)))

    def load_test(self, pair: str, options: DataConfig, source: DataSource) -> TaggedSets:
        """Load the labelled test sets, the source's after the label policy; call this only after prediction.

        Raises:
            UserError: unknown pair or translation, or data that is missing, malformed, not what is pinned, or holds an
                entity type that is not declared.
        """
        return self._loader(pair, options, source).test_sets()

    def load_target_dev(self, pair: str, options: DataConfig, source: DataSource) -> list[Sentence]:
        """Load labelled target sentences, only for `recipe.select=target-dev`; empty if there are none.

        Raises:
            UserError: as `load_test`.
        """
        return self._loader(pair, options, source).target_dev()

    def load_aligned(self, pair: str, source: DataSource) -> tuple[SentencePair, ...]:
        """Load sentence pairs with gold word alignments, only for the diagnostics; empty if there are none.

        Raises:
            UserError: unknown pair, or data that is missing, malformed or not what is pinned.
        """
        aligned = self._pair(pair).aligned
        return tuple(source.load(aligned).content) if aligned else ()

    def load(self, pair: str, options: DataConfig, source: DataSource) -> PairData:
        """Load all data of a pair, checked against the pins, after the label policy.

        Raises:
            UserError: unknown pair or translation; data that is missing, malformed, not what is pinned, or
                holds an entity type that is not declared.
        """
        aligned = self.load_aligned(pair, source)
        loader = self._loader(pair, options, source)
        return loader.pair_data(self.name, pair, self.slot_roles(pair, options), aligned)

    def _loader(self, pair: str, options: DataConfig, source: DataSource) -> PairLoader:
        table = self._pair(pair)
        return PairLoader(self.tables.types, table, self.roles(pair, options), options, source)

    def _pair(self, pair: str) -> PairTable:
        if pair not in self.tables.pairs:
            raise suggest(pair, list(self.pairs), "pair", f"suite '{self.name}'")
        return self.tables.pairs[pair]


def load_suite(name_or_path: str) -> Suite:
    """Load a packaged suite by its name, or a user's suite by the path of its TOML file.

    Raises:
        UserError: there is no such suite or file, or it is malformed; the file and the key are named.
    """
    return Suite(read_suite(name_or_path))


def _has_links(resource: Resource) -> bool:
    return isinstance(resource.format, Parallel) and resource.format.has_links
