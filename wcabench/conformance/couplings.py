"""Checks of what `couple` returns: its form, and that each pair is coupled independently of the others."""

from collections.abc import Sequence

import torch

from wcabench.conformance.report import Finding, failed, not_applicable, passed
from wcabench.conformance.training import NO_COUPLING
from wcabench.conformance.trial import Trial
from wcabench.nn.alignment import JointAlignment
from wcabench.transport.costs import Costs

# Sums over a batch may be rounded differently than over one pair; this is far below any weight that matters.
TOLERANCE = 1e-5


def form(trial: Trial) -> Finding:
    """Check that each pair gets a finite, non-negative plan of its costs' shape, and that costs are unchanged."""
    if not trial.couples:
        return not_applicable(NO_COUPLING)
    method, costs = trial.costs()
    given = _copy(costs, costs.pairs)
    plans = method.couple(given).plans
    if len(plans) != len(costs):
        return failed(f"{len(plans)} plans for {len(costs)} pairs", "return one plan a pair, in their order")
    for plan, cost in zip(plans, costs.by_layer, strict=True):
        wrong = _wrong(plan, cost)
        if wrong:
            return failed(wrong, "return [n_s, n_t] or [layers, n_s, n_t], weights finite and not below 0")
    if any(not torch.equal(a, b) for a, b in zip(given.by_layer, costs.by_layer, strict=True)):
        return failed("couple changes the costs it is given", "work on a copy")
    mass = sum(float(p.sum() / (len(p) if p.dim() == 3 else 1)) for p in plans) / len(plans)
    return passed(f"{len(plans)} plans, finite, none negative; a plan's mean mass is {mass:.3g}")


def invariance(trial: Trial) -> Finding:
    """Check that a pair's coupling is the same alone, in a batch, and in any order."""
    if not trial.couples:
        return not_applicable(NO_COUPLING)
    method, costs = trial.costs()
    together = _plans(method, costs, costs.pairs)
    turned = costs.pairs[::-1]
    reordered = _plans(method, costs, turned)[::-1]
    alone = [plan for pair in costs.pairs for plan in _plans(method, costs, [pair])]
    for how, plans in (("alone", alone), ("in another order", reordered)):
        for pair, (in_batch, plan) in enumerate(zip(together, plans, strict=True)):
            if in_batch.shape != plan.shape or not torch.allclose(in_batch, plan, atol=TOLERANCE, rtol=0):
                return failed(
                    f"pair {pair} is coupled otherwise {how} than in the batch",
                    "let each pair's plan depend on its own costs, without padding or a common scale",
                )
    return passed(f"{len(costs)} pairs: the same plan alone, in a batch, and in any order")


def _plans(method: JointAlignment, costs: Costs, pairs: Sequence[int]) -> list[torch.Tensor]:
    with torch.no_grad():
        return method.couple(_copy(costs, pairs)).plans


def _copy(costs: Costs, pairs: Sequence[int]) -> Costs:
    return Costs([costs.by_layer[pair].clone() for pair in pairs], list(pairs))


def _wrong(plan: torch.Tensor, cost: torch.Tensor) -> str:
    """Return what is wrong with a plan for a cost [layers, n_s, n_t]; empty if nothing is."""
    if not isinstance(plan, torch.Tensor) or not plan.is_floating_point():
        kind = plan.dtype if isinstance(plan, torch.Tensor) else type(plan).__name__
        return f"a plan is a {kind} and no tensor of floating point numbers"
    if plan.shape not in (cost.shape, cost.shape[1:]):
        return f"a plan is {list(plan.shape)} where the costs are {list(cost.shape)}"
    if not bool(torch.isfinite(plan).all()):
        return "a weight is not finite"
    return f"a weight is {float(plan.min()):.3g}" if bool((plan < 0).any()) else ""
