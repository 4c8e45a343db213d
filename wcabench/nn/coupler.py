"""The part of a joint alignment method that decides its coupling; code that reads an encoder needs only this part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from wcabench.contract import MethodInfo, Pool, SentencePair

if TYPE_CHECKING:
    from wcabench.transport import Costs, Coupling


class Coupler(Protocol):
    """Couples the tokens of sentence pairs; see `wcabench.nn.alignment.JointAlignment` for the options."""

    @property
    def info(self) -> MethodInfo:
        """The method's description; errors use its name."""
        ...

    @property
    def beta(self) -> float:
        """Weight of the alignment loss."""
        ...

    @property
    def layers(self) -> str:
        """Which hidden states are coupled."""
        ...

    @property
    def units(self) -> Literal["pieces", "words"]:
        """Whether word pieces or words are coupled."""
        ...

    @property
    def special_tokens(self) -> bool:
        """Whether the first and the last special token are coupled too."""
        ...

    @property
    def identical(self) -> Literal["keep", "drop"]:
        """Whether couplings of identical tokens are kept or dropped."""
        ...

    @property
    def coupling_dropout(self) -> Literal["shared", "off"]:
        """Whether the coupling uses the loss's states ("shared") or states without dropout ("off")."""
        ...

    @property
    def coupling_encoder(self) -> Literal["current", "frozen"]:
        """Whether the coupling uses the states of the current or of the frozen pretrained encoder."""
        ...

    @property
    def stop_gradient(self) -> Literal["none", "source", "target"]:
        """The side that gets no gradient from the loss."""
        ...

    @property
    def reduction(self) -> Literal["mean", "sum"]:
        """How the losses of the pairs in a batch are combined."""
        ...

    @property
    def differentiable(self) -> bool:
        """Whether `couple` receives costs with gradient."""
        ...

    def prepare(self, pairs: list[SentencePair]) -> None:
        """Compute what the coupling needs of the parallel text, before training."""
        ...

    def couple(self, costs: Costs) -> Coupling:
        """Return one plan for each pair: how much of each target token is coupled to each source token."""
        ...


def pool_of(coupler: Coupler) -> Pool:
    """Return how piece states are pooled into the coupler's units."""
    return "pieces" if coupler.units == "pieces" else "mean"
