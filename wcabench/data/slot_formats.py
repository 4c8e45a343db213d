"""Formats of word lists, translations, word vectors and entity lists; `formats` explains what a format is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from wcabench.data.canonical import Kind
from wcabench.data.column_lines import ColumnForm, Comments
from wcabench.data.dictionaries import read_dictionary
from wcabench.data.embeddings import read_vectors
from wcabench.data.entity_lists import EntityColumns, read_entities
from wcabench.data.formats import Paths, ReadContent, unused
from wcabench.data.line_pairs import PairColumns
from wcabench.data.link_form import LinkForm, LinksOrder
from wcabench.data.slot_items import Embeddings
from wcabench.data.tokenise import Tokenise
from wcabench.data.translations import doubt_of, read_translated_columns, read_translated_tsv


@dataclass(frozen=True)
class Dictionary:
    """A bilingual word list: one entry a line, columns separated by tabs if the first line has one, else by spaces.

    Attributes:
        source_column: column of the source word, from 0; see `read_dictionary`.
        target_column: column of the target word.
        weight_column: column of the weight; None: all entries have weight 1.
        encoding: see `read_lines`.
    """

    kind: ClassVar[Kind] = "dictionary"
    beside: ClassVar[tuple[Paths, ...]] = ()
    problem: ClassVar[str] = ""
    source_column: int | None = None
    target_column: int | None = None
    weight_column: int | None = None
    encoding: str | None = None

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """Read the distinct entries in the file's order; entries with an empty side are skipped."""
        del types
        columns = PairColumns(self.source_column, self.target_column)
        word_list = read_dictionary(files[0], columns, self.weight_column, self.encoding)
        return ReadContent(word_list.entries, word_list.skipped)


@dataclass(frozen=True)
class Translated:
    """Machine translations of the suite's labelled training sentences into the target language.

    Attributes:
        links_path: file of a column file's word alignments in Pharaoh format, one line for each sentence.
        layout: "columns" for a column file whose sentence i translates labelled sentence i (tags are ignored), or "tsv"
            for lines "number of the labelled sentence TAB translation".
        token_column: of a column file; see `ColumnForm`.
        comments: of a column file; see `ColumnForm`.
        number_column: column of the number in a TSV file, from 0; see `read_translated_tsv`.
        target_column: column of the translation.
        links_column: column of the word alignment.
        first_number: number of the first labelled sentence in a TSV file, 0 or 1; None is 0, with a doubt if no
            translation has the number 0.
        links_order: which side the first number of a link belongs to.
        first_word: number of the first word in the links, 0 or 1.
        tokenise: of a TSV file; see `wcabench.data.tokenise`.
        encoding: see `read_lines`.
    """

    kind: ClassVar[Kind] = "translated"
    links_path: Paths = ()
    layout: Literal["columns", "tsv"] = "columns"
    token_column: int | None = None
    comments: Comments = "auto"
    number_column: int = 0
    target_column: int = 1
    links_column: int | None = None
    first_number: int | None = None
    links_order: LinksOrder = "source-target"
    first_word: int | None = None
    tokenise: Tokenise = "spaces"
    encoding: str | None = None

    @property
    def beside(self) -> tuple[Paths, ...]:
        """The files of the links, if there are any."""
        return (self.links_path,) if self.links_path else ()

    @property
    def problem(self) -> str:
        """Says which key belongs to the other layout, or is a first number other than 0 and 1."""
        for name in ("first_number", "first_word"):
            if getattr(self, name) not in (None, 0, 1):
                return f"{name}: {getattr(self, name)} is not 0 or 1"
        of_tsv = ("number_column", "target_column", "links_column", "first_number", "tokenise")
        return unused(
            self, of_tsv if self.layout == "columns" else ("token_column", "comments", "links_path")
        )

    @property
    def links(self) -> LinkForm:
        """How the word alignments are written."""
        return LinkForm(self.links_order, self.first_word)

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """Read the translations with the numbers of their labelled sentences."""
        del types
        if self.layout == "columns":
            form = ColumnForm(self.token_column, self.comments, encoding=self.encoding)
            found = read_translated_columns(files[0], files[1] if files[1:] else None, form)
        else:
            found = read_translated_tsv(
                files[0],
                number_column=self.number_column,
                target_column=self.target_column,
                links_column=self.links_column,
                first_number=self.first_number or 0,
                how=self.tokenise,
                encoding=self.encoding,
            )
        doubt = doubt_of(found[0], self.links, self.first_number, every=self.layout == "columns")
        return ReadContent(*found, doubt)


@dataclass(frozen=True)
class EmbeddingFiles:
    """Static word vectors in two files, `path` for the source language; see `wcabench.data.embeddings`.

    Attributes:
        target_path: file of the target language's vectors.
        max_words: number of words of each file that are read, from the first; None: all.
    """

    kind: ClassVar[Kind] = "embeddings"
    target_path: Paths = ()
    max_words: int | None = None

    @property
    def beside(self) -> tuple[Paths, ...]:
        """The files of the target language's vectors."""
        return (self.target_path,) if self.target_path else ()

    @property
    def problem(self) -> str:
        """Says that the target language's vectors are missing, or that `max_words` is below 1."""
        if not self.target_path:
            return "target_path is missing; name the vectors of the target language"
        few = self.max_words is not None and self.max_words < 1
        return f"max_words: {self.max_words} is not at least 1" if few else ""

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """Read the vectors of both languages."""
        del types
        source, target = (read_vectors(file, self.max_words) for file in files)
        return ReadContent(Embeddings(source, target))


@dataclass(frozen=True)
class EntityList:
    """A list of entities: `type TAB phrase`, or `type TAB phrase TAB language`.

    Attributes:
        type_column: column of the entity type, from 0; see `EntityColumns`.
        phrase_column: column of the phrase.
        language_column: column of its language; None: the third column, if there are three.
        rename_types: "city=LOC" reads the type city as LOC; "city=" leaves lines of that type out.
        encoding: see `read_lines`.
    """

    kind: ClassVar[Kind] = "entities"
    beside: ClassVar[tuple[Paths, ...]] = ()
    type_column: int | None = None
    phrase_column: int | None = None
    language_column: int | None = None
    rename_types: tuple[str, ...] = ()
    encoding: str | None = None

    @property
    def problem(self) -> str:
        """Says which entry of `rename_types` is malformed."""
        wrong = [entry for entry in self.rename_types if not entry.partition("=")[0] or "=" not in entry]
        return f"rename_types: '{wrong[0]}' is not OLD=NEW" if wrong else ""

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """Read the distinct entities."""
        return ReadContent(
            *read_entities(
                files[0],
                EntityColumns(self.type_column, self.phrase_column, self.language_column),
                types=types,
                renamed={old: new for old, _, new in (entry.partition("=") for entry in self.rename_types)},
                encoding=self.encoding,
            )
        )
