"""Joint alignment: eq. (3) beside cross entropy, eq. (7). A method of this family says how tokens are coupled.

Nothing heavy is imported here before training: every method's module imports this one, and `wcabench list` imports
every method.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from wcabench.contract import MethodInfo
from wcabench.errors import require
from wcabench.nn.layers import check_form

if TYPE_CHECKING:
    from wcabench.contract import Bench, SentencePair, Tagger
    from wcabench.transport import Costs, Coupling


@dataclass(frozen=True)
class JointAlignment(ABC):
    """Base of the methods that differ in their coupling alone: implement `couple`, and `prepare` if need be.

    Attributes:
        beta: weight of the alignment loss in eq. (7); beside a mean over tokens it weighs some 15 times more than
            beside the printed sum (decisions 1, 2).
        layers: hidden states that are aligned: "last-4", "9-12", "8", "1,8,12"; 1-based, 0 the embeddings (13).
        units: couple word pieces, or words (the mean of their pieces) (8).
        special_tokens: let the sentence's first and last special token take part; pieces only (5).
        identical: "keep" couplings of identical tokens, or "drop" them from the loss (6).
        coupling_dropout: "shared": couple on the very states that the loss reads; "off": on a second forward pass
            without dropout (9).
        coupling_encoder: "current" parameters make the coupling at every step, or the "frozen" pretrained ones make
            it once (10).
        stop_gradient: "none", or the side ("source", "target") that the loss does not move (11).
        reduction: "mean" or "sum" over the pairs of a batch (15).
    """

    info: ClassVar[MethodInfo]

    beta: float = 0.01
    layers: str = "last-4"
    units: Literal["pieces", "words"] = "pieces"
    special_tokens: bool = False
    identical: Literal["keep", "drop"] = "keep"
    coupling_dropout: Literal["shared", "off"] = "shared"
    coupling_encoder: Literal["current", "frozen"] = "current"
    stop_gradient: Literal["none", "source", "target"] = "none"
    reduction: Literal["mean", "sum"] = "mean"

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Every method of the family is plain transfer at beta=0, unless its info says otherwise."""
        super().__init_subclass__(**keywords)
        info = cls.__dict__.get("info")
        if isinstance(info, MethodInfo) and not info.null:
            cls.info = replace(info, null={"beta": 0.0})

    def __post_init__(self) -> None:
        """Refuse options that cannot be, before anything is run."""
        name = self.info.name
        require(self.beta >= 0, f"{name}.beta: {self.beta} is below 0")
        check_form(self.layers, f"{name}.layers")
        require(
            not (self.special_tokens and self.units == "words"),
            f"{name}: special_tokens=true goes with units=pieces; special tokens are no words",
        )

    @property
    def differentiable(self) -> bool:
        """Whether `couple` gets costs with their gradient, and the loss differentiates the plans (12)."""
        return False

    @abstractmethod
    def couple(self, costs: Costs) -> Coupling:
        """How much of each target token belongs to which source token.

        Args:
            costs: [layers, n_s, n_t] a pair; without gradient unless the class says `differentiable`.

        Returns:
            one plan a pair, [n_s, n_t] (or [layers, n_s, n_t]), treated as a constant by the loss.
        """

    def prepare(self, pairs: list[SentencePair]) -> None:  # noqa: B027 (most methods have nothing to prepare)
        """Called once before training with the parallel text, for what is found offline (word alignments)."""

    def fit(self, bench: Bench) -> Tagger:
        """Train with cross entropy + beta * alignment loss."""
        network = bench.network()
        loss = bench.alignment(network, self)
        tagger: Tagger = bench.train(network, [bench.cross_entropy(network), loss])
        bench.diagnostics.update(loss.diagnostics())
        return tagger
