"""Joint alignment: the loss of eq. (3) added to cross entropy as in eq. (7). Methods differ in how they couple tokens.

No heavy package is imported here before training, because `wcabench list` imports every method, and each of them
imports this module.
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
    """Base class of methods that differ only in their coupling: implement `couple`, and `prepare` if needed.

    Attributes:
        beta: weight of the alignment loss in eq. (7). With cross entropy as a mean over tokens, the same beta weighs
            about 15 times more than with the sum that the paper prints (decisions 1, 2).
        layers: hidden states that are aligned: "last-4", "9-12", "8", "1,8,12"; layer 1 is the first transformer
            layer, 0 the embeddings (13).
        units: couple word pieces, or words (the mean of their pieces) (8).
        special_tokens: whether the sentence's first and last special token are coupled too; pieces only (5).
        identical: "keep" couplings of identical tokens, or "drop" them from the loss (6).
        coupling_dropout: "shared" couples on the same states that the loss reads; "off" on those of a second forward
            pass without dropout (9).
        coupling_encoder: "current" computes the coupling at every step from the current parameters; "frozen" computes
            it once from the pretrained ones (10).
        stop_gradient: "none", or the side ("source", "target") that gets no gradient from the loss (11).
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
        """Set the null options to beta=0, which makes the method plain transfer, unless `info` gives others."""
        super().__init_subclass__(**keywords)
        info = cls.__dict__.get("info")
        if isinstance(info, MethodInfo) and not info.null:
            cls.info = replace(info, null={"beta": 0.0})

    def __post_init__(self) -> None:
        """Refuse invalid options before anything is run."""
        name = self.info.name
        require(self.beta >= 0, f"{name}.beta: {self.beta} is below 0")
        check_form(self.layers, f"{name}.layers")
        require(
            not (self.special_tokens and self.units == "words"),
            f"{name}: special_tokens=true goes with units=pieces; special tokens are no words",
        )

    @property
    def differentiable(self) -> bool:
        """Whether `couple` receives costs with gradient and the loss differentiates through the plans (12)."""
        return False

    @abstractmethod
    def couple(self, costs: Costs) -> Coupling:
        """Return how much of each target token is coupled to each source token.

        Args:
            costs: [layers, n_s, n_t] for each pair; without gradient unless `differentiable` is True.

        Returns:
            one plan for each pair, [n_s, n_t] or [layers, n_s, n_t]; the loss treats it as a constant unless
            `differentiable` is True.
        """

    def prepare(self, pairs: list[SentencePair]) -> None:  # noqa: B027 (most methods have nothing to prepare)
        """Compute what the coupling needs of the parallel text (word alignments); called once before training."""

    def fit(self, bench: Bench) -> Tagger:
        """Train with cross entropy + beta * alignment loss."""
        network = bench.network()
        loss = bench.alignment(network, self)
        tagger: Tagger = bench.train(network, [bench.cross_entropy(network), loss])
        bench.diagnostics.update(loss.diagnostics())
        return tagger
