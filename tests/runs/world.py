"""A small world to run cells in: a suite of three sentences, and methods that answer, fail, dawdle or die.

Imported by the tests, and run as a script (`python world.py run ...`) where a test needs a real process: then
the world is in place of the real data and bench in the worker processes too, which import their parent's main
module.
"""

import importlib.metadata
import math
import os
import signal
import sys
import time
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __name__ == "__mp_main__" or __name__ == "__main__":
    sys.modules["wcabench_test_world"] = sys.modules[__name__]

from wcabench import registry
from wcabench.config import DataConfig, EncoderConfig, RecipeConfig
from wcabench.contract import MethodInfo, Sentence
from wcabench.data.labels import LabelPolicy
from wcabench.data.sentences import PairData
from wcabench.errors import UserError, suggest

COMMIT = "abc0" * 10
GOLD = [
    Sentence(("Ann", "saw", "Oslo"), ("B-PER", "O", "B-LOC")),
    Sentence(("it", "rained"), ("O", "O")),
    Sentence(("Bob", "Lee", "left"), ("B-PER", "I-PER", "O")),
]


@dataclass(frozen=True)
class DataSource:
    data_dir: Path | None = None
    offline: bool = False
    cache: Path | None = None


@dataclass(frozen=True)
class Suite:
    name: str = "toy"
    summary: str = "a toy"
    pairs: tuple[str, ...] = ("en-xx", "en-yy")
    encoder: EncoderConfig = field(default_factory=lambda: EncoderConfig("nowhere/enc", COMMIT))
    recipe: RecipeConfig = field(default_factory=RecipeConfig)
    data: DataConfig = field(default_factory=DataConfig)
    caption: str = "Three sentences, made up."

    def fingerprints(self, pair: str, options: DataConfig, source: DataSource) -> dict[str, str]:
        shas = {"train": "a" * 64, "source_dev": "9" * 64, "source_test": "5" * 64}
        return {**shas, "target_test": "b" * 64, "target_text": "e" * 64}

    def slot_roles(self, pair: str, options: DataConfig) -> dict[str, tuple[str, ...]]:
        return {"labelled": ("train",), "source-dev": ("source_dev",), "target-text": ("target_text",)}

    def roles(self, pair: str, options: DataConfig) -> dict[str, Any]:
        return {role: types.SimpleNamespace(name=role) for role in ("train", "source_dev", "target_text")}

    def load_slots(self, pair: str, options: DataConfig, source: DataSource, names: Any) -> Any:
        data = self.load(pair, options, source)
        slots = {name: data.slot(name) for name in names}
        return types.SimpleNamespace(slots=slots, policy=LabelPolicy(data.types), sha256=data.sha256)

    def load_target_dev(self, pair: str, options: DataConfig, source: DataSource) -> list[Sentence]:
        return GOLD

    def load_test_words(self, pair: str, options: DataConfig, source: DataSource) -> Any:
        data = self.load(pair, options, source)
        sets = {"target": data.target_test, "source": data.source_test}
        return types.SimpleNamespace(**{side: [s.words for s in part] for side, part in sets.items()})

    def label_policy(self, pair: str, options: DataConfig, source: DataSource) -> LabelPolicy:
        return LabelPolicy(("LOC", "PER"))

    def load(self, pair: str, options: DataConfig, source: DataSource) -> PairData:
        if os.environ.get("WORLD_NO_DATA") == pair:
            raise UserError(f"{pair}: test.conll is missing; put it into --data-dir")
        return PairData(
            suite=self.name,
            pair=pair,
            types=("LOC", "PER"),
            train=GOLD,
            source_dev=GOLD,
            source_test=GOLD[:2],
            target_dev=[],
            target_test=GOLD,
            target_text=[sentence.words for sentence in GOLD],
            parallel=[],
            dictionary=[],
            sha256=self.fingerprints(pair, options, source),
            notes=("a toy",),
        )

    def resources(self, pair: str, options: DataConfig) -> list[Any]:
        return []

    def translations(self, pair: str) -> tuple[str, ...]:
        return ()


