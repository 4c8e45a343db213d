"""Wasserstein cross-lingual alignment with the plan itself as coupling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from wcabench.contract import MethodInfo
from wcabench.errors import require
from wcabench.nn.alignment import JointAlignment
from wcabench.transport import Coupling, solve

if TYPE_CHECKING:
    import torch

    from wcabench.transport import Costs


@dataclass(frozen=True)
class WcaSoft(JointAlignment):
    """Entropic transport plan of each layer, averaged over layers, eqs. (4) and (5).

    Attributes:
        epsilon: weight of the entropy, in units of the cosine cost in [0, 2]; None: the exact plan (decision 3).
        max_iterations: Sinkhorn iterations at most (4).
        tolerance: L1 violation of the row marginals at which Sinkhorn stops (4).
        plan: "mean-plan" averages the layers' plans (eq. 4), "mean-cost" plans on their mean cost, "per-layer" gives
            each layer its own plan in the loss.
        gradient: "detached" treats the plan as a constant; "unrolled" differentiates the iterations too (12).
    """

    info: ClassVar[MethodInfo] = MethodInfo(
        name="wca-soft", paper="Wang & Henao 2022", needs=frozenset({"labelled", "parallel"})
    )

    epsilon: float | None = 0.05
    max_iterations: int = 100
    tolerance: float = 1e-4
    plan: Literal["mean-plan", "mean-cost", "per-layer"] = "mean-plan"
    gradient: Literal["detached", "unrolled"] = "detached"

    @property
    def differentiable(self) -> bool:
        """Whether the costs keep their gradient."""
        return self.gradient == "unrolled"

    def __post_init__(self) -> None:
        """Refuse options that cannot be, or cannot go together."""
        super().__post_init__()
        name = self.info.name
        require(
            self.epsilon is None or self.epsilon > 0,
            f"{name}.epsilon: {self.epsilon} is not above 0; none: exact",
        )
        require(self.max_iterations >= 1, f"{name}.max_iterations: {self.max_iterations} is not at least 1")
        require(self.tolerance > 0, f"{name}.tolerance: {self.tolerance} is not above 0")
        require(
            not (self.differentiable and self.epsilon is None),
            f"{name}: gradient=unrolled needs an epsilon; the exact plan has no iterations",
        )
        require(
            not (self.differentiable and self.coupling_encoder == "frozen"),
            f"{name}: gradient=unrolled needs coupling_encoder=current; a frozen coupling has no gradient",
        )

    def couple(self, costs: Costs) -> Coupling:
        """The plans that are used as they are."""
        plans, facts = self.plans(costs)
        return Coupling(plans, facts)

    def plans(self, costs: Costs) -> tuple[list[torch.Tensor], dict[str, float]]:
        """Transport plans of a batch, and how well they met their marginals."""
        if self.plan == "mean-cost":
            problems = costs.mean_over_layers()
        else:
            problems = [layer for cost in costs.by_layer for layer in cost]
        solved, facts = self._unrolled(problems) if self.differentiable else self._solved(problems)
        if self.plan == "mean-cost":
            return solved, facts
        depth = len(costs.by_layer[0])
        stacks = [_stack(solved[at : at + depth]) for at in range(0, len(solved), depth)]
        return (stacks if self.plan == "per-layer" else [stack.mean(0) for stack in stacks]), facts

    def _solved(self, problems: list[torch.Tensor]) -> tuple[list[torch.Tensor], dict[str, float]]:
        found = solve(
            problems, epsilon=self.epsilon, tolerance=self.tolerance, max_iterations=self.max_iterations
        )
        facts = {
            "marginal_error": float(found.marginal_error.mean()),
            "iterations": float(found.iterations.mean()),
            "converged": float(found.converged.mean()),
        }
        return found.plans, facts

    def _unrolled(self, problems: list[torch.Tensor]) -> tuple[list[torch.Tensor], dict[str, float]]:
        from wcabench.transport.log_domain import sinkhorn_log

        assert self.epsilon is not None
        plans, _, error, count = sinkhorn_log(problems, self.epsilon, self.tolerance, self.max_iterations)
        return plans, {"marginal_error": float(error.mean()), "iterations": float(count)}


def _stack(plans: list[torch.Tensor]) -> torch.Tensor:
    import torch

    return torch.stack(plans)
