"""Resources: pieces of data, pinned by the sha256 of what is in them, and the places they are looked for.

A resource is looked for beside the user's suite that names it, in the data folder (`--data-dir`, else
`WCABENCH_DATA`), in the cache, and is then downloaded where that is allowed and the suite says from where.
"""

import hashlib
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from wcabench.data.canonical import Kind, content_sha256
from wcabench.data.download import default_cache, download, from_hub, from_url
from wcabench.data.files import expanded, is_file
from wcabench.data.formats import Columns, Format
from wcabench.data.guard import require_open
from wcabench.errors import UserError

ENVIRONMENT = "WCABENCH_DATA"
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
        name: what it is called in a cell's record: "nl-test", "en-nl-deepl".
        path: places below a data folder; the first that exists is taken, as distributions differ in names.
        format: how it is read.
        title: what it is, for people: "CoNLL-2002 Dutch test set".
        types: the entity types that may occur in its labels; None where its suite does not declare them.
        base: folder of the user's suite that `path` is also relative to; None in a packaged suite.
        sentences: number of sentences, pairs or entries that it holds; None where it is not pinned.
        sha256: of its parsed content, see `formats`; None where it is not pinned.
        licence: what one may do with it.
        page: where it is described.
        instructions: how to come by it.
        hint: likely cause where the content is another one.
        note: what a table must say that was made with it.
        url: where it may be downloaded.
        hub: dataset repository of the Hugging Face hub, with
        revision: the commit, and
        file: the file in it.
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
        """Of its content."""
        return self.format.kind

    @property
    def label(self) -> str:
        """For people: the title with the name that it has in tables and records."""
        return f"{self.title} ({self.name})" if self.title else self.name

    @property
    def candidates(self) -> tuple[tuple[str, ...], ...]:
        """The places as groups of files that belong together: source, target and links of line-parallel text."""
        return tuple(zip(self.path, *self.format.beside, strict=True))

    @property
    def writer(self) -> Callable[[IO[bytes]], None] | None:
        """What downloads it, if anything does."""
        if self.hub and self.revision and self.file:
            return from_hub(self.hub, self.revision, self.file)
        return from_url(self.url) if self.url else None


@dataclass(frozen=True)
class Loaded:
    """A resource as it was found and read.

    Attributes:
        content: sentences, pairs, or whatever its format gives.
        sha256: of the content.
        files: where it was read from.
        skipped: reason -> lines that were left out.
        doubt: one line, where the files may not mean what they were read as; else empty.
    """

    content: Any
    sha256: str
    files: tuple[Path, ...]
    skipped: dict[str, int]
    doubt: str = ""


@dataclass(frozen=True)
class DataSource:
    """Where data is looked for.

    Attributes:
        data_dir: the user's data folder; None takes the one that WCABENCH_DATA names, if it is set.
        offline: nothing is downloaded.
        cache: where downloads are kept; None is the user's cache folder.
    """

    data_dir: Path | None = None
    offline: bool = False
    cache: Path | None = None
    _checksums: dict[Any, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def folder(self) -> Path | None:
        """The data folder, if there is one.

        Raises:
            UserError: it does not exist.
        """
        named = self.data_dir or os.environ.get(ENVIRONMENT)
        if not named:
            return None
        folder = expanded(named)
        if not folder.is_dir():
            by = "--data-dir" if self.data_dir else ENVIRONMENT
            raise UserError(f"{by} {folder}: no such folder; name the folder that holds the data")
        return folder

    def locate(self, resource: Resource) -> tuple[Path, ...] | None:
        """The files of a resource on this machine: beside the suite, in the data folder, or in the cache.

        Raises:
            UserError: one of several files that belong together is missing.
        """
        roots = [root for root in (resource.base, self.folder) if root is not None]
        for root in roots:
            for names in resource.candidates:
                files = tuple(root / name for name in names)
                if is_file(files[0]):
                    _all_there(files)
                    return files
        cached = self._cached(resource)
        return (cached,) if is_file(cached) else None

    def load(self, resource: Resource, types: Collection[str] | None = None) -> Loaded:
        """Find, read and check a resource; download it where it is missing and that is allowed.

        Args:
            resource: what is wanted.
            types: the entity types that may occur, where the resource does not declare them; None allows any.

        Raises:
            UserError: it is missing, cannot be read, or is not what is pinned.
        """
        require_open(resource.label)
        files = self.locate(resource)
        if files is None:
            files = (self._fetch(resource),)
        return _read(resource, files, types)

    def checksum(self, resource: Resource) -> str:
        """The sha256 of a resource's content: the pinned one, else that of the files that are there.

        Files that were read before and did not change since are not read again.

        Raises:
            UserError: it is not pinned, and is missing or cannot be read.
        """
        if resource.sha256:
            return resource.sha256
        files = self.locate(resource)
        if files is None:
            return self.load(resource).sha256
        states = [file.stat() for file in files]
        key = resource.format, resource.types, files, tuple((one.st_size, one.st_mtime_ns) for one in states)
        if key not in self._checksums:
            self._checksums[key] = self.load(resource).sha256
        return self._checksums[key]

    def _fetch(self, resource: Resource) -> Path:
        if resource.writer is None or self.offline:
            raise self._missing(resource)
        place = self._cached(resource)
        download(resource.writer, place, lambda file: _check_download(resource, file))
        return place

    def _cached(self, resource: Resource) -> Path:
        """Named by what the file must hold: two suites share it, and a changed pin meets no old file."""
        last = resource.file or resource.path[0]
        pin = resource.sha256 or hashlib.sha256((resource.url or resource.name).encode()).hexdigest()
        return (self.cache or default_cache()) / "data" / pin[:16] / Path(last).name

    def _missing(self, resource: Resource) -> UserError:
        names = " or ".join(" with ".join(names) for names in resource.candidates)
        roots = [str(root) for root in (resource.base, self.folder) if root]
        where = (
            f"in {' and '.join(roots)}"
            if roots
            else f"(no data folder: give --data-dir or set {ENVIRONMENT})"
        )
        parts = [f"{resource.label} is missing: looked for {names} {where}"]
        if resource.writer is not None:
            parts.append(
                "it can be downloaded, but --offline forbids that: run `wcabench suite prepare` with a network"
            )
        parts += [f"sha256 of its content: {resource.sha256}"] if resource.sha256 else []
        parts += [f"licence: {resource.licence}"] if resource.licence else []
        parts += [f"get it: {resource.instructions}"] if resource.instructions else []
        parts += [f"see {resource.page}"] if resource.page else []
        return UserError("; ".join(parts))


def _all_there(files: tuple[Path, ...]) -> None:
    for file in files:
        if not is_file(file):
            raise UserError(f"{file} is missing, which belongs to {files[0]}; put it there")


def _check_download(resource: Resource, file: Path) -> None:
    try:
        _read(resource, (file,), None)
    except UserError as error:
        raise UserError(f"downloaded from {resource.hub or resource.url}, and not kept: {error}") from error


def _read(resource: Resource, files: tuple[Path, ...], types: Collection[str] | None) -> Loaded:
    read = resource.format.read(files, resource.types or types)
    sha256 = content_sha256(resource.kind, read.content)
    if resource.sha256 not in (None, sha256) or resource.sentences not in (None, len(read.content)):
        raise _wrong(resource, files, len(read.content), sha256)
    return Loaded(read.content, sha256, files, read.skipped, read.doubt)


def _wrong(resource: Resource, files: tuple[Path, ...], count: int, sha256: str) -> UserError:
    """The error for content that is not the pinned one, with its likely cause."""
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
