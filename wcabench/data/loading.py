"""Loads the data of one language pair: slots (without test labels), test sets, and notes for tables."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wcabench.config import DataConfig
from wcabench.contract import SLOTS, Need, Sentence, SentencePair, Words
from wcabench.data.data_source import DataSource
from wcabench.data.labels import LabelPolicy, label_policy, observed_types
from wcabench.data.resources import Loaded, Resource
from wcabench.data.sentences import PairData
from wcabench.data.slot_formats import Translated
from wcabench.data.slot_items import TranslatedSentence
from wcabench.data.suite_tables import PairTable
from wcabench.data.translations import joined


@dataclass(frozen=True)
class SlotData:
    """The content of some slots of a language pair, after the label policy.

    Attributes:
        slots: name of the slot -> its content; see `wcabench.contract.SLOTS`.
        policy: the label policy with the entity types in use.
        sha256: name of each resource that was read -> sha256 of its parsed content.
        notes: notes that every table with results on these slots must show.
    """

    slots: dict[str, Any]
    policy: LabelPolicy
    sha256: dict[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class UntaggedSets:
    """The words of both test sets."""

    source: list[Words]
    target: list[Words]


@dataclass(frozen=True)
class TaggedSets:
    """The labelled sentences of both test sets."""

    source: list[Sentence]
    target: list[Sentence]


class PairLoader:
    """Reads the resources of a pair, and caches each of them.

    Args:
        declared: the entity types that the suite declares; None: those of its training labels.
        table: the pair's table in the suite.
        roles: role -> resource; see `wcabench.data.suites.Suite.roles`.
        options: choices about the data.
        source: finds and reads resources.
    """

    def __init__(
        self,
        declared: tuple[str, ...] | None,
        table: PairTable,
        roles: Mapping[str, Resource],
        options: DataConfig,
        source: DataSource,
    ) -> None:
        self._declared, self._table, self._roles = declared, table, roles
        self._options, self._source = options, source
        self._loaded: dict[str, Loaded] = {}

    @cached_property
    def types(self) -> Collection[str]:
        """The entity types of the suite, before the label policy."""
        return self._declared or observed_types(self._content("train"))

    @cached_property
    def policy(self) -> LabelPolicy:
        """The label policy of the pair.

        Raises:
            UserError: labels that are read to find the entity types are missing or wrong.
        """
        target = self._table.types or self._declared
        if target is None:
            target = observed_types(self._content("target_test") + self._content("target_dev"))
        return label_policy(self._options.labels, self.types, target)

    @property
    def sha256(self) -> dict[str, str]:
        """Name of each resource that was read -> sha256 of its content."""
        return {
            self._roles[role].name: self._loaded[role].sha256 for role in self._roles if role in self._loaded
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes that every table with results on the resources read so far must show."""
        read = [(self._roles[role], self._loaded[role]) for role in self._roles if role in self._loaded]
        notes = [*self._table.notes, *(resource.note for resource, _ in read), self.policy.note]
        notes += [note for resource, loaded in read for note in _left_out(resource, loaded)]
        return tuple(dict.fromkeys(note for note in notes if note))

    def slots(self, roles: Mapping[Need, tuple[str, ...]]) -> SlotData:
        """Return the content of slots.

        Args:
            roles: slot -> roles of its resources; see `wcabench.data.suites.Suite.slot_roles`.

        Raises:
            UserError: data is missing or wrong.
        """
        slots: dict[str, Any] = {name: self._slot(name, own) for name, own in roles.items()}
        return SlotData(slots, self.policy, self.sha256, self.notes)

    def test_sets(self) -> TaggedSets:
        """Return both labelled test sets; the label policy is applied to the source's.

        Raises:
            UserError: data is missing or wrong.
        """
        return TaggedSets(self.policy.apply(self._content("source_test")), self._content("target_test"))

    def target_dev(self) -> list[Sentence]:
        """Return the target's labelled development set; empty if there is none.

        Raises:
            UserError: data is missing or wrong.
        """
        return list(self._content("target_dev"))

    def parallel(self) -> list[SentencePair]:
        """Return the sentence pairs with the links that came with them; empty if there are none.

        Raises:
            UserError: data is missing or wrong.
        """
        return list(self._content("parallel"))

    def pair_data(
        self,
        suite: str,
        pair: str,
        roles: Mapping[Need, tuple[str, ...]],
        aligned: tuple[SentencePair, ...],
    ) -> PairData:
        """Return all data of the pair.

        Args:
            suite: the suite's name.
            pair: the pair's name.
            roles: slot -> roles of its resources, for every slot that the suite has for the pair.
            aligned: the sentence pairs with gold word alignments.

        Raises:
            UserError: data is missing or wrong.
        """
        given = self.slots(roles)
        test = self.test_sets()
        target_dev = self.target_dev()
        slots = {name: given.slots.get(name, []) for name in SLOTS}
        return PairData(
            suite=suite,
            pair=pair,
            types=given.policy.types,
            train=slots["labelled"],
            source_dev=slots["source-dev"],
            source_test=test.source,
            target_dev=target_dev,
            target_test=test.target,
            target_text=slots["target-text"],
            parallel=self.parallel(),
            dictionary=slots["dictionary"],
            sha256=self.sha256,
            notes=self.notes,
            mapped_to_o=given.policy.mapped,
            aligned=aligned,
            translated=slots["translated"],
            embeddings=slots["embeddings"] or None,
            entities=slots["entities"],
            monolingual=slots["monolingual"],
        )

    def _slot(self, name: Need, roles: tuple[str, ...]) -> Any:
        content = self._content(roles[-1])
        if name in ("labelled", "source-dev"):
            return self.policy.apply(content)
        if name == "parallel":
            return [SentencePair(pair.source, pair.target) for pair in content]
        if name == "links":
            return [pair.links for pair in content]
        if name == "target-text" and roles == ("parallel",):
            return [pair.target for pair in content]
        if name == "translated":
            return self._translated(content)
        if name == "entities":
            return [entity for entity in content if entity.type not in self.policy.dropped]
        return content

    def _translated(self, content: Any) -> list[TranslatedSentence]:
        form = self._roles["translated"].format
        if not isinstance(form, Translated):
            raise TypeError(f"translated is read by {type(form).__name__}")
        labelled = self.policy.apply(self._content("train"))
        return joined(content, labelled, form.links, every=form.layout == "columns")

    def _content(self, role: str) -> Any:
        """Return the content of a role's resource; empty if the suite has no such resource."""
        if role not in self._roles:
            return []
        if role not in self._loaded:
            types = None if role == "train" else self.types
            self._loaded[role] = self._source.load(self._roles[role], types)
        return self._loaded[role].content


def _left_out(resource: Resource, loaded: Loaded) -> list[str]:
    """Return notes on a resource: skipped lines of sentence pairs, and a doubt about how the files were read."""
    notes = [f"{resource.name}: {loaded.doubt}"] if loaded.doubt else []
    if loaded.skipped and resource.kind in ("parallel", "translated"):
        count = sum(loaded.skipped.values())
        why = ", ".join(f"{reason}: {lines}" for reason, lines in loaded.skipped.items())
        notes.append(f"{resource.name}: {count} of {count + len(loaded.content)} lines left out ({why})")
    return notes
