"""Wasserstein cross-lingual alignment with a hardened plan, the method that the paper reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from wcabench.contract import MethodInfo
from wcabench.errors import require
from wcabench.methods.wca_soft import WcaSoft
from wcabench.transport import Coupling, partners

if TYPE_CHECKING:
    import torch

    from wcabench.transport import Costs


@dataclass(frozen=True)
class WcaHard(WcaSoft):
    """Couples each target token with the source token that has the largest share of its mass in the plan, eq. (6).

    A token without mass in the plan has no link. Unbalanced plans, and partial plans with an epsilon, give every token
    some mass, however little; mass=confidence gives such links little weight.

    Attributes:
        direction: "columns": each target token chooses a source token, as in the paper; "rows": each source token
            chooses a target token; "intersection" of both (26).
        mass: the weight of a link: 1/n_t ("target", as in the paper), 1/n_s ("source"), one over the number of links
            ("links"), or the plan's own value ("confidence") (27).
    """

    info: ClassVar[MethodInfo] = MethodInfo(
        name="wca-hard", paper="Wang & Henao 2022", needs=frozenset({"labelled", "parallel"})
    )

    direction: Literal["columns", "rows", "intersection"] = "columns"
    mass: Literal["target", "source", "links", "confidence"] = "target"

    def __post_init__(self) -> None:
        """Refuse options that only a soft plan has."""
        super().__post_init__()
        require(
            self.gradient == "detached" and self.plan != "per-layer",
            f"{self.info.name}: a hardened plan has no gradient and is one for all layers; "
            "gradient=unrolled and plan=per-layer are for wca-soft",
        )

    def couple(self, costs: Costs) -> Coupling:
        """Return the hardened plans; of equal source tokens the first is chosen."""
        plans, facts = self.plans(costs)
        return Coupling([self._weighted(self._links(plan), plan) for plan in plans], facts)

    def _links(self, plan: torch.Tensor) -> torch.Tensor:
        """Return the links of a plan, [n_s, n_t] bool; a token without mass has none."""
        if self.direction == "columns":
            return partners(plan)
        of_sources = partners(plan.mT).mT
        return of_sources if self.direction == "rows" else of_sources & partners(plan)

    def _weighted(self, links: torch.Tensor, plan: torch.Tensor) -> torch.Tensor:
        """Return the mass of each link, [n_s, n_t]."""
        n_s, n_t = plan.shape
        if self.mass == "confidence":
            return plan * links
        mass = {"target": 1 / n_t, "source": 1 / n_s, "links": 1 / max(int(links.sum()), 1)}[self.mass]
        return links.to(plan.dtype) * mass
