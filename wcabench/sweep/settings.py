"""The settings that a sweep tries: methods with direction, layers, epsilon and threshold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wcabench import registry
from wcabench.config import build
from wcabench.errors import UserError
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.layers import layer_numbers
from wcabench.words import SYMMETRISATIONS

FASTALIGN = "fastalign"
EFLOMAL = "eflomal"  # for comparison, where it is installed; not a method of the benchmark
STATISTICAL = (FASTALIGN, EFLOMAL)
COUPLING_DIRECTIONS = ("forward", "reverse", "intersect")
EFLOMAL_DIRECTIONS = (*COUPLING_DIRECTIONS, "grow-diag-final-and")
# The methods' default, neighbouring values, and the exact plan (None).
EPSILONS: tuple[float | None, ...] = (0.05, 0.1, 0.01, None)
# wca-soft links all source units with a large share of a target unit's mass; wca-hard links only the largest.
SOFT = "wca-soft"
THRESHOLD = 0.3  # of 0.05 to 0.5 the best on the development pairs of mini en-de


@dataclass(frozen=True)
class Setting:
    """One way to link words.

    Attributes:
        method: "wca-hard", "fastalign", "eflomal".
        direction: one of `SYMMETRISATIONS`.
        layers: hidden states that a coupling reads, as in `layer_numbers`; empty for a statistical aligner.
        epsilon: weight of the plan's entropy; None: exact, or the method has no epsilon.
        entropic: whether the method has an epsilon.
        threshold: see `link_words`.
        reference: whether layers and epsilon are the method's defaults (or the first ones asked for); such a setting
            is shown in every table.
    """

    method: str
    direction: str
    layers: str = ""
    epsilon: float | None = None
    entropic: bool = False
    threshold: float | None = None
    reference: bool = True

    def applied(self, method: JointAlignment) -> JointAlignment:
        """Return the method with this epsilon; layers are selected when costs are read."""
        options: dict[str, Any] = {"epsilon": self.epsilon} if self.entropic else {}
        return dataclasses.replace(method, **options)

    @property
    def state(self) -> str:
        """Layers and epsilon as text; empty for a statistical aligner."""
        epsilon = "exact" if self.epsilon is None else f"ε {self.epsilon:g}"
        parts = [f"layers {self.layers}"] * bool(self.layers) + [epsilon] * self.entropic
        return ", ".join(parts)


@dataclass(frozen=True)
class Choice:
    """The settings that the user asked for; an empty tuple stands for the default range.

    Attributes:
        methods: names of the methods.
        directions: directions of each method.
        layers: layers of each coupling.
        epsilons: epsilons of each entropic coupling; None is the exact plan.
        threshold: threshold of `wca-soft`.
        options: method -> its options, as in `--set`.
    """

    methods: tuple[str, ...]
    directions: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    epsilons: tuple[float | None, ...] = ()
    threshold: float = THRESHOLD
    options: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)

    def method(self, name: str) -> Any:
        """Return the method with its options."""
        return build(registry.find(name).load(), self.options.get(name, {}), name)


def default_methods() -> list[str]:
    """Return the names of fast_align, of all installed coupling methods, and of eflomal if it is installed."""
    from wcabench.sweep.eflomal import installed

    names = [FASTALIGN] + [EFLOMAL] * installed()
    for name, entry in registry.entries().items():
        if name == FASTALIGN:
            continue
        try:
            method = entry.load()
        except UserError:
            continue  # `wcabench list methods` says what is broken
        if couples(method):
            names.append(name)
    return names


def couples(method: type[Any]) -> bool:
    """Whether a method can couple any pair, because it needs no preparation on a text."""
    return issubclass(method, JointAlignment) and method.prepare is JointAlignment.prepare


def check_method(name: str) -> str:
    """Return a method's name in its own spelling.

    Raises:
        UserError: the method is unknown, or does not link words.
    """
    if registry.canonical(name) == EFLOMAL:
        return EFLOMAL
    entry = registry.find(name)
    if entry.name != FASTALIGN and not couples(entry.load()):
        raise UserError(f"method '{entry.name}' couples no words; see the methods of `wcabench list methods`")
    return entry.name


def statistical(choice: Choice, name: str) -> list[Setting]:
    """Return the settings of fast_align or eflomal, one for each direction."""
    directions = choice.directions or (SYMMETRISATIONS if name == FASTALIGN else EFLOMAL_DIRECTIONS)
    return [Setting(name, direction) for direction in directions]


def coupled(choice: Choice, name: str, depth: int) -> list[Setting]:
    """Return the settings of a coupling method, the reference first.

    Args:
        choice: what was asked for.
        name: the method's name.
        depth: number of transformer layers of the encoder.
    """
    method = choice.method(name)
    entropic = hasattr(method, "epsilon")
    layers = choice.layers or _layers(method.layers, depth)
    epsilons = _epsilons(choice, method) if entropic else [None]
    threshold = choice.threshold if name == SOFT else None
    return [
        Setting(
            name, direction, spec, epsilon, entropic, threshold, (spec, epsilon) == (layers[0], epsilons[0])
        )
        for spec in layers
        for epsilon in epsilons
        for direction in choice.directions or COUPLING_DIRECTIONS
    ]


def check_settings(choice: Choice, depth: int) -> None:
    """Refuse settings that a method or an encoder of that depth does not have, before anything is run.

    Raises:
        UserError: the encoder lacks a layer, or a method refuses an option.
    """
    for name in choice.methods:
        if name in STATISTICAL:
            continue
        method = choice.method(name)
        for setting in coupled(choice, name, depth):
            layer_numbers(setting.layers, depth, f"{name}.layers")
            setting.applied(method)


def _layers(own: str, depth: int) -> Sequence[str]:
    """Return the method's own layers, then each hidden state by itself, the embeddings first."""
    return list(dict.fromkeys([own, *map(str, range(depth + 1))]))


def _epsilons(choice: Choice, method: Any) -> list[float | None]:
    """Return the epsilons asked for, or the default range: the method's own first, without those that it refuses."""
    if choice.epsilons:
        return list(choice.epsilons)
    return [epsilon for epsilon in dict.fromkeys([method.epsilon, *EPSILONS]) if _takes(method, epsilon)]


def _takes(method: Any, epsilon: float | None) -> bool:
    try:
        dataclasses.replace(method, epsilon=epsilon)
    except UserError:
        return False
    return True


def by_plan(settings: Sequence[Setting]) -> list[list[Setting]]:
    """Group settings that differ only in direction, because one coupling gives the links of all directions."""
    groups: dict[Setting, list[Setting]] = {}
    for setting in settings:
        groups.setdefault(dataclasses.replace(setting, direction=""), []).append(setting)
    return list(groups.values())
