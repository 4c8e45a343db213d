"""Finds the files of resources on this machine, or downloads them.

A resource is searched for in the folder of its suite's file, in the data folder (`--data-dir`, else `WCABENCH_DATA`)
and in the cache. If it is in none of them, it is downloaded, if that is allowed and the suite says from where.
"""

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from wcabench.data.download import default_cache, download
from wcabench.data.files import expanded, is_file
from wcabench.data.guard import require_open
from wcabench.data.resources import Loaded, Resource, read_pinned
from wcabench.errors import UserError

ENVIRONMENT = "WCABENCH_DATA"


@dataclass(frozen=True)
class DataSource:
    """Finds, downloads and reads resources.

    Attributes:
        data_dir: the user's data folder; None: the folder in WCABENCH_DATA, if that is set.
        offline: whether downloads are forbidden.
        cache: folder of downloads; None: the user's cache folder.
    """

    data_dir: Path | None = None
    offline: bool = False
    cache: Path | None = None
    _checksums: dict[Any, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def folder(self) -> Path | None:
        """The data folder; None if none is given.

        Raises:
            UserError: the folder does not exist.
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
        """Find the files of a resource in the suite's folder, the data folder or the cache; None if there are none.

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
        """Find, read and check a resource; if it is missing, download it where that is allowed.

        Args:
            resource: the resource.
            types: the entity types that may occur, if the resource does not declare them; None allows any.

        Raises:
            UserError: the resource is missing, cannot be read, or is not the pinned content.
        """
        require_open(resource.label)
        files = self.locate(resource)
        if files is None:
            files = (self._fetch(resource),)
        return read_pinned(resource, files, types)

    def checksum(self, resource: Resource) -> str:
        """Return the sha256 of a resource's content: the pinned one, else that of the available files.

        Files that did not change since an earlier call are not read again.

        Raises:
            UserError: the resource is not pinned, and is missing or cannot be read.
        """
        if resource.sha256:
            return resource.sha256
        files = self.locate(resource)
        if files is None:
            return self.load(resource).sha256
        states = [file.stat() for file in files]
        key = (
            resource.format,
            resource.types,
            files,
            tuple((state.st_size, state.st_mtime_ns) for state in states),
        )
        if key not in self._checksums:
            self._checksums[key] = self.load(resource).sha256
        return self._checksums[key]

    def _fetch(self, resource: Resource) -> Path:
        if resource.writer is None or self.offline:
            raise self._missing(resource)
        cached = self._cached(resource)
        download(resource.writer, cached, lambda file: _check_download(resource, file))
        return cached

    def _cached(self, resource: Resource) -> Path:
        """Return the path of a download in the cache.

        It contains the pinned sha256, so that suites share files, and a changed pin never finds an old file.
        """
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
        read_pinned(resource, (file,), None)
    except UserError as error:
        raise UserError(f"downloaded from {resource.hub or resource.url}, and not kept: {error}") from error
