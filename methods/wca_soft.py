"""Wasserstein cross-lingual alignment with the transport plan itself as coupling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from wcabench.contract import MethodInfo
from wcabench.errors import require
from wcabench.nn.alignment import JointAlignment
from wcabench.transport import Coupling, solve, solve_partial, solve_unbalanced

if TYPE_CHECKING:
    import torch

    from wcabench.transport import Costs, Plans


@dataclass(frozen=True)
class WcaSoft(JointAlignment):
    """Couples tokens by the entropic transport plans of the layers, averaged over layers, eqs. (4) and (5).

    Attributes:
        epsilon: weight of the entropy, in units of the cosine cost in [0, 2]; None: the exact plan (decision 3).
        max_iterations: largest number of Sinkhorn iterations (4).
        tolerance: Sinkhorn stops when the L1 error of the row sums is at most this. The row sums are compared with
            1/n_s for balanced plans, else with those of the next iteration (4).
        marginals: "balanced": every token gives or takes all of its mass, 1/n_s or 1/n_t, as in the paper;
            "unbalanced": a token may keep some of its mass, at a price; "partial": only a share of all mass moves. The
            last two are for tokens without a counterpart (Arase et al. 2023).
        marginal_weight: with marginals=unbalanced, the price: the weight of KL(mass | 1/n) of each side, in units of
            the cost (Chizat et al. 2018). A large weight is nearly balanced; with a small weight little mass moves. The
            default was chosen by the alignment error rate on the development pairs of `mini`, where 0.3 to 2 hardly
            differ.
        share: with marginals=partial, the mass that moves, in (0, 1]; 1 is balanced (Chapel et al. 2020; with an
            epsilon, Benamou et al. 2015). The default was chosen in the same way, from 0.4 to 0.95.
        solver: "own", or "pot" for the same plans from POT, which takes 2 to 500 times as long (Flamary et al. 2021).
        plan: "mean-plan" averages the layers' plans (eq. 4), "mean-cost" computes one plan on the layers' mean cost,
            "per-layer" uses each layer's own plan in the loss.
        gradient: "detached" treats the plan as a constant; "unrolled" differentiates through the iterations (12).
    """

    info: ClassVar[MethodInfo] = MethodInfo(
        name="wca-soft", paper="Wang & Henao 2022", needs=frozenset({"labelled", "parallel"})
    )

    epsilon: float | None = 0.05
    max_iterations: int = 100
    tolerance: float = 1e-4
    marginals: Literal["balanced", "unbalanced", "partial"] = "balanced"
    marginal_weight: float = 0.5
    share: float = 0.9
    solver: Literal["own", "pot"] = "own"
    plan: Literal["mean-plan", "mean-cost", "per-layer"] = "mean-plan"
    gradient: Literal["detached", "unrolled"] = "detached"

    @property
    def differentiable(self) -> bool:
        """Whether the loss differentiates through the plans."""
        return self.gradient == "unrolled"

    def __post_init__(self) -> None:
        """Refuse options that are out of range or do not fit together."""
        super().__post_init__()
        name = self.info.name
        require(
            self.epsilon is None or self.epsilon > 0,
            f"{name}.epsilon: {self.epsilon} is not above 0; none: exact",
        )
        require(self.max_iterations >= 1, f"{name}.max_iterations: {self.max_iterations} is not at least 1")
        require(self.tolerance > 0, f"{name}.tolerance: {self.tolerance} is not above 0")
        self._check_marginals()
        self._check_gradient()

    def _check_marginals(self) -> None:
        name = self.info.name
        require(
            0 < self.marginal_weight < float("inf"),
            f"{name}.marginal_weight: {self.marginal_weight} is no number above 0; the plan that holds its marginals "
            "is marginals=balanced",
        )
        require(0 < self.share <= 1, f"{name}.share: {self.share} is not above 0 and at most 1")
        for option, marginals in (("marginal_weight", "unbalanced"), ("share", "partial")):
            default = getattr(type(self), option)
            require(
                self.marginals == marginals or getattr(self, option) == default,
                f"{name}.{option}: it is for marginals={marginals}, and marginals is {self.marginals}",
            )
        require(
            not (self.marginals == "unbalanced" and self.epsilon is None),
            f"{name}: marginals=unbalanced needs an epsilon; there is no exact solver for it",
        )

    def _check_gradient(self) -> None:
        if not self.differentiable:
            return
        name = self.info.name
        require(
            self.epsilon is not None,
            f"{name}: gradient=unrolled needs an epsilon; the exact plan has no iterations",
        )
        require(
            self.coupling_encoder != "frozen",
            f"{name}: gradient=unrolled needs coupling_encoder=current; a frozen coupling has no gradient",
        )
        require(
            self.marginals == "balanced",
            f"{name}: gradient=unrolled needs marginals=balanced; no gradient flows through {self.marginals} plans",
        )
        require(
            self.solver == "own", f"{name}: gradient=unrolled needs solver=own; no gradient flows through POT"
        )

    def couple(self, costs: Costs) -> Coupling:
        """Return the transport plans as coupling."""
        plans, facts = self.plans(costs)
        return Coupling(plans, facts)

    def plans(self, costs: Costs) -> tuple[list[torch.Tensor], dict[str, float]]:
        """Return the transport plans of a batch, and facts such as their mean marginal error."""
        if self.plan == "mean-cost":
            problems = costs.mean_over_layers()
        else:
            problems = [layer for cost in costs.by_layer for layer in cost]
        plans, facts = self._unrolled(problems) if self.differentiable else self._solved(problems)
        if self.plan == "mean-cost":
            return plans, facts
        by_pair = _stacked(plans, layers=len(costs.by_layer[0]))
        return (by_pair if self.plan == "per-layer" else [layers.mean(0) for layers in by_pair]), facts

    def _solved(self, problems: list[torch.Tensor]) -> tuple[list[torch.Tensor], dict[str, float]]:
        solved = self._solve(problems)
        facts = {
            "marginal_error": float(solved.marginal_error.mean()),
            "converged": float(solved.converged.mean()),
        }
        if solved.iterations is not None:
            facts["iterations"] = float(solved.iterations.mean())
        return solved.plans, facts

    def _solve(self, problems: list[torch.Tensor]) -> Plans:
        solvers: dict[str, Callable[..., Plans]] = {
            "balanced": solve,
            "unbalanced": partial(solve_unbalanced, marginal_weight=self.marginal_weight),
            "partial": partial(solve_partial, share=self.share),
        }
        return solvers[self.marginals](
            problems,
            epsilon=self.epsilon,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
            solver=self.solver,
        )

    def _unrolled(self, problems: list[torch.Tensor]) -> tuple[list[torch.Tensor], dict[str, float]]:
        from wcabench.transport.log_domain import sinkhorn_log

        assert self.epsilon is not None
        plans, _, error, count = sinkhorn_log(problems, self.epsilon, self.tolerance, self.max_iterations)
        return plans, {"marginal_error": float(error.mean()), "iterations": float(count)}


def _stacked(plans: list[torch.Tensor], layers: int) -> list[torch.Tensor]:
    """Stack the plans of each pair's layers, which follow one another, into [layers, n_s, n_t]."""
    import torch

    return [torch.stack(plans[first : first + layers]) for first in range(0, len(plans), layers)]
