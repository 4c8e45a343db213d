"""How word lists, translations, word vectors and entity lists are read; see `formats` for what a format is."""

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
from wcabench.data.parallel import LinkForm, LinksOrder
from wcabench.data.slot_items import Embeddings
from wcabench.data.tokenise import Tokenise
from wcabench.data.translations import read_translated_columns, read_translated_tsv


@dataclass(frozen=True)
class Dictionary:
    """A bilingual word list: an entry a line, columns parted by tabs where there is one, else by spaces.

    Attributes:
        source_column: where the source word is, from 0; see `read_dictionary`.
        target_column: where the target word is.
        weight_column: where the weight of an entry is; not given: all weigh 1.
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
        """The entries, each once, in the file's order; those with an empty side are skipped."""
        del types
        columns = PairColumns(self.source_column, self.target_column)
        found = read_dictionary(files[0], columns, self.weight_column, self.encoding)
        return ReadContent(found.entries, found.skipped)


@dataclass(frozen=True)
class Translated:
    """Machine translations of the suite's labelled training sentences into the target language.

    Attributes:
        links_path: word alignments of a column file in Pharaoh format, one line a sentence.
        layout: "columns", a column file whose sentence i translates labelled sentence i, tags not looked at; or "tsv",
            number of the labelled sentence TAB translation.
        token_column: of a column file; see `ColumnForm`.
        comments: of a column file; see `ColumnForm`.
        number_column: of a TSV file, from 0; so are the others; see `read_translated_tsv`.
        target_column: column of the translation.
        links_column: column of the word alignment.
        first_number: number of the first labelled sentence in a TSV file, 0 or 1.
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
    first_number: int = 0
    links_order: LinksOrder = "source-target"
    first_word: int | None = None
    tokenise: Tokenise = "spaces"
    encoding: str | None = None

    @property
    def beside(self) -> tuple[Paths, ...]:
        """The links, where there are any."""
        return (self.links_path,) if self.links_path else ()

    @property
    def problem(self) -> str:
        """A key of the other layout, or a first number that is neither 0 nor 1."""
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
        """The translations with the numbers of their labelled sentences."""
        del types
        if self.layout == "columns":
            form = ColumnForm(self.token_column, self.comments, encoding=self.encoding)
            return ReadContent(*read_translated_columns(files[0], files[1] if files[1:] else None, form))
        return ReadContent(
            *read_translated_tsv(
                files[0],
                number_column=self.number_column,
                target_column=self.target_column,
                links_column=self.links_column,
                first_number=self.first_number,
                how=self.tokenise,
                encoding=self.encoding,
            )
        )


@dataclass(frozen=True)
class EmbeddingFiles:
    """Static word vectors: `path` holds those of the source language; see `wcabench.data.embeddings`.

    Attributes:
        target_path: those of the target language.
        max_words: words of each file that are read, from the first; not given: all.
    """

    kind: ClassVar[Kind] = "embeddings"
    target_path: Paths = ()
    max_words: int | None = None

    @property
    def beside(self) -> tuple[Paths, ...]:
        """The vectors of the target language."""
        return (self.target_path,) if self.target_path else ()

    @property
    def problem(self) -> str:
        """No vectors of the target language, or no word to read."""
        if not self.target_path:
            return "target_path is missing; name the vectors of the target language"
        few = self.max_words is not None and self.max_words < 1
        return f"max_words: {self.max_words} is not at least 1" if few else ""

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """The vectors of both languages."""
        del types
        source, target = (read_vectors(file, self.max_words) for file in files)
        return ReadContent(Embeddings(source, target))


@dataclass(frozen=True)
class EntityList:
    """A list of entities: `type TAB phrase`, or `type TAB phrase TAB language`.

    Attributes:
        type_column: where the entity type is, from 0; see `EntityColumns`.
        phrase_column: where the phrase is.
        language_column: where its language is; not given: the third column, if there are three.
        rename_types: "city=LOC" reads the type city as LOC; "city=" leaves such lines out.
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
        """A new name of a type that is none."""
        wrong = [one for one in self.rename_types if not one.partition("=")[0] or "=" not in one]
        return f"rename_types: '{wrong[0]}' is not OLD=NEW" if wrong else ""

    def read(self, files: Sequence[Path], types: Collection[str] | None = None) -> ReadContent:
        """The entities, each once."""
        return ReadContent(
            *read_entities(
                files[0],
                EntityColumns(self.type_column, self.phrase_column, self.language_column),
                types=types,
                renamed={old: new for old, _, new in (one.partition("=") for one in self.rename_types)},
                encoding=self.encoding,
            )
        )
