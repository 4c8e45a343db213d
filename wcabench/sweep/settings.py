"""What is tried: methods with their direction, layers, epsilon and threshold."""

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
EFLOMAL = "eflomal"  # a peer, where it is installed; no method of the benchmark
STATISTICAL = (FASTALIGN, EFLOMAL)
COUPLING_DIRECTIONS = ("forward", "reverse", "intersect")
EFLOMAL_DIRECTIONS = (*COUPLING_DIRECTIONS, "grow-diag-final-and")
# An epsilon in steps of the method's own default, 0.05, and the exact plan.
EPSILONS: tuple[float | None, ...] = (0.05, 0.1, 0.01, None)
# wca-soft links what its plan shares out; its largest shares are wca-hard's links.
SOFT = "wca-soft"
THRESHOLD = 0.3  # of 0.05 to 0.5 the best on the development pairs of mini en-de


@dataclass(frozen=True)
class Setting:
    """One way to link words.

    Attributes:
        method: "wca-hard", "fastalign", "eflomal".
        direction: one of `SYMMETRISATIONS`.
        layers: hidden states that a coupling reads, as in `layer_numbers`; empty for a statistical aligner.
        epsilon: of an entropic plan; None: exact, or the method has none.
        entropic: whether the method has an epsilon.
        threshold: see `link_words`.
        reference: the method as it is by default (or the first that was asked for): it stands in every table.
    """

    method: str
    direction: str
    layers: str = ""
    epsilon: float | None = None
    entropic: bool = False
    threshold: float | None = None
    reference: bool = True

    def applied(self, method: JointAlignment) -> JointAlignment:
        """The method with this epsilon; its layers are chosen on the costs."""
        options: dict[str, Any] = {"epsilon": self.epsilon} if self.entropic else {}
        return dataclasses.replace(method, **options)

    @property
    def state(self) -> str:
        """Layers and epsilon in words; empty for a statistical aligner."""
        epsilon = "exact" if self.epsilon is None else f"ε {self.epsilon:g}"
        parts = [f"layers {self.layers}"] * bool(self.layers) + [epsilon] * self.entropic
        return ", ".join(parts)


@dataclass(frozen=True)
class Choice:
    """What was asked for; an empty tuple is the default range.

    Attributes:
        methods: names of the methods.
        directions: of each method.
        layers: of each coupling.
        epsilons: of each coupling that has one; None is the exact plan.
        threshold: of `wca-soft`.
        options: method -> its options, as in `--set`.
    """

    methods: tuple[str, ...]
    directions: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    epsilons: tuple[float | None, ...] = ()
    threshold: float = THRESHOLD
    options: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)

    def method(self, name: str) -> Any:
        """The method with its options."""
        return build(registry.find(name).load(), self.options.get(name, {}), name)


def default_methods() -> list[str]:
    """The statistical aligner and all couplings that are installed; eflomal where it is."""
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
    """Whether it couples the tokens of any pair: without preparing for a text."""
    return issubclass(method, JointAlignment) and method.prepare is JointAlignment.prepare


def check_method(name: str) -> str:
    """The method's own spelling of its name.

    Raises:
        UserError: unknown, or one that links no words.
    """
    if registry.canonical(name) == EFLOMAL:
        return EFLOMAL
    entry = registry.find(name)
    if entry.name != FASTALIGN and not couples(entry.load()):
        raise UserError(f"method '{entry.name}' couples no words; see the methods of `wcabench list methods`")
    return entry.name


def statistical(choice: Choice, name: str) -> list[Setting]:
    """The settings of fast_align or eflomal: its directions."""
    directions = choice.directions or (SYMMETRISATIONS if name == FASTALIGN else EFLOMAL_DIRECTIONS)
    return [Setting(name, direction) for direction in directions]


def coupled(choice: Choice, name: str, depth: int) -> list[Setting]:
    """The settings of a coupling; those of the reference come first.

    Args:
        choice: what was asked for.
        name: the method.
        depth: transformer layers of the encoder.
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
    """Refuse, before anything is run, what a method or an encoder of that depth cannot do.

    Raises:
        UserError: layers that the encoder does not have, or an option that the method refuses.
    """
    for name in choice.methods:
        if name in STATISTICAL:
            continue
        method = choice.method(name)
        for setting in coupled(choice, name, depth):
            layer_numbers(setting.layers, depth, f"{name}.layers")
            setting.applied(method)


def _layers(own: str, depth: int) -> Sequence[str]:
    """The method's own layers, then each hidden state, the embeddings first."""
    return list(dict.fromkeys([own, *map(str, range(depth + 1))]))


def _epsilons(choice: Choice, method: Any) -> list[float | None]:
    """Those that were asked for, or the default range: the method's own first, and none that its options refuse."""
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
    """Settings that differ in their direction alone stand together: one coupling gives both directions."""
    groups: dict[Setting, list[Setting]] = {}
    for one in settings:
        groups.setdefault(dataclasses.replace(one, direction=""), []).append(one)
    return list(groups.values())
