"""Suites: language pairs with their data and settings, packaged under tasks/ or in a user's own TOML file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig
from wcabench.contract import SLOTS, Need, Sentence, SentencePair, Side
from wcabench.data.formats import Parallel
from wcabench.data.labels import LabelPolicy
from wcabench.data.loading import PairLoader, SlotData, TaggedSets, UntaggedSets
from wcabench.data.resources import DataSource, Resource
from wcabench.data.sentences import PairData
from wcabench.data.suite_files import read_suite, suite_names
from wcabench.data.suite_tables import PairTable, SuiteTables
from wcabench.errors import UserError, suggest

__all__ = ["Suite", "load_suite", "suite_names"]
# The roles of the resources that a slot is made of, where they are not one of its own name.
_SLOT_ROLES: dict[Need, tuple[str, ...]] = {
    "labelled": ("train",),
    "links": ("parallel",),
    "translated": ("train", "translated"),
}


@dataclass(frozen=True)
class Suite:
    """A suite as its file describes it; no data is read before it is asked for.

    The resources of a pair are known by the roles that they play: "train", "source_dev", "source_test", "target_dev",
    "target_test", "target_text", "parallel", "dictionary", "translated", "embeddings", "entities", "monolingual".
    """

    tables: SuiteTables

    @property
    def name(self) -> str:
        """As in records and on the command line."""
        return self.tables.name

    @property
    def summary(self) -> str:
        """One line for lists."""
        return self.tables.summary

    @property
    def caption(self) -> str:
        """What every table of this suite must say."""
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
        """Names of the parallel texts of a pair, the default first."""
        return tuple(self._pair(pair).translations)

    def resources(self, pair: str, options: DataConfig) -> list[Resource]:
        """What the pair needs, with the translation that is chosen.

        Raises:
            UserError: unknown pair or translation; the nearest is offered.
        """
        aligned = self._pair(pair).aligned
        return [*self.roles(pair, options).values(), *([aligned] if aligned else [])]

    def test_set(self, pair: str, side: Side) -> Resource:
        """The labelled sentences that a cell of the pair is scored on, of one side's language.

        Raises:
            UserError: unknown pair; the nearest is offered.
        """
        return self._pair(pair).test if side == "target" else self.tables.source_test

    def roles(self, pair: str, options: DataConfig) -> dict[str, Resource]:
        """Role -> resource, of all that decides a pair's numbers; gold word alignments are left out.

        Raises:
            UserError: unknown pair or translation; the nearest is offered.
        """
        tables, table = self.tables, self._pair(pair)
        chosen = options.translation or next(iter(table.translations), None)
        if chosen is not None and chosen not in table.translations:
            raise suggest(chosen, list(table.translations), f"translation of {pair} in suite '{self.name}'")
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
        """Slot -> roles of the resources that it is made of, for every slot that the suite gives for the pair.

        Raises:
            UserError: unknown pair or translation.
        """
        given = self.roles(pair, options)
        found: dict[Need, tuple[str, ...]] = {}
        for name in get_args(Need):
            roles = _SLOT_ROLES.get(name, (name.replace("-", "_"),))
            if name == "target-text" and "target_text" not in given:
                roles = ("parallel",)
            if all(role in given for role in roles) and (name != "links" or _has_links(given["parallel"])):
                found[name] = roles
        return found

    def fingerprints(self, pair: str, options: DataConfig, source: DataSource) -> dict[str, str]:
        """Role -> sha256 of the parsed content of its resource: the pinned one, else that of what is there.

        Raises:
            UserError: unknown pair or translation, or a resource that is not pinned cannot be read.
        """
        return {role: source.checksum(resource) for role, resource in self.roles(pair, options).items()}

    def fingerprint(self, pair: str, options: DataConfig, source: DataSource) -> dict[str, str]:
        """The same by the names of the resources."""
        roles = self.roles(pair, options)
        return {roles[role].name: sha256 for role, sha256 in self.fingerprints(pair, options, source).items()}

    def label_policy(self, pair: str, options: DataConfig, source: DataSource) -> LabelPolicy:
        """What happens to entity types that the target does not have.

        Labels are read where the suite does not declare the types, and none of them is kept.

        Raises:
            UserError: unknown pair or translation, or data that is missing or wrong.
        """
        return self._loader(pair, options, source).policy

    def load_slots(
        self, pair: str, options: DataConfig, source: DataSource, names: Iterable[Need]
    ) -> SlotData:
        """What the slots of these names hold, after the label policy; nothing of a test set or of the target's labels.

        Raises:
            UserError: unknown pair, translation or slot, a slot that the suite does not give, or data that is missing,
                malformed, not what is pinned, or holds an entity type that is not declared.
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
        """The words of both test sets; their labels are read, checked and not kept.

        Raises:
            UserError: as `load_test`.
        """
        sets = self.load_test(pair, options, source)
        return UntaggedSets(*([sentence.words for sentence in side] for side in (sets.source, sets.target)))

    def load_test(self, pair: str, options: DataConfig, source: DataSource) -> TaggedSets:
        """The labelled test sets, that of the source after the label policy: to be called after prediction alone.

        Raises:
            UserError: unknown pair or translation, or data that is missing, malformed, not what is pinned, or holds an
                entity type that is not declared.
        """
        return self._loader(pair, options, source).test_sets()

    def load_target_dev(self, pair: str, options: DataConfig, source: DataSource) -> list[Sentence]:
        """Labelled target sentences for `recipe.select=target-dev` alone; empty where there are none.

        Raises:
            UserError: as `load_test`.
        """
        return self._loader(pair, options, source).target_dev()

    def load_aligned(self, pair: str, source: DataSource) -> tuple[SentencePair, ...]:
        """Sentence pairs with gold word alignments, for the diagnostics alone; empty where there are none.

        Raises:
            UserError: unknown pair, or data that is missing, malformed or not what is pinned.
        """
        aligned = self._pair(pair).aligned
        return tuple(source.load(aligned).content) if aligned else ()

    def load(self, pair: str, options: DataConfig, source: DataSource) -> PairData:
        """The data of a pair, checked against the pins, after the label policy.

        Raises:
            UserError: unknown pair or translation; data that is missing, malformed, not what is pinned, or
                holds an entity type that is not declared.
        """
        loader = self._loader(pair, options, source)
        given = loader.slots(self.slot_roles(pair, options))
        test = loader.test_sets()
        target_dev = loader.target_dev()
        slots = {name: given.slots.get(name, []) for name in SLOTS}
        return PairData(
            suite=self.name,
            pair=pair,
            types=given.policy.types,
            train=slots["labelled"],
            source_dev=slots["source-dev"],
            source_test=test.source,
            target_dev=target_dev,
            target_test=test.target,
            target_text=slots["target-text"],
            parallel=loader.parallel(),
            dictionary=slots["dictionary"],
            sha256=loader.sha256,
            notes=loader.notes,
            mapped_to_o=given.policy.mapped,
            aligned=self.load_aligned(pair, source),
            translated=slots["translated"],
            embeddings=slots["embeddings"] or None,
            entities=slots["entities"],
            monolingual=slots["monolingual"],
        )

    def _loader(self, pair: str, options: DataConfig, source: DataSource) -> PairLoader:
        table = self._pair(pair)
        return PairLoader(self.tables.types, table, self.roles(pair, options), options, source)

    def _pair(self, pair: str) -> PairTable:
        if pair not in self.tables.pairs:
            raise suggest(pair, list(self.pairs), f"pair of suite '{self.name}'")
        return self.tables.pairs[pair]


def load_suite(name_or_path: str) -> Suite:
    """A packaged suite by name, or a user's own by the path of its TOML file.

    Raises:
        UserError: there is no such suite or file, or it is wrong; the file and the key are named.
    """
    return Suite(read_suite(name_or_path))


def _has_links(resource: Resource) -> bool:
    return isinstance(resource.format, Parallel) and resource.format.has_links