def load_suite(name: str) -> Suite:
    if name != "toy":
        raise suggest(name, ["toy"], "suite")
    return Suite()


class Bench:
    """Trains nothing, and gives taggers the gold tags, which no bench has."""

    def __init__(
        self, data: Any, encoder: Any, recipe: Any, *, seed: int, device: str, progress: Any, fit_other: Any
    ):
        self.seed, self.device, self.progress = seed, device, progress
        self.pair = "-".join(data.languages) if data.languages else "all"
        self.gold = {sentence.words: list(sentence.tags) for sentence in GOLD}
        self.diagnostics = {"entropy": 0.5}
        loss = {"step": [1, 2], "total": [1.5, math.nan]}
        stage = {"name": "fit", "precision": "fp32", "steps": 2, "tokens": 9, "seconds": 0.1, "loss": loss}
        self.stages = [{**stage, "select": recipe.select}]

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Lookup:
    """Answers with the gold tags, but for the words that its options drop."""

    info = MethodInfo("lookup", "nobody 2020", {"labelled", "target-text"})
    drop: int = 0
    weight: float = 0.5
    kinds: tuple[str, ...] = ("a", "b")

    def fit(self, bench: Bench) -> Any:
        note_run(type(self).__name__.lower(), bench)
        for step in range(20):
            bench.progress("training", step + 1, 20)
        self.act(bench)
        return types.SimpleNamespace(
            predict=lambda sentences, side: [self.tags(bench, words) for words in sentences]
        )

    def act(self, bench: Bench) -> None:
        pass

    def tags(self, bench: Bench, words: tuple[str, ...]) -> list[str | None]:
        tags: list[str | None] = list(bench.gold[words])
        return [None] * self.drop + tags[self.drop :]


@dataclass(frozen=True)
class Raises(Lookup):
    """Fails in training."""

    info = MethodInfo("raises", "nobody 2020", {"target-text"})

    def act(self, bench: Bench) -> None:
        raise FloatingPointError("loss is NaN at step 3")


@dataclass(frozen=True)
class Dies(Lookup):
    """Takes its process with it."""

    info = MethodInfo("dies", "nobody 2020", {"target-text"})

    def act(self, bench: Bench) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Waits(Lookup):
    """Waits until the file WORLD_GATE exists."""

    info = MethodInfo("waits", "nobody 2020", {"target-text"})

    def act(self, bench: Bench) -> None:
        end = time.monotonic() + 30
        while not Path(os.environ["WORLD_GATE"]).exists() and time.monotonic() < end:
            time.sleep(0.02)


@dataclass(frozen=True)
class Interrupts(Lookup):
    """As if someone pressed Ctrl-C."""

    info = MethodInfo("interrupts", "nobody 2020", {"target-text"})

    def act(self, bench: Bench) -> None:
        raise KeyboardInterrupt


@dataclass(frozen=True)
class Short(Lookup):
    """Forgets a word."""

    info = MethodInfo("short", "nobody 2020", {"target-text"})

    def tags(self, bench: Bench, words: tuple[str, ...]) -> list[str | None]:
        return super().tags(bench, words)[1:]


@dataclass(frozen=True)
class Shared(Lookup):
    """Reads nothing of the target: one model for all pairs."""

    info = MethodInfo("shared", "nobody 2020", {"labelled"})


class Plain:
    """Not a dataclass: its options cannot be read."""

    info = MethodInfo("plain", "nobody 2020", {"target-text"})

    def fit(self, bench: Bench) -> None:
        pass


@dataclass(frozen=True)
class Spoils(Lookup):
    """Replaces code that others use: whoever runs in its process leaves one more word untagged. Of another package."""

    info = MethodInfo("spoils", "nobody 2020", {"target-text"})

    def act(self, bench: Bench) -> None:
        before = Lookup.tags

        def worse(self: Lookup, bench: Bench, words: tuple[str, ...]) -> list[str | None]:
            tags = before(self, bench, words)
            return [None] * (tags.count(None) + 1) + tags[tags.count(None) + 1 :]

        Lookup.tags = worse  # type: ignore[method-assign]


