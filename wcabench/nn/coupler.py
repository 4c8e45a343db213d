"""What decides a coupling: the part of a method of the joint alignment family that reading an encoder needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from wcabench.contract import MethodInfo, Pool, SentencePair

if TYPE_CHECKING:
    from wcabench.transport import Costs, Coupling


class Coupler(Protocol):
    """Couples the tokens of sentence pairs; see `wcabench.nn.alignment.JointAlignment` for the options."""

    @property
    def info(self) -> MethodInfo:
        """Names it in errors."""
        ...

    @property
    def beta(self) -> float:
        """Weight of the alignment loss."""
        ...

    @property
    def layers(self) -> str:
        """Hidden states that are coupled."""
        ...

    @property
    def units(self) -> Literal["pieces", "words"]:
        """What is coupled."""
        ...

    @property
    def special_tokens(self) -> bool:
        """Whether the first and the last special token take part."""
        ...

    @property
    def identical(self) -> Literal["keep", "drop"]:
        """What happens to couplings of identical tokens."""
        ...

    @property
    def coupling_dropout(self) -> Literal["shared", "off"]:
        """Whether the coupling is made on states with dropout."""
        ...

    @property
    def coupling_encoder(self) -> Literal["current", "frozen"]:
        """Which encoder makes the coupling."""
        ...

    @property
    def stop_gradient(self) -> Literal["none", "source", "target"]:
        """The side that the loss does not move."""
        ...

    @property
    def reduction(self) -> Literal["mean", "sum"]:
        """Over the pairs of a batch."""
        ...

    @property
    def differentiable(self) -> bool:
        """Whether `couple` gets costs with their gradient."""
        ...

    def prepare(self, pairs: list[SentencePair]) -> None:
        """Find offline what the coupling needs of the parallel text."""
        ...

    def couple(self, costs: Costs) -> Coupling:
        """One plan a pair: how much of each target token belongs to which source token."""
        ...


def pool_of(coupler: Coupler) -> Pool:
    """How the states of its units are pooled."""
    return "pieces" if coupler.units == "pieces" else "mean"
