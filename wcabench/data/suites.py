"""Suites: language pairs with their data and settings, packaged under tasks/ or in a user's own TOML file."""

import importlib.resources
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig
from wcabench.contract import Sentence, SentencePair, Words
from wcabench.data.labels import LabelPolicy, label_policy, observed_types
from wcabench.data.resources import DataSource, Loaded, Resource
from wcabench.data.sentences import PairData
from wcabench.data.suite_tables import PairTable, SuiteTables, parse_suite
from wcabench.errors import UserError, suggest
from wcabench.registry import canonical

PACKAGE = "wcabench.tasks"
FILE = "suite.toml"
CORPUS = "corpus"


@dataclass(frozen=True)
class Suite:
    """A suite as its file describes it; no data is read before `load` or, unless pinned, `fingerprint`."""

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
        return [*self._parts(pair, options).values(), *([aligned] if aligned else [])]

    def test_set(self, pair: str, side: Literal["target", "source"]) -> Resource:
        """The labelled sentences that a cell of the pair is scored on, of one side's language.

        Raises:
            UserError: unknown pair; the nearest is offered.
        """
        return self._pair(pair).test if side == "target" else self.tables.source_test

    def fingerprint(self, pair: str, options: DataConfig, source: DataSource) -> dict[str, str]:
        """Name of each resource -> sha256 of its parsed content: the pinned one, else that of what is there.

        Gold word alignments are left out: they decide no score.

        Raises:
            UserError: unknown pair or translation, or a resource that is not pinned cannot be read.
        """
        parts = self._parts(pair, options).values()
        return {one.name: one.sha256 or source.load(one).sha256 for one in parts}

    def fingerprints(self, pair: str, options: DataConfig, source: DataSource) -> dict[str, str]:
        """Role of each resource that decides a number -> sha256 of its parsed content; see `fingerprint`."""
        parts = self._parts(pair, options)
        return {role: one.sha256 or source.load(one).sha256 for role, one in parts.items()}

    def label_policy(self, pair: str, options: DataConfig, source: DataSource) -> LabelPolicy:
        """What happens to types that the target lacks; labels are read where the suite does not declare their types."""
        table, parts = self._pair(pair), self._parts(pair, options)
        types = self.tables.types or observed_types(_content({"train": source.load(parts["train"])}, "train"))
        target_types = table.types or self.tables.types
        if target_types is None:
            labelled: dict[str, Loaded] = {
                role: source.load(parts[role], types)
                for role in ("target_test", "target_dev")
                if role in parts
            }
            target_types = observed_types(
                _content(labelled, "target_test") + _content(labelled, "target_dev")
            )
        return label_policy(options.labels, types, target_types)

    def load(self, pair: str, options: DataConfig, source: DataSource) -> PairData:
        """The data of a pair, checked against the pins, after the label policy.

        Raises:
            UserError: unknown pair or translation; data that is missing, malformed, not what is pinned, or
                holds an entity type that is not declared.
        """
        table, parts = self._pair(pair), self._parts(pair, options)
        loaded = {"train": source.load(parts["train"])}
        types = self.tables.types or observed_types(_content(loaded, "train"))
        for role, resource in parts.items():
            if role != "train":
                loaded[role] = source.load(resource, types)
        target_types = self._target_types(
            table, _content(loaded, "target_test") + _content(loaded, "target_dev")
        )
        policy = label_policy(options.labels, types, target_types)
        pairs: list[SentencePair] = _content(loaded, "parallel")
        text: list[Words] = _content(loaded, "target_text")
        return PairData(
            suite=self.name,
            pair=pair,
            types=policy.types,
            train=policy.apply(_content(loaded, "train")),
            source_dev=policy.apply(_content(loaded, "source_dev")),
            source_test=policy.apply(_content(loaded, "source_test")),
            target_dev=_content(loaded, "target_dev"),
            target_test=_content(loaded, "target_test"),
            target_text=text or [one.target for one in pairs],
            parallel=pairs,
            dictionary=_content(loaded, "dictionary"),
            sha256={parts[role].name: one.sha256 for role, one in loaded.items()},
            notes=_notes(table, parts, policy),
            mapped_to_o=policy.mapped,
            aligned=_pairs(source.load(table.aligned)) if table.aligned else (),
        )

    def _pair(self, pair: str) -> PairTable:
        if pair not in self.tables.pairs:
            raise suggest(pair, list(self.pairs), f"pair of suite '{self.name}'")
        return self.tables.pairs[pair]

    def _parts(self, pair: str, options: DataConfig) -> dict[str, Resource]:
        """The resources that decide a pair's numbers, by the part that they play in `PairData`."""
        tables, table = self.tables, self._pair(pair)
        chosen = options.translation or next(iter(table.translations), None)
        if chosen is not None and chosen not in table.translations:
            raise suggest(chosen, list(table.translations), f"translation of {pair} in suite '{self.name}'")
        parts = {
            "train": tables.train,
            "source_dev": tables.source_dev,
            "source_test": tables.source_test,
            "target_dev": table.dev,
            "target_test": table.test,
            "target_text": table.text,
            "parallel": table.translations.get(chosen or ""),
            "dictionary": table.dictionary,
        }
        return {role: resource for role, resource in parts.items() if resource is not None}

    def _target_types(self, table: PairTable, labelled: list[Sentence]) -> Collection[str]:
        return table.types or self.tables.types or observed_types(labelled)


def suite_names() -> list[str]:
    """The packaged suites."""
    root = importlib.resources.files(PACKAGE)
    return sorted(
        folder.name for folder in root.iterdir() if folder.is_dir() and folder.joinpath(FILE).is_file()
    )


def load_suite(name_or_path: str) -> Suite:
    """A packaged suite by name, or a user's own by the path of its TOML file.

    Raises:
        UserError: there is no such suite or file, or it is wrong; the file and the key are named.
    """
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        return _from_file(Path(name_or_path).expanduser())
    known = {canonical(name): name for name in suite_names()}
    if canonical(name_or_path) not in known:
        raise suggest(
            name_or_path, list(known.values()), "suite (a file of your own is written as PATH.toml)"
        )
    folder = importlib.resources.files(PACKAGE).joinpath(known[canonical(name_or_path)])

    def read(file: str) -> str:
        return folder.joinpath(file).read_text(encoding="utf-8")

    # An embedded corpus lies beside its suite's file; other suites have nothing there to look for.
    embedded = folder.joinpath(CORPUS).is_dir()
    base = Path(str(folder)) if embedded else None
    return Suite(parse_suite(read(FILE), f"tasks/{folder.name}/{FILE}", read, base))


def _from_file(path: Path) -> Suite:
    def read(file: Path) -> str:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(f"suite {file}: cannot be read: {reason}; wanted a TOML file in UTF-8") from error

    base = path.parent.absolute()
    return Suite(parse_suite(read(path), str(path), lambda name: read(path.parent / name), base))


def _pairs(loaded: Loaded) -> tuple[SentencePair, ...]:
    return tuple(one for one in loaded.content if isinstance(one, SentencePair))


def _content(loaded: dict[str, Loaded], role: str) -> Any:
    """What was read for that part; nothing where the suite names no such resource."""
    return loaded[role].content if role in loaded else []


def _notes(table: PairTable, parts: dict[str, Resource], policy: LabelPolicy) -> tuple[str, ...]:
    notes = [*table.notes, *(resource.note for resource in parts.values()), policy.note]
    return tuple(dict.fromkeys(note for note in notes if note))
