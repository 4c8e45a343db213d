"""Coupling by a statistical word aligner, the paper's first baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from wcabench.contract import MethodInfo
from wcabench.errors import require
from wcabench.nn.alignment import JointAlignment
from wcabench.transport import Coupling

if TYPE_CHECKING:
    import torch

    from wcabench.contract import SentencePair
    from wcabench.transport import Costs

Links = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class FastAlign(JointAlignment):
    """Couples the words that fast_align links, with mass 1/n_t for each link, eq. (9).

    Attributes:
        units: only "words" as in eq. (9): links are between words, and a word's state is the mean of its pieces.
        symmetrisation: how both directions are combined: "intersect", "union", "grow-diag", "grow-diag-final",
            "grow-diag-final-and", or "forward" or "reverse" for a single one (23).
        lowercase: align lower-cased text (25).
        em_iterations: number of the aligner's passes over the text; the last one decodes.
        mass: "as-is" gives each link the mass 1/n_t, so that the sum may differ from 1, which changes the effective
            beta; "normalised" makes the sum 1.
    """

    info: ClassVar[MethodInfo] = MethodInfo(
        name="fastalign",
        paper="Dyer et al. 2013; Wang & Henao 2022",
        needs=frozenset({"labelled", "parallel"}),
    )

    units: Literal["pieces", "words"] = "words"
    symmetrisation: Literal[
        "intersect", "union", "grow-diag", "grow-diag-final", "grow-diag-final-and", "forward", "reverse"
    ] = "intersect"
    lowercase: bool = True
    em_iterations: int = 5
    mass: Literal["as-is", "normalised"] = "as-is"
    _links: list[Links] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse options that a word aligner does not have."""
        super().__post_init__()
        require(
            self.units == "words",
            "fastalign.units: the aligner links words; units=pieces has no meaning here",
        )
        require(self.em_iterations >= 2, f"fastalign.em_iterations: {self.em_iterations} is not at least 2")

    def prepare(self, pairs: list[SentencePair]) -> None:
        """Align the parallel text with a model that is trained only on this text (24)."""
        from wcabench.words import align

        texts = [(pair.source, pair.target) for pair in pairs]
        self._links[:] = align(
            texts, symmetrisation=self.symmetrisation, lowercase=self.lowercase, iterations=self.em_iterations
        )

    def couple(self, costs: Costs) -> Coupling:
        """Return the links as plans; links to words that truncation cut off are dropped."""
        return Coupling(
            [
                self._plan(cost[0], self._links[pair])
                for cost, pair in zip(costs.by_layer, costs.pairs, strict=True)
            ]
        )

    def _plan(self, cost: torch.Tensor, links: Links) -> torch.Tensor:
        """Return the plan of a pair, [n_s, n_t] like its cost."""
        n_s, n_t = cost.shape
        kept = [(i, j) for i, j in links if i < n_s and j < n_t]
        plan = cost.new_zeros(cost.shape)
        link_mass = 1 / n_t if self.mass == "as-is" else 1 / max(len(kept), 1)
        for i, j in kept:
            plan[i, j] = link_mass
        return plan
