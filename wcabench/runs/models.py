"""The store of models: each is trained once, by whoever needs it first, and loaded by all others.

Layout: `ROOT/.models/<key>/` holds model.json (what was trained, and at what cost) and the weights. Weights stay while
a run that is under way needs them, longer with --keep.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench.contract import Method, Tagger
from wcabench.data.files import open_regular
from wcabench.errors import UserError
from wcabench.runs.keys import PlannedModel, TrainingContext, plan_required
from wcabench.runs.locks import LOCKS
from wcabench.runs.record import LARGEST_RECORD, STAGES, plain
from wcabench.runs.schema import Fields, Flag, ListOf, MapOf, Nullable, Number, String
from wcabench.runs.store import PARTIAL, Store, remove
from wcabench.runs.stored_json import read_json

if TYPE_CHECKING:
    from wcabench.nn.bench import NetworkBench

MODELS, RECORD = ".models", "model.json"
LARGEST_LEASE = 16 << 20  # bytes
CHECKSUMS = "checksums"  # name in the record of {file of the model: sha256}
_CLAIM = Fields({"keys": ListOf(String()), "keep": Flag()})
_SCHEMA = Fields(
    {
        "config": Fields(),
        "stages": STAGES,
        "diagnostics": Fields(),
        "seconds": Number(0),
        CHECKSUMS: MapOf(String()),
    },
    {
        "timings": MapOf(Number(0)),
        "peak_memory_mb": Nullable(Number(0)),
        "peak_device_memory_mb": Nullable(Number(0)),
    },
)


@dataclass(frozen=True)
class StoredModel:
    """A model that was trained.

    Attributes:
        tagger: ready to predict.
        record: its configuration, stages, diagnostics, seconds and memory.
        shared: whether the store had it; False where it was trained just now.
    """

    tagger: Tagger
    record: dict[str, Any]
    shared: bool


@dataclass(frozen=True)
class ModelStore:
    """The models of a results folder.

    Attributes:
        store: of the cells.
        keep: whether models stay once no run needs them.
    """

    store: Store
    keep: bool = False

    def folder(self, key: str) -> Path:
        """Where a model stands, or would."""
        return self.store.root / MODELS / key

    @contextmanager
    def lock(self, key: str, *, wait: bool) -> Iterator[bool]:
        """Hold a model: no other process trains it. Yields whether it is held."""
        with self.store.lock(f"model-{key}", wait=wait) as held:
            yield held

    def load(self, model: PlannedModel, device: str) -> StoredModel | None:
        """A model that is there whole; None where it has to be trained."""
        folder, context = self.folder(model.key), model.context
        if not os.path.lexists(folder / RECORD):
            return None
        from wcabench.nn.saving import load_network
        from wcabench.nn.tagger import NetworkTagger

        try:
            record = read_json(folder / RECORD, LARGEST_RECORD, _SCHEMA)
            if record["config"] != model.config or record[CHECKSUMS] != _checksums(folder):
                return None
            network = load_network(folder, context.encoder, context.recipe, device)
        except Exception:  # a damaged model may make its readers raise anything; it is trained anew
            return None
        return StoredModel(NetworkTagger(network, context.recipe), record, shared=True)

    def save(self, model: PlannedModel, tagger: Tagger, record: dict[str, Any]) -> None:
        """Keep a model that was just trained; one that no file can hold is not kept.

        Raises:
            StoreError: the results folder cannot be written.
        """
        if not hasattr(tagger, "save"):
            return
        from wcabench.nn.tagger import NetworkTagger

        if type(tagger) is not NetworkTagger:
            return
        partial = self.store.root / PARTIAL / f"model-{model.key}-{os.getpid()}-{secrets.token_hex(4)}"
        with self.store.writing():
            try:
                partial.mkdir(parents=True)
                tagger.save(partial)
                whole = {**plain(record), CHECKSUMS: _checksums(partial)}
                (partial / RECORD).write_text(json.dumps(whole) + "\n", encoding="utf-8")
                remove(self.folder(model.key))
                self.folder(model.key).parent.mkdir(exist_ok=True)
                partial.rename(self.folder(model.key))
            except UserError:  # features or a head of the method's own
                pass
            finally:
                remove(partial)

    @contextmanager
    def needed(self, keys: Iterable[str]) -> Iterator["Lease"]:
        """Meanwhile no other run removes these models; afterwards those that nobody needs are removed.

        A run that is cut short leaves its models and its claim: the same command goes on with the models, and another
        one removes both.
        """
        lease = Lease(self, tuple(keys), f"{os.getpid()}-{secrets.token_hex(4)}")
        with self.store.lock(f"lease-{lease.name}"):
            lease.write()
            self.remove_abandoned()
            yield lease
            lease.end()

    def remove_abandoned(self) -> None:
        """Remove the claims of runs that were killed, and the models that they would have removed at their end."""
        abandoned: set[str] = set()
        for file in (self.store.root / LOCKS).glob("lease-*.json"):
            with self.store.lock(file.stem) as ended:
                if ended:
                    claim = _claim(file)
                    abandoned.update(claim["keys"] if claim and not claim["keep"] else ())
                    with self.store.writing():
                        file.unlink(missing_ok=True)
        for key in abandoned:
            if os.path.lexists(self.folder(key)) and not self.needed_elsewhere(key, ""):
                with self.lock(key, wait=False) as held:
                    if held:
                        remove(self.folder(key))

    def needed_elsewhere(self, key: str, own: str) -> bool:
        """Whether another run that is under way has a lease on a model."""
        for file in (self.store.root / LOCKS).glob("lease-*.json"):
            name = file.stem.removeprefix("lease-")
            if name == own:
                continue
            with self.store.lock(f"lease-{name}") as ended:
                if ended:
                    continue
            claim = _claim(file)
            if claim is None or key in claim["keys"]:  # a claim that cannot be read may be on any model
                return True
        return False


def _claim(file: Path) -> dict[str, Any] | None:
    """What a run claims; None where its file cannot be read."""
    try:
        claim: dict[str, Any] = read_json(file, LARGEST_LEASE, _CLAIM)
    except UserError:
        return None
    return claim


def _checksums(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a model but its record.

    Raises:
        UserError: one is missing, a pipe, or cannot be read.
    """
    checksums = {}
    for file in sorted(folder.iterdir()):
        if file.name != RECORD:
            with open_regular(file) as stream:
                checksums[file.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return checksums


@dataclass(frozen=True)
class Lease:
    """One run's claim on the models that it needs.

    Attributes:
        models: the store.
        keys: of the models.
        name: of the claim.
    """

    models: ModelStore
    keys: tuple[str, ...]
    name: str

    @property
    def _file(self) -> Path:
        return self.models.store.root / LOCKS / f"lease-{self.name}.json"

    def write(self) -> None:
        """Tell other runs."""
        with self.models.store.writing():
            claim = {"keys": self.keys, "keep": self.models.keep}
            self._file.write_text(json.dumps(claim), encoding="utf-8")

    def drop(self, key: str) -> None:
        """Remove a model that this run needs no more, unless another one does or models are kept."""
        if self.models.keep or self.models.needed_elsewhere(key, self.name):
            return
        with self.models.lock(key, wait=False) as held:
            if held:
                remove(self.models.folder(key))

    def end(self) -> None:
        """Give up the claim; models that nobody else needs are removed."""
        with self.models.store.writing():
            self._file.unlink(missing_ok=True)
        for key in self.keys:
            if os.path.lexists(self.models.folder(key)):
                self.drop(key)


@dataclass(frozen=True)
class FittedModels:
    """Gives a method the taggers of the methods that it builds on: `bench.fitted`.

    Attributes:
        models: where they are kept.
        context: what decides the asking model, but for its method.
    """

    models: ModelStore
    context: TrainingContext

    def __call__(self, bench: "NetworkBench", method: Method) -> Tagger:
        """The tagger of a method; trained here where nobody has trained it yet."""
        from wcabench.nn.bench import train_without_store
        from wcabench.nn.stages import fitted_stage

        planned = plan_required(self.context, method)
        with self.models.lock(planned.key, wait=True):
            stored = self.models.load(planned, bench.device)
            if stored is None:
                tagger = train_without_store(bench, method)
                stage = bench.stages[-1]
                record = {
                    "config": planned.config,
                    "stages": stage["stages"],
                    "seconds": stage["seconds"],
                    "diagnostics": {},
                }
                self.models.save(planned, tagger, record)
                stage |= {"model": planned.key, "shared": False}
                return tagger
            stage = fitted_stage(method.info.name, stored.record["stages"], stored.record["seconds"])
            bench.stages.append({**stage, "model": planned.key, "shared": True})
            return stored.tagger
