"""Resources: pieces of a suite's data, read from their files and checked against the pinned sha256 of their content."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from wcabench.data.canonical import Kind, content_sha256
from wcabench.data.download import from_hub, from_url
from wcabench.data.formats import Columns, Format
from wcabench.errors import UserError

_ITEMS: dict[Kind, str] = {
    "columns": "sentences",
    "text": "sentences",
    "parallel": "pairs",
    "dictionary": "entries",
    "translated": "sentences",
    "entities": "entities",
    "embeddings": "words",
}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One piece of data of a suite.

    Attributes:
        name: its name in a cell's record: "nl-test", "en-nl-deepl".
        path: alternative paths below a data folder, because distributions differ in names; the first that exists is
            read.
        format: how its files are read.
        title: description for people: "CoNLL-2002 Dutch test set".
        types: the entity types that may occur in its labels; None if its suite does not declare them.
        base: folder of the suite's file, which is searched for `path` first; None in a packaged suite without a corpus.
        sentences: pinned number of sentences, pairs or entries; None: it is not pinned.
        sha256: pinned sha256 of its parsed content, see `canonical`; None: it is not pinned.
        licence: its licence.
        page: web page that describes it.
        instructions: how to get it.
        hint: likely cause if the content is not the pinned one.
        note: a note that tables with results on it must show.
        url: URL of a download.
        hub: dataset repository of a download from the Hugging Face hub.
        revision: commit of that repository.
        file: name of the file in that repository.
    """

    name: str
    path: tuple[str, ...]
    format: Format = field(default_factory=Columns)
    title: str = ""
    types: tuple[str, ...] | None = None
    base: Path | None = None
    sentences: int | None = None
    sha256: str | None = None
    licence: str = ""
    page: str = ""
    instructions: str = ""
    hint: str = ""
    note: str = ""
    url: str | None = None
    hub: str | None = None
    revision: str | None = None
    file: str | None = None

    @property
    def kind(self) -> Kind:
        """The kind of its content."""
        return self.format.kind

    @property
    def label(self) -> str:
        """The name for messages: title and name."""
        return f"{self.title} ({self.name})" if self.title else self.name

    @property
    def candidates(self) -> tuple[tuple[str, ...], ...]:
        """The alternative paths, each as a group of files that belong together (source, target and links)."""
        return tuple(zip(self.path, *self.format.beside, strict=True))

    @property
    def writer(self) -> Callable[[IO[bytes]], None] | None:
        """The function that downloads it; None if it cannot be downloaded."""
        if self.hub and self.revision and self.file:
            return from_hub(self.hub, self.revision, self.file)
        return from_url(self.url) if self.url else None


@dataclass(frozen=True)
class Loaded:
    """The parsed content of a resource.

    Attributes:
        content: sentences, pairs, or what else its format reads.
        sha256: sha256 of the content.
        files: the files that were read.
        skipped: reason -> number of lines that were left out.
        doubt: one line if the files may have been misread; else empty.
    """

    content: Any
    sha256: str
    files: tuple[Path, ...]
    skipped: dict[str, int]
    doubt: str = ""


def read_pinned(resource: Resource, files: tuple[Path, ...], types: Collection[str] | None) -> Loaded:
    """Read a resource's files and check the content against the pins.

    Args:
        resource: the resource.
        files: its files that belong together.
        types: the entity types that may occur, if the resource does not declare them; None allows any.

    Raises:
        UserError: a file cannot be read, or the content is not the pinned one.
    """
    read = resource.format.read(files, resource.types or types)
    sha256 = content_sha256(resource.kind, read.content)
    if resource.sha256 not in (None, sha256) or resource.sentences not in (None, len(read.content)):
        raise _wrong(resource, files, len(read.content), sha256)
    return Loaded(read.content, sha256, files, read.skipped, read.doubt)


def _wrong(resource: Resource, files: tuple[Path, ...], count: int, sha256: str) -> UserError:
    """Return the error for content that is not the pinned one, with its likely cause."""
    wanted = resource.sentences
    items = _ITEMS[resource.kind]
    if wanted is None or count == wanted:
        cause = "another version of the corpus, other tags, or another encoding"
    elif count < wanted:
        cause = "the file is cut short, or it is another version of the corpus"
    else:
        cause = "another version of the corpus, or more than this part of it"
    number = f"{items}" if wanted is None else f"{wanted} {items}"
    return UserError(
        f"{' and '.join(map(str, files))}: not the pinned content of {resource.label}: wanted {number} "
        f"with sha256 {resource.sha256 or 'of any value'}, got {count} with "
        f"{sha256}; likely cause: {cause}" + (f" ({resource.hint})" if resource.hint else "")
    )