@dataclass(frozen=True)
class Leaves(Lookup):
    """Goes out by a way that is no Exception. Of another package."""

    info = MethodInfo("leaves", "nobody 2020", {"target-text"})
    way: str = "base"

    def act(self, bench: Bench) -> None:
        if self.way == "fork":
            os.fork()
        if self.way == "alarm":
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            time.sleep(5)
        if self.way == "exit":
            os._exit(0)
        if self.way == "interrupt":
            raise KeyboardInterrupt
        if self.way == "base":
            raise BaseException("neither an error nor an exit")


METHODS = {
    cls.info.name: cls for cls in (Lookup, Raises, Dies, Waits, Interrupts, Short, Shared, Spoils, Leaves)
}
PACKAGES = {"spoils": "stranger 2.0", "leaves": "stranger 2.0"}  # others pose as the built-in ones


def note_run(name: str, bench: Bench) -> None:
    """One line for every fit, so that a test can count them."""
    if "WORLD_LOG" in os.environ:
        with Path(os.environ["WORLD_LOG"]).open("a") as log:
            log.write(f"{name} {bench.pair} {bench.seed}\n")


def entries() -> dict[str, registry.RegisteredMethod]:
    points = {
        name: importlib.metadata.EntryPoint(name, f"wcabench_test_world:{cls.__name__}", registry.GROUP)
        for name, cls in METHODS.items()
    }
    points["plain"] = importlib.metadata.EntryPoint("plain", "wcabench_test_world:Plain", registry.GROUP)
    points["unimportable"] = importlib.metadata.EntryPoint("unimportable", "no_such_module:X", registry.GROUP)
    return {
        name: registry.RegisteredMethod(name, f"{PACKAGES.get(name, 'wcabench 1.0')}: {point.value}", point)
        for name, point in points.items()
    }


def modules() -> dict[str, types.ModuleType]:
    """Stand-ins for the real modules, by name."""
    contents: dict[str, dict[str, Any]] = {
        "wcabench.data.suites": {"load_suite": load_suite, "suite_names": lambda: ["toy"], "Suite": Suite},
        "wcabench.data.data_source": {"DataSource": DataSource},
        "wcabench.nn.precision": {
            "resolve_precision": lambda precision, device: precision.replace("auto", "fp32"),
            "resolve_device": lambda device: device.replace("auto", "cpu"),
        },
        "wcabench.nn.bench": {"NetworkBench": Bench},
        "wcabench.nn.probe": {"probe_encoder": lambda encoder, max_length: None},
    }
    stand_ins = {}
    for name, content in contents.items():
        stand_ins[name] = types.ModuleType(name)
        vars(stand_ins[name]).update(content)
    return stand_ins


def install(set_module: Any, set_attribute: Any) -> None:
    """Put the world in place.

    Args:
        set_module: called with (name, module) for `sys.modules`.
        set_attribute: called with (object, name, value).
    """
    import wcabench.data
    import wcabench.nn

    set_attribute(registry, "entries", entries)
    for name, module in modules().items():
        parent = wcabench.data if ".data." in name else wcabench.nn
        set_module(name, module)
        set_attribute(parent, name.rpartition(".")[2], module)


def fake_torch() -> Any:
    """A module in place of torch, which takes seconds to import."""
    torch: Any = types.ModuleType("torch")
    torch.set_num_threads = lambda n: setattr(torch, "threads", n)
    torch.get_num_threads = lambda: torch.threads
    torch.threads = 1
    torch.manual_seed = lambda seed: None
    torch.nn = types.SimpleNamespace(Module=types.SimpleNamespace)
    torch.cuda = types.SimpleNamespace(is_available=lambda: False)
    return torch


def install_for_processes() -> None:
    """Put the world in place in this process, for good."""
    sys.modules.setdefault("wcabench_test_world", sys.modules[__name__])
    install(sys.modules.__setitem__, setattr)
    sys.modules["torch"] = fake_torch()


if __name__ in ("__main__", "__mp_main__"):
    install_for_processes()

if __name__ == "__main__":
    from wcabench.cli import main

    main(prog_name="wcabench")
